-- Tables named by two arrays (schemas, '' where the statement names none; names): where they are, how big, how many
-- rows, and, a row each, the tables at the other end of their foreign keys and the parent of a partition: those are
-- locked too when the table or the key goes. $3 to $5 whose path counts on a connection that has none, as in history-detect.
WITH own_role AS (
  SELECT coalesce($3::pg_catalog.text, current_user::pg_catalog.text) AS name,
    coalesce($4, $3, current_user::pg_catalog.text) AS acts_as),
stored AS (
  SELECT pg_catalog.substr(item, 13) AS path
  FROM pg_catalog.pg_db_role_setting AS s
  LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = s.setrole
  LEFT JOIN pg_catalog.pg_database AS d ON d.oid = s.setdatabase
  CROSS JOIN own_role AS o
  CROSS JOIN pg_catalog.unnest(s.setconfig) AS item
  WHERE item LIKE 'search_path=%'
    AND (s.setrole = 0 OR r.rolname::pg_catalog.text = o.name)
    AND (s.setdatabase = 0 OR d.datname = pg_catalog.current_database())
  ORDER BY s.setrole <> 0 DESC, s.setdatabase <> 0 DESC
  LIMIT 1),
path_text AS (
  SELECT coalesce(
    $5::pg_catalog.text,
    (SELECT path FROM stored),
    nullif(nullif((SELECT reset_val FROM pg_catalog.pg_settings WHERE name = 'search_path'), ''), '""'),
    '"$user", public') AS path),
path AS MATERIALIZED (
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
found AS MATERIALIZED (
  SELECT a.place, f.oid, f.found_schema, CASE f.relkind
    WHEN 'p' THEN (
      SELECT pg_catalog.sum(pg_catalog.pg_total_relation_size(t.relid))::pg_catalog.int8
      FROM pg_catalog.pg_partition_tree(f.oid) AS t)
    ELSE pg_catalog.pg_total_relation_size(f.oid) END AS bytes,
    CASE WHEN f.reltuples >= 0 THEN f.reltuples::pg_catalog.int8 END AS row_estimate
  FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[]))
    WITH ORDINALITY AS a(schema_name, name, place)
  JOIN LATERAL (
    SELECT c.oid, n.nspname AS found_schema, c.reltuples, c.relkind
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    LEFT JOIN path AS p ON p.name = n.nspname
    WHERE c.relname = a.name AND c.relkind IN ('r', 'p', 'm', 'f')
      AND CASE WHEN a.schema_name = '' THEN p.ord IS NOT NULL ELSE n.nspname = a.schema_name END
    ORDER BY p.ord
    LIMIT 1) AS f ON true),
partner AS (
  SELECT f.place, k.conname AS constraint_name, k.confrelid AS oid, true AS points_out
  FROM found AS f
  JOIN pg_catalog.pg_constraint AS k ON k.conrelid = f.oid AND k.contype = 'f' AND k.confrelid <> f.oid
  UNION ALL
  SELECT f.place, k.conname, k.conrelid, false
  FROM found AS f
  JOIN pg_catalog.pg_constraint AS k ON k.confrelid = f.oid AND k.contype = 'f' AND k.conrelid <> f.oid
  UNION ALL
  SELECT f.place, NULL, i.inhparent, true
  FROM found AS f
  JOIN pg_catalog.pg_inherits AS i ON i.inhrelid = f.oid)
SELECT f.place, f.found_schema, f.bytes, f.row_estimate,
  p.constraint_name, n.nspname AS partner_schema, c.relname AS partner_name, p.points_out
FROM found AS f
LEFT JOIN partner AS p ON p.place = f.place
LEFT JOIN pg_catalog.pg_class AS c ON c.oid = p.oid
LEFT JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
ORDER BY f.place, n.nspname, c.relname, p.constraint_name
