SELECT id, target, digest, direction, actor, system_identifier, database_oid, started_us, ended_us, exit_code,
	steps_done, words
FROM run WHERE ?1 IS NULL OR target = ?1 ORDER BY started_us DESC, rowid DESC LIMIT ?2
