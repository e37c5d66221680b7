-- Who answers on this connection. Runs under the role's own search_path too, so every name and operator is
-- qualified. The timeline of a primary is in the name of the file it writes: the control data lag behind a
-- promotion until the next checkpoint. Refused with 42501 where pg_control_*() are taken away: then identity-plain.
SELECT
	(SELECT d.oid FROM pg_catalog.pg_database AS d
		WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()) AS database_oid,
	pg_catalog.current_database() AS database_name,
	CURRENT_USER AS user_name,
	pg_catalog.host(pg_catalog.inet_server_addr()) AS address,
	pg_catalog.pg_backend_pid() AS backend_pid,
	pg_catalog.int8(pg_catalog.date_part('epoch', pg_catalog.pg_postmaster_start_time())
		OPERATOR(pg_catalog.*) 1000000) AS started_us,
	pg_catalog.pg_is_in_recovery() AS is_standby,
	pg_catalog.bool(pg_catalog.current_setting('is_superuser')) AS is_superuser,
	pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE') AS has_monitor,
	(SELECT c.system_identifier FROM pg_catalog.pg_control_system() AS c) AS system_identifier,
	CASE
	WHEN NOT pg_catalog.pg_is_in_recovery() THEN
		pg_catalog.int8(CAST('x' OPERATOR(pg_catalog.||) pg_catalog.substr(
			pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 1, 8)
			AS pg_catalog.bit(32)))
	ELSE pg_catalog.int8(GREATEST(
		(SELECT w.received_tli FROM pg_catalog.pg_stat_wal_receiver AS w),
		(SELECT c.timeline_id FROM pg_catalog.pg_control_checkpoint() AS c),
		(SELECT c.min_recovery_end_timeline FROM pg_catalog.pg_control_recovery() AS c)))
	END AS timeline
