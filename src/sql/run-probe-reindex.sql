-- What REINDEX CONCURRENTLY of index or table $2 left behind ($1 its schema, null: on the path): invalid copies.
SELECT n.nspname AS schema_name, c.relname AS name
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_index AS i ON i.indexrelid = c.oid
JOIN pg_catalog.pg_class AS t ON t.oid = i.indrelid
WHERE NOT i.indisvalid AND c.relname ~ '_cc(new|old)[0-9]*$'
  AND ($1::pg_catalog.text IS NULL OR n.nspname = $1::pg_catalog.text)
  AND ($1::pg_catalog.text IS NOT NULL OR pg_catalog.pg_table_is_visible(t.oid))
  AND (t.relname = $2::pg_catalog.text
    OR c.relname::pg_catalog.text ~ ('^' || pg_catalog.regexp_replace($2::pg_catalog.text, '([^a-zA-Z0-9_])', '\\\1', 'g') || '_cc(new|old)[0-9]*$'))
ORDER BY c.relname
LIMIT 1
