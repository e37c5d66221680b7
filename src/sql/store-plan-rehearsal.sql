UPDATE plan_step SET rehearsal_ms = ?3 WHERE plan = ?1 AND step = ?2
