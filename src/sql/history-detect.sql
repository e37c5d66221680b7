-- Where history table $1 is, or would be made. Where the connection has no path, by the one of role $2 (null: its own),
-- who acts as $3 (null: itself), or by path $4 which that role asks for while connecting. Schemas the role may not use
-- do not count, as for the server. $5 is the table of a tool whose files look alike (null: none). One row a candidate, the ones on the path first; the last row, without a table, says
-- where a new one would go.
WITH own_role AS (
  SELECT coalesce($2::pg_catalog.text, current_user::pg_catalog.text) AS name,
    coalesce($3, $2, current_user::pg_catalog.text) AS acts_as),
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
    $4::pg_catalog.text,
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
  LEFT JOIN pg_catalog.pg_roles AS r ON r.rolname::pg_catalog.text = o.acts_as
  CROSS JOIN pg_catalog.unnest(pg_catalog.string_to_array(t.path, ',')) WITH ORDINALITY AS p(item, ord)
  CROSS JOIN LATERAL (
    SELECT CASE
      WHEN i.word IN ('$user', '"$user"') THEN o.acts_as
      WHEN i.word LIKE '"%"' THEN pg_catalog.replace(pg_catalog.btrim(i.word, '"'), '""', '"')
      ELSE pg_catalog.lower(i.word) END AS name
    FROM (SELECT pg_catalog.btrim(p.item) AS word) AS i) AS w
  JOIN pg_catalog.pg_namespace AS n
    ON n.nspname::pg_catalog.text = w.name
      AND coalesce(pg_catalog.has_schema_privilege(r.oid, n.oid, 'USAGE'), true)
  WHERE pg_catalog.current_setting('search_path') IN ('', '""')),
found AS (
  SELECT n.nspname AS schema_name, c.relname AS table_name, c.oid, p.ord,
    pg_catalog.has_schema_privilege(n.oid, 'USAGE')
      AND pg_catalog.has_table_privilege(c.oid, 'SELECT') AS can_read
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  LEFT JOIN path AS p ON p.name = n.nspname
  WHERE c.relkind IN ('r', 'p')
    AND c.relname IN ($1::pg_catalog.text, $5::pg_catalog.text))
SELECT f.schema_name, f.table_name, f.ord AS place, f.can_read,
  (SELECT pg_catalog.string_agg(a.attname::pg_catalog.text, ' ' ORDER BY a.attnum)
   FROM pg_catalog.pg_attribute AS a
   WHERE a.attrelid = f.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns
FROM found AS f
UNION ALL
SELECT (SELECT name::pg_catalog.text FROM path ORDER BY ord LIMIT 1), NULL, NULL, NULL, NULL
ORDER BY place NULLS LAST, table_name NULLS LAST, schema_name
