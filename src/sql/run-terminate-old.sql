-- Ends our own old backend $1, which holds the migration lock though its client is gone: known by when it began ($2,
-- microseconds), since its number alone may be a stranger's. While it works ('active') only when that is wanted ($3).
SELECT pg_catalog.pg_terminate_backend(a.pid) AS ended
FROM pg_catalog.pg_stat_activity AS a
WHERE a.pid = $1::pg_catalog.int4
  AND (EXTRACT(epoch FROM a.backend_start) * 1000000)::pg_catalog.int8 = $2::pg_catalog.int8
  AND (a.state <> 'active' OR $3::pg_catalog.bool)
