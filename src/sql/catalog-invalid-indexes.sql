-- Indexes that are not valid: remains of builds that failed, or builds under way.
SELECT n.nspname AS schema_name, c.relname AS name, t.relname AS table_name, pg_catalog.pg_relation_size(c.oid) AS bytes,
  EXISTS (SELECT 1 FROM pg_catalog.pg_stat_progress_create_index AS p WHERE p.index_relid = c.oid) AS is_building
FROM pg_catalog.pg_index AS i
JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class AS t ON t.oid = i.indrelid
WHERE NOT i.indisvalid AND c.relkind = 'i'
ORDER BY n.nspname, c.relname
LIMIT 200
