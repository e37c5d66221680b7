-- Is table $2 in schema $1? As history-detect, where the place is known; the last row says where a new one would go.
SELECT n.nspname AS schema_name, c.relname AS table_name, NULL::pg_catalog.int8 AS place,
  pg_catalog.has_schema_privilege(n.oid, 'USAGE')
    AND pg_catalog.has_table_privilege(c.oid, 'SELECT') AS can_read,
  (SELECT pg_catalog.string_agg(a.attname::pg_catalog.text, ' ' ORDER BY a.attnum)
   FROM pg_catalog.pg_attribute AS a
   WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = $1::pg_catalog.text AND c.relname = $2::pg_catalog.text AND c.relkind IN ('r', 'p')
UNION ALL
SELECT $1, NULL, NULL, NULL, NULL
ORDER BY table_name NULLS LAST
