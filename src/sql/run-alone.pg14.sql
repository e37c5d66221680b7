-- Before a lone statement: no lock_timeout (a build CONCURRENTLY that gives up leaves an invalid index), the server
-- finishes it also when we are gone, and are the locks still ours?
SET lock_timeout = 0;
SET client_connection_check_interval = 0;
SELECT l.classid::pg_catalog.int8 AS class_id, l.objid::pg_catalog.int8 AS object_id
FROM pg_catalog.pg_locks AS l
WHERE l.locktype = 'advisory' AND l.pid = pg_catalog.pg_backend_pid() AND l.granted AND l.objsubid = 1
