INSERT INTO intent (run, rev, direction, step, ordinal, ordinal_count, is_lone, attempt, step_sha256, xid, backend_pid,
	system_identifier, timeline, database_oid, at_us)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
