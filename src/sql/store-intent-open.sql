-- Open intents are few, so their index is read from end to end.
SELECT i.run, r.target, i.rev, i.direction, i.step, i.ordinal, i.is_lone, i.step_sha256, i.xid, r.actor,
	i.backend_pid, i.at_us
FROM intent i INDEXED BY intent_open JOIN run r ON r.id = i.run
WHERE i.system_identifier = ?1 AND i.database_oid = ?2 AND (?3 IS NULL OR i.rev = ?3) AND i.result IS NULL
ORDER BY i.id DESC LIMIT 1
