-- Asked before each lone step and each mere record, so it is planned once: our advisory locks. A group has its guard.
PREPARE dbtop_locks AS
SELECT l.classid::pg_catalog.int8 AS class_id, l.objid::pg_catalog.int8 AS object_id
FROM pg_catalog.pg_locks AS l
WHERE l.locktype = 'advisory' AND l.pid = pg_catalog.pg_backend_pid() AND l.granted AND l.objsubid = 1
