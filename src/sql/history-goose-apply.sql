INSERT INTO :"schema".:"table" (version_id, is_applied) VALUES ($1::pg_catalog.int8, true)
RETURNING pg_catalog.pg_current_xact_id()::pg_catalog.text AS xid
