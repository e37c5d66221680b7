SELECT rev, section, ordinal, digest_line, is_breakpoint, skip_reason, rehearsal_ms FROM plan_step
WHERE plan = ?1 ORDER BY step
