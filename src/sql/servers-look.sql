-- What a server is good for: its role, its timeline, and how far it is (a primary: written, also by commits that are
-- asynchronous; a standby: replayed). One cheap question. The timeline of a standby is the one it receives; NULL where
-- it receives nothing, or we may not see it.
SELECT r.is_standby,
	CASE WHEN r.is_standby THEN pg_catalog.pg_last_wal_replay_lsn()
		ELSE pg_catalog.pg_current_wal_insert_lsn() END::pg_catalog.text AS lsn,
	CASE WHEN r.is_standby THEN (SELECT nullif(w.received_tli, 0) FROM pg_catalog.pg_stat_wal_receiver AS w)::pg_catalog.int8
		ELSE ('x' || pg_catalog.substr(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 1, 8))::pg_catalog.bit(32)::pg_catalog.int8
		END AS timeline
FROM (SELECT pg_catalog.pg_is_in_recovery() AS is_standby) AS r
