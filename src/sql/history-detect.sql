-- Where history table $1 is, or would be made, by the path of role $2 where the connection has none (null: its own). One
-- row a candidate, the ones on the path first; the last row, without a table, says where a new one would go.
WITH own_role AS (
  SELECT coalesce($2::pg_catalog.text, current_user::pg_catalog.text) AS name),
stored AS (
  SELECT pg_catalog.substr(item, 13) AS path
  FROM pg_catalog.pg_db_role_setting AS s
  LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = s.setrole
  LEFT JOIN pg_catalog.pg_database AS d ON d.oid = s.setdatabase
  CROSS JOIN own_role AS o
  CROSS JOIN pg_catalog.unnest(s.setconfig) AS item
  WHERE item LIKE 'search_path=%'
    AND (s.setrole = 0 OR r.rolname::pg_catalog.text = o.name)
    AND (s.setdatabase = 0 OR d.datname = current_database())
  ORDER BY s.setrole <> 0 DESC, s.setdatabase <> 0 DESC
  LIMIT 1),
path_text AS (
  SELECT coalesce(
    (SELECT path FROM stored),
    nullif(nullif((SELECT reset_val FROM pg_catalog.pg_settings WHERE name = 'search_path'), ''), '""'),
    '"$user", public') AS path),
path AS (
  SELECT e.name, e.ord
  FROM pg_catalog.unnest(pg_catalog.current_schemas(false)) WITH ORDINALITY AS e(name, ord)
  WHERE pg_catalog.current_setting('search_path') NOT IN ('', '""')
  UNION ALL
  SELECT n.nspname, p.ord
  FROM path_text AS t
  CROSS JOIN own_role AS o
  CROSS JOIN pg_catalog.unnest(pg_catalog.string_to_array(t.path, ',')) WITH ORDINALITY AS p(item, ord)
  JOIN pg_catalog.pg_namespace AS n
    ON n.nspname::pg_catalog.text
      = CASE pg_catalog.btrim(p.item, ' "') WHEN '$user' THEN o.name ELSE pg_catalog.btrim(p.item, ' "') END
  WHERE pg_catalog.current_setting('search_path') IN ('', '""')),
found AS (
  SELECT n.nspname AS schema_name, c.relname AS table_name, c.oid, p.ord,
    pg_catalog.has_schema_privilege(n.oid, 'USAGE')
      AND pg_catalog.has_table_privilege(c.oid, 'SELECT') AS can_read
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  LEFT JOIN path AS p ON p.name = n.nspname
  WHERE c.relkind IN ('r', 'p')
    AND c.relname = $1::pg_catalog.text)
SELECT f.schema_name, f.table_name, f.ord AS place, f.can_read,
  (SELECT pg_catalog.string_agg(a.attname::pg_catalog.text, ' ' ORDER BY a.attnum)
   FROM pg_catalog.pg_attribute AS a
   WHERE a.attrelid = f.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns
FROM found AS f
UNION ALL
SELECT (SELECT name::pg_catalog.text FROM path ORDER BY ord LIMIT 1), NULL, NULL, NULL, NULL
ORDER BY place NULLS LAST, table_name NULLS LAST, schema_name
