-- Nothing is applied: no row at all.
WITH gone AS (DELETE FROM :"schema".:"table" RETURNING 1)
SELECT pg_catalog.pg_current_xact_id()::pg_catalog.text AS xid, pg_catalog.count(*) AS gone FROM gone
