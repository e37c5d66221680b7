-- One round trip: the transaction, its patience, whether the locks are still ours, and the transaction's id.
BEGIN;
SET LOCAL lock_timeout = :"lock_timeout";
SELECT l.classid::pg_catalog.int8 AS class_id, l.objid::pg_catalog.int8 AS object_id,
  pg_catalog.pg_current_xact_id()::pg_catalog.text AS xid
FROM pg_catalog.pg_locks AS l
WHERE l.locktype = 'advisory' AND l.pid = pg_catalog.pg_backend_pid() AND l.granted AND l.objsubid = 1
