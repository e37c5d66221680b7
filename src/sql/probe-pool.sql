-- Who holds the server's connection slots: one row an application, worst first and at most 64, the totals on
-- each of them (one row with a null app when nobody else is here). Aggregated on the server: with a thousand sessions
-- it answers in a few milliseconds. dbtop's own sessions, of any dbtop, count as used and as own and nowhere else.
-- Limits of the role and of the database are -1 where there are none (none holds a superuser).
-- A session whose state the role may not see is hidden: it has a database, and null where its kind should stand.
WITH mine AS (
	SELECT oid, CASE WHEN rolsuper THEN -1 ELSE rolconnlimit END AS connections FROM pg_catalog.pg_roles WHERE rolname = session_user
), here AS (
	SELECT oid, datconnlimit AS connections FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()
), sessions AS MATERIALIZED (
	SELECT a.pid, coalesce(a.application_name, '') AS app, a.application_name LIKE 'dbtop/%' IS TRUE AS is_own,
		a.backend_type IS NULL AS is_hidden, a.state, a.wait_event_type = 'Lock' IS TRUE AS waits,
		a.state LIKE 'idle in transaction%' AS is_open, a.state = 'idle in transaction (aborted)' AS is_aborted,
		pg_catalog.clock_timestamp() - a.state_change AS since, a.xact_start,
		a.usesysid = r.oid AS is_role, a.datid = d.oid AS is_database
	FROM pg_catalog.pg_stat_activity AS a, mine AS r, here AS d
	WHERE a.backend_type = 'client backend' OR (a.backend_type IS NULL AND a.datid IS NOT NULL)
), apps AS (
	SELECT app, count(*) AS total, count(*) FILTER (WHERE is_hidden) AS hidden,
		count(*) FILTER (WHERE state = 'active') AS active, count(*) FILTER (WHERE state = 'idle') AS idle,
		count(*) FILTER (WHERE state = 'idle' AND since > interval '10 minutes') AS idle_long,
		count(*) FILTER (WHERE is_open AND NOT is_aborted) AS idle_in_txn,
		count(*) FILTER (WHERE is_aborted) AS aborted, count(*) FILTER (WHERE waits) AS lock_waits,
		max(since) FILTER (WHERE is_open) AS oldest_open, max(since) FILTER (WHERE is_aborted) AS oldest_aborted
	FROM sessions WHERE NOT is_own GROUP BY app
), worst AS (
	SELECT *, row_number() OVER (ORDER BY aborted + lock_waits DESC, oldest_open DESC NULLS LAST, total DESC, app) AS place
	FROM apps
), whole AS (
	SELECT count(*) AS groups, coalesce(sum(hidden), 0) AS hidden, coalesce(sum(active), 0) AS active,
		coalesce(sum(idle), 0) AS idle, coalesce(sum(idle_long), 0) AS idle_long,
		coalesce(sum(idle_in_txn), 0) AS idle_in_txn, coalesce(sum(aborted), 0) AS aborted,
		coalesce(sum(total), 0) AS total, coalesce(sum(lock_waits), 0) AS lock_waits
	FROM apps
), oldest AS (
	SELECT pid, app, state, pg_catalog.clock_timestamp() - xact_start AS age
	FROM sessions WHERE NOT is_own AND xact_start IS NOT NULL ORDER BY xact_start LIMIT 1
)
SELECT pg_catalog.current_setting('max_connections')::int8 AS max_connections,
	pg_catalog.current_setting('superuser_reserved_connections')::int8 AS superuser_reserved,
	coalesce(pg_catalog.current_setting('reserved_connections', true), '0')::int8 AS reserved,
	(SELECT count(*) FROM sessions) AS used, (SELECT count(*) FROM sessions WHERE is_own) AS own,
	(SELECT connections FROM mine)::int8 AS role_limit, (SELECT count(*) FROM sessions WHERE is_role) AS role_used,
	(SELECT connections FROM here)::int8 AS database_limit, (SELECT count(*) FROM sessions WHERE is_database) AS database_used,
	w.hidden AS hidden, w.active AS active, w.idle AS idle, w.idle_long AS idle_long, w.idle_in_txn AS idle_in_txn,
	w.aborted AS aborted, w.total - w.hidden - w.active - w.idle - w.idle_in_txn - w.aborted AS other,
	w.lock_waits AS lock_waits, w.groups AS group_total,
	o.pid AS oldest_pid, o.app AS oldest_app, o.state AS oldest_state,
	(pg_catalog.date_part('epoch', o.age) * 1000)::int8 AS oldest_age_ms,
	g.app AS app, g.total AS app_total, g.hidden AS app_hidden, g.active AS app_active, g.idle AS app_idle,
	g.idle_in_txn AS app_idle_in_txn, g.aborted AS app_aborted, g.lock_waits AS app_lock_waits,
	(pg_catalog.date_part('epoch', g.oldest_open) * 1000)::int8 AS app_oldest_idle_in_txn_ms,
	(pg_catalog.date_part('epoch', g.oldest_aborted) * 1000)::int8 AS app_oldest_aborted_ms
FROM whole AS w LEFT JOIN oldest AS o ON true LEFT JOIN worst AS g ON g.place <= 64
ORDER BY g.place
