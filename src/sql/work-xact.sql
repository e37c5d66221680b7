-- The number of the transaction under way: in hand before COMMIT goes out, or it is lost with the answer. NULL = it has
-- written nothing.
SELECT pg_catalog.pg_current_xact_id_if_assigned()::pg_catalog.text AS xact_id
