-- Who holds the advisory lock $1.
SELECT l.pid, a.application_name AS app, a.usename AS role, pg_catalog.host(a.client_addr) AS address,
  pg_catalog.to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS TZ') AS since,
  (EXTRACT(epoch FROM pg_catalog.clock_timestamp() - a.backend_start) * 1000)::pg_catalog.int8 AS age_ms,
  (EXTRACT(epoch FROM a.backend_start) * 1000000)::pg_catalog.int8 AS start_us, a.state
FROM pg_catalog.pg_locks AS l
LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
  AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
  AND l.classid::pg_catalog.int8 = (($1::pg_catalog.int8 >> 32) & 4294967295)
  AND l.objid::pg_catalog.int8 = ($1::pg_catalog.int8 & 4294967295)
LIMIT 1
