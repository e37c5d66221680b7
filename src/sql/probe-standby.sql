-- What a configured standby says of itself: how its primary knows it (slot, application name), whom it receives from,
-- how far it is; or that it is a primary. Which cluster it belongs to is known from the connection.
WITH receiver AS MATERIALIZED (
	SELECT r.status, r.received_tli, nullif(r.slot_name, '') AS slot_name, r.sender_host, r.sender_port,
		' ' || r.conninfo AS conninfo
	FROM pg_catalog.pg_stat_wal_receiver AS r
)
SELECT pg_catalog.pg_is_in_recovery() AS is_standby,
	CASE WHEN pg_catalog.pg_is_in_recovery() THEN (SELECT nullif(received_tli, 0) FROM receiver)::int8
		ELSE ('x' || pg_catalog.lpad(left(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 8), 16, '0'))::bit(64)::int8
		END AS timeline,
	coalesce((SELECT slot_name FROM receiver), nullif(pg_catalog.current_setting('primary_slot_name'), '')) AS slot,
	(SELECT coalesce(substring(conninfo FROM ' application_name=([^ ]+)'),
		substring(conninfo FROM ' fallback_application_name=([^ ]+)')) FROM receiver) AS name,
	(SELECT status FROM receiver) AS receiver_status,
	(SELECT sender_host || ':' || sender_port FROM receiver) AS upstream,
	pg_catalog.pg_last_wal_replay_lsn()::text AS replay_lsn
