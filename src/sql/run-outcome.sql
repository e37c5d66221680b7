-- What became of transaction $1, and whether the backend $2 that ran it still has it (its number alone may be
-- a stranger's by now).
SELECT pg_catalog.pg_xact_status($1::pg_catalog.xid8) AS status, a.pid, a.state, a.application_name AS app,
  (EXTRACT(epoch FROM pg_catalog.clock_timestamp() - a.xact_start) * 1000)::pg_catalog.int8 AS age_ms
FROM (VALUES ($2::pg_catalog.int4)) AS old (pid)
LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = old.pid AND a.backend_type = 'client backend'
  AND a.backend_xid = $1::pg_catalog.xid8::pg_catalog.xid
