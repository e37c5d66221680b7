UPDATE plan_step SET is_breakpoint = ?3 WHERE plan = ?1 AND step = ?2
