WITH gone AS (DELETE FROM :"schema".:"table" WHERE version_id = $1::pg_catalog.int8 RETURNING 1)
SELECT pg_catalog.pg_current_xact_id()::pg_catalog.text AS xid, pg_catalog.count(*) AS gone FROM gone
