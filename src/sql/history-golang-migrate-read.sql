-- The one row.
SELECT t.version::pg_catalog.text AS rev, t.dirty FROM :"schema".:"table" AS t LIMIT 1
