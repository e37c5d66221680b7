-- As identity, for a role that may not read the control data: what it may not read stays NULL.
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
	CAST(NULL AS pg_catalog.int8) AS system_identifier,
	CASE
	WHEN NOT pg_catalog.pg_is_in_recovery() THEN
		pg_catalog.int8(CAST('x' OPERATOR(pg_catalog.||) pg_catalog.substr(
			pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 1, 8)
			AS pg_catalog.bit(32)))
	ELSE pg_catalog.int8((SELECT w.received_tli FROM pg_catalog.pg_stat_wal_receiver AS w))
	END AS timeline
