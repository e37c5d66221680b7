-- Who answers here, asked now and then: a promotion keeps the connections open, a grant changes what may be seen.
SELECT pg_catalog.pg_is_in_recovery() AS is_standby,
	(SELECT c.system_identifier FROM pg_catalog.pg_control_system() AS c)::text AS system_identifier,
	CASE WHEN pg_catalog.pg_is_in_recovery()
		THEN coalesce((SELECT nullif(r.received_tli, 0) FROM pg_catalog.pg_stat_wal_receiver AS r),
			(SELECT c.timeline_id FROM pg_catalog.pg_control_checkpoint() AS c))::int8
		ELSE ('x' || pg_catalog.lpad(left(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 8), 16, '0'))::bit(64)::int8
		END AS timeline,
	pg_catalog.pg_has_role('pg_read_all_stats', 'usage') AS has_monitor,
	(pg_catalog.date_part('epoch', pg_catalog.pg_postmaster_start_time()) * 1000000)::int8 AS started_us
