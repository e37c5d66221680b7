-- Is partition $3 of table $2 still attached (13 knows no DETACH CONCURRENTLY)? $1 the table's schema, null: on the path.
SELECT n.nspname AS schema_name, c.relname AS name, true AS is_valid, p.relname AS parent_name, m.nspname AS parent_schema
FROM pg_catalog.pg_inherits AS h
JOIN pg_catalog.pg_class AS c ON c.oid = h.inhrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class AS p ON p.oid = h.inhparent
JOIN pg_catalog.pg_namespace AS m ON m.oid = p.relnamespace
WHERE c.relname = $3::pg_catalog.text AND p.relname = $2::pg_catalog.text
  AND ($1::pg_catalog.text IS NULL OR m.nspname = $1::pg_catalog.text)
  AND ($1::pg_catalog.text IS NOT NULL OR pg_catalog.pg_table_is_visible(p.oid))
LIMIT 1
