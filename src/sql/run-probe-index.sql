-- Is index $2 there, and valid? $1 its schema, null: on the path, or beside table $3 (null: any).
SELECT n.nspname AS schema_name, c.relname AS name, i.indisvalid AS is_valid, t.relname AS table_name
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_index AS i ON i.indexrelid = c.oid
JOIN pg_catalog.pg_class AS t ON t.oid = i.indrelid
WHERE c.relname = $2::pg_catalog.text
  AND ($1::pg_catalog.text IS NULL OR n.nspname = $1::pg_catalog.text)
  AND ($3::pg_catalog.text IS NULL OR t.relname = $3::pg_catalog.text)
  AND ($1::pg_catalog.text IS NOT NULL OR pg_catalog.pg_table_is_visible(c.oid) OR pg_catalog.pg_table_is_visible(t.oid))
ORDER BY pg_catalog.pg_table_is_visible(c.oid) DESC
LIMIT 1
