-- What happened to one migration on one server, newest first; without a revision, all that happened there.
SELECT rev, direction, ordinal, ordinal_count, is_lone, step_sha256, xid, run, backend_pid, at_us, result,
	timeline
FROM intent
WHERE system_identifier = ?1 AND database_oid = ?2 AND (?3 IS NULL OR rev = ?3)
ORDER BY id DESC
