-- Every table a seed may be for.
SELECT c.oid::pg_catalog.int8 AS oid, n.nspname AS schema, c.relname AS name,
  pg_catalog.pg_table_is_visible(c.oid) AS is_visible
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'dbtop')
ORDER BY n.nspname, c.relname
