-- Is constraint $3 of table $2 valid? $1 the table's schema, null: on the path.
SELECT n.nspname AS schema_name, k.conname AS name, k.convalidated AS is_valid
FROM pg_catalog.pg_constraint AS k
JOIN pg_catalog.pg_class AS c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE k.conname = $3::pg_catalog.text AND c.relname = $2::pg_catalog.text
  AND ($1::pg_catalog.text IS NULL OR n.nspname = $1::pg_catalog.text)
  AND ($1::pg_catalog.text IS NOT NULL OR pg_catalog.pg_table_is_visible(c.oid))
LIMIT 1
