-- What follows this server: walsenders joined with slots, and on each row the server's own position and settings
-- (one row with nulls when nothing follows). Positions travel as text and are subtracted in probe/, where a rule
-- for every null stands. On a standby also its own way to its upstream.
-- From 17: slots say since when they lie idle and why they are invalid.
WITH here AS MATERIALIZED (
	SELECT pg_catalog.pg_is_in_recovery() AS is_standby, pg_catalog.clock_timestamp() AS now,
		pg_catalog.current_setting('synchronous_standby_names') AS sync_names
), receiver AS (
	SELECT r.status, r.received_tli, r.last_msg_receipt_time
	FROM pg_catalog.pg_stat_wal_receiver AS r
), follower AS (
	SELECT w.pid, w.application_name, w.client_addr, w.client_hostname, w.state, w.sync_state, w.sent_lsn, w.write_lsn,
		w.flush_lsn, w.replay_lsn, w.replay_lag, w.reply_time, w.backend_xmin, s.slot_name, s.slot_type, s.active,
		s.restart_lsn, s.confirmed_flush_lsn, s.wal_status, s.safe_wal_size, s.xmin, s.catalog_xmin,
		s.inactive_since AS inactive_since, s.invalidation_reason AS invalidation,
		count(*) OVER () AS total
	FROM pg_catalog.pg_stat_replication AS w FULL JOIN pg_catalog.pg_replication_slots AS s ON s.active_pid = w.pid
	LIMIT 1000
)
SELECT h.is_standby AS is_standby, (pg_catalog.date_part('epoch', h.now) * 1000000)::int8 AS now_us,
	CASE WHEN h.is_standby
		THEN greatest(pg_catalog.pg_last_wal_receive_lsn(), pg_catalog.pg_last_wal_replay_lsn())
		ELSE pg_catalog.pg_current_wal_lsn() END::text AS end_lsn,
	CASE WHEN h.is_standby THEN (SELECT nullif(received_tli, 0) FROM receiver)::int8
		ELSE ('x' || pg_catalog.lpad(left(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 8), 16, '0'))::bit(64)::int8
		END AS timeline,
	(pg_catalog.date_part('epoch', pg_catalog.current_setting('wal_sender_timeout')::interval) * 1000)::int8
		AS sender_timeout_ms,
	pg_catalog.pg_size_bytes(pg_catalog.current_setting('max_wal_size')) AS max_wal_bytes,
	pg_catalog.pg_size_bytes(pg_catalog.current_setting('max_slot_wal_keep_size')) AS slot_keep_bytes,
	h.sync_names AS sync_names,
	CASE WHEN h.sync_names <> '' THEN (SELECT count(*) FROM pg_catalog.pg_stat_activity AS a
		WHERE a.wait_event = 'SyncRep') END AS sync_waits,
	CASE WHEN h.is_standby THEN pg_catalog.pg_last_wal_receive_lsn() END::text AS receive_lsn,
	CASE WHEN h.is_standby THEN pg_catalog.pg_last_wal_replay_lsn() END::text AS own_replay_lsn,
	CASE WHEN h.is_standby THEN (pg_catalog.date_part('epoch', h.now - pg_catalog.pg_last_xact_replay_timestamp()) * 1000)::int8
		END AS own_replay_age_ms,
	CASE WHEN h.is_standby THEN pg_catalog.pg_get_wal_replay_pause_state() END AS replay_pause,
	CASE WHEN h.is_standby THEN (pg_catalog.date_part('epoch', pg_catalog.current_setting('recovery_min_apply_delay')::interval)
		* 1000)::int8 END AS apply_delay_ms,
	CASE WHEN h.is_standby THEN (pg_catalog.date_part('epoch', pg_catalog.current_setting('wal_receiver_timeout')::interval)
		* 1000)::int8 END AS receiver_timeout_ms,
	CASE WHEN h.is_standby AND pg_catalog.pg_has_role('pg_read_all_settings', 'usage')
		THEN pg_catalog.current_setting('primary_conninfo') <> '' END AS has_upstream,
	CASE WHEN h.is_standby THEN EXISTS (SELECT FROM receiver) END AS has_receiver,
	(SELECT status FROM receiver) AS receiver_status,
	(SELECT (pg_catalog.date_part('epoch', h.now - last_msg_receipt_time) * 1000)::int8 FROM receiver) AS receiver_age_ms,
	pg_catalog.pg_has_role('pg_read_all_stats', 'usage') AS has_monitor,
	f.total AS total, f.pid AS pid, f.application_name AS name,
	coalesce(f.client_hostname, pg_catalog.host(f.client_addr)) AS address, f.state AS state, f.sync_state AS sync_state,
	f.sent_lsn::text AS sent_lsn, f.write_lsn::text AS write_lsn, f.flush_lsn::text AS flush_lsn,
	f.replay_lsn::text AS replay_lsn, (pg_catalog.date_part('epoch', f.replay_lag) * 1000)::int8 AS replay_lag_ms,
	(pg_catalog.date_part('epoch', h.now - f.reply_time) * 1000)::int8 AS reply_age_ms,
	f.slot_name AS slot, f.slot_type AS slot_type, f.active AS slot_is_active, f.restart_lsn::text AS restart_lsn,
	f.confirmed_flush_lsn::text AS confirmed_lsn, f.wal_status AS wal_status, f.safe_wal_size AS safe_bytes,
	greatest(pg_catalog.age(f.backend_xmin), pg_catalog.age(f.xmin), pg_catalog.age(f.catalog_xmin))::int8 AS xmin_age,
	(pg_catalog.date_part('epoch', h.now - f.inactive_since) * 1000)::int8 AS slot_inactive_ms,
	f.invalidation AS slot_invalidation
FROM here AS h LEFT JOIN follower AS f ON true
