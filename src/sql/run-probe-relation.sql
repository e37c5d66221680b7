-- Is relation $2 there? $1 its schema, null: on the path.
SELECT n.nspname AS schema_name, c.relname AS name, true AS is_valid
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relname = $2::pg_catalog.text
  AND ($1::pg_catalog.text IS NULL OR n.nspname = $1::pg_catalog.text)
  AND ($1::pg_catalog.text IS NOT NULL OR pg_catalog.pg_table_is_visible(c.oid))
LIMIT 1
