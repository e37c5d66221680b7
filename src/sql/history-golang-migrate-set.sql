-- The one row says version $1, dirty $2. Deleted and inserted, never truncated: that would lock every reader out.
WITH gone AS (DELETE FROM :"schema".:"table" RETURNING 1)
INSERT INTO :"schema".:"table" (version, dirty)
SELECT $1::pg_catalog.int8, $2::pg_catalog.bool FROM (SELECT pg_catalog.count(*) FROM gone) AS g
RETURNING pg_catalog.pg_current_xact_id()::pg_catalog.text AS xid
