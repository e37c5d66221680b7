UPDATE plan_step SET skip_reason = ?3 WHERE plan = ?1 AND step = ?2
