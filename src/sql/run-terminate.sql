-- Ends the backend $1, but only while it is the one with transaction $2: since then its number may be a stranger's, or
-- a pooler may have lent it to another client.
SELECT pg_catalog.pg_terminate_backend(a.pid) AS ended
FROM pg_catalog.pg_stat_activity AS a
WHERE a.pid = $1::pg_catalog.int4 AND a.backend_xid = $2::pg_catalog.xid8::pg_catalog.xid
