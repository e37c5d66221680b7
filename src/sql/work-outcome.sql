-- What became of transaction $1 (NULL: too long ago), and on which timeline that is said: on another one than it ran on the
-- number may be a stranger's. The position covers its commit.
SELECT pg_catalog.pg_xact_status($1::pg_catalog.xid8) AS status,
	pg_catalog.pg_current_wal_insert_lsn()::pg_catalog.text AS lsn,
	('x' || pg_catalog.substr(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 1, 8))::pg_catalog.bit(32)::pg_catalog.int8
		AS timeline
