-- What the catalog knows of the tables, columns and types a plan names, a row each fact, told apart by "what":
--   table      where it is, how big with its indexes, partitions and children, how many of these it has, how many rows
--   partner    the table at the other end of a foreign key, a row each column of this table in the key (part), and the
--              parent of a partition: those are locked too when the table, the column or the key goes
--   column     a column asked for: its type (of a domain the base), collation, what rests on it
--   type       a type asked for: its kind (type), its base when it is a domain, whether it has constraints
--   zone       TimeZone as a session has it that changes something; none = not surely known
-- $1 schemas ('' where the statement names none) and $2 names of tables; $3 to $5 whose path counts on a connection
-- that has none, as in history-detect; $6 whether a table's size decides something: only then its files are looked at,
-- else the planner's pages will do; $7 places in $1 and $8 names of columns; $9 schemas and $10 names of types.
WITH RECURSIVE own_role AS (
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
  SELECT a.place, a.is_sized, f.oid, f.found_schema,
    CASE WHEN f.reltuples >= 0 THEN f.reltuples::pg_catalog.int8 END AS row_estimate
  FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[]),
      pg_catalog.unnest($6::pg_catalog.bool[]))
    WITH ORDINALITY AS a(schema_name, name, is_sized, place)
  JOIN LATERAL (
    SELECT c.oid, n.nspname AS found_schema, c.reltuples
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    LEFT JOIN path AS p ON p.name = n.nspname
    WHERE c.relname = a.name AND c.relkind IN ('r', 'p', 'm', 'f')
      AND CASE WHEN a.schema_name = '' THEN p.ord IS NOT NULL ELSE n.nspname = a.schema_name END
    ORDER BY p.ord
    LIMIT 1) AS f ON true),
-- With partitions and children: ALTER TABLE goes down to them.
member(place, root, oid) AS (
  SELECT f.place, f.oid, f.oid FROM found AS f
  UNION
  SELECT m.place, m.root, i.inhrelid
  FROM member AS m
  JOIN pg_catalog.pg_inherits AS i ON i.inhparent = m.oid),
part AS (
  SELECT m.place, m.oid <> m.root AS is_below, c.relkind, c.relpages, m.oid AS table_oid, c.oid
  FROM member AS m
  JOIN pg_catalog.pg_class AS c ON c.oid = m.oid
  UNION ALL
  SELECT m.place, false, c.relkind, c.relpages, m.oid, c.oid
  FROM member AS m
  JOIN pg_catalog.pg_index AS i ON i.indrelid = m.oid
  JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
  UNION ALL
  SELECT m.place, false, t.relkind, t.relpages, m.oid, t.oid
  FROM member AS m
  JOIN pg_catalog.pg_class AS c ON c.oid = m.oid
  JOIN pg_catalog.pg_class AS t ON t.oid = c.reltoastrelid),
-- A table never looked at by vacuum has no pages: its files tell. Without a row there is nothing they could tell.
page AS (
  SELECT f.place, pg_catalog.sum(p.relpages) * pg_catalog.current_setting('block_size')::pg_catalog.int8 AS bytes,
    pg_catalog.bool_or(CASE WHEN p.relkind IN ('r', 'm') AND (f.is_sized OR p.relpages = 0)
      THEN pg_catalog.pg_relation_size(p.oid) > 0 END) AS has_to_look,
    pg_catalog.count(*) FILTER (WHERE p.is_below) AS part_count,
    pg_catalog.count(*) FILTER (WHERE p.relkind = 'i') AS index_count
  FROM found AS f
  JOIN part AS p ON p.place = f.place
  GROUP BY f.place),
file AS (
  SELECT g.place, pg_catalog.sum(pg_catalog.pg_total_relation_size(m.oid)) AS bytes
  FROM page AS g
  JOIN member AS m ON m.place = g.place
  WHERE g.has_to_look
  GROUP BY g.place),
size AS (
  SELECT g.place, coalesce(x.bytes, g.bytes)::pg_catalog.int8 AS bytes, g.part_count, g.index_count
  FROM page AS g
  LEFT JOIN file AS x ON x.place = g.place),
partner AS (
  SELECT f.place, f.oid AS own, k.conname, k.confrelid AS oid, true AS points_out, e.attnum, e.ord
  FROM found AS f
  JOIN pg_catalog.pg_constraint AS k ON k.conrelid = f.oid AND k.contype = 'f' AND k.confrelid <> f.oid
  CROSS JOIN pg_catalog.unnest(k.conkey) WITH ORDINALITY AS e(attnum, ord)
  UNION ALL
  SELECT f.place, f.oid, k.conname, k.conrelid, false, e.attnum, e.ord
  FROM found AS f
  JOIN pg_catalog.pg_constraint AS k ON k.confrelid = f.oid AND k.contype = 'f' AND k.conrelid <> f.oid
  CROSS JOIN pg_catalog.unnest(k.confkey) WITH ORDINALITY AS e(attnum, ord)
  UNION ALL
  SELECT f.place, f.oid, NULL, i.inhparent, true, NULL, NULL
  FROM found AS f
  JOIN pg_catalog.pg_inherits AS i ON i.inhrelid = f.oid),
-- The columns asked for, in every member of their table.
attribute AS MATERIALIZED (
  SELECT a.place, a.name, m.oid = m.root AS is_own, m.oid AS table_oid, t.attnum, t.atttypid, t.atttypmod,
    t.attcollation,
    t.attnotnull AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_constraint AS k
      WHERE k.conrelid = m.oid AND k.contype = 'n' AND NOT k.convalidated AND k.conkey = ARRAY[t.attnum])
      AS is_not_null,
    -- The tree of exactly (column IS NOT NULL); another form is no proof here.
    EXISTS (
      SELECT FROM pg_catalog.pg_constraint AS k
      WHERE k.conrelid = m.oid AND k.contype = 'c' AND k.convalidated AND k.conkey = ARRAY[t.attnum]
        AND k.conbin::pg_catalog.text
          ~ '^[{]NULLTEST :arg [{]VAR [^{}]*[}] :nulltesttype 1 :argisrow false :location -?[0-9]+[}]$')
      AS is_checked,
    (SELECT pg_catalog.count(*) FROM pg_catalog.pg_constraint AS k
      WHERE k.conrelid = m.oid AND k.contype = 'c' AND k.convalidated AND t.attnum = ANY (k.conkey)) AS checks,
    EXISTS (
      SELECT FROM pg_catalog.pg_constraint AS k
      WHERE k.contype = 'f' AND ((k.conrelid = m.oid AND t.attnum = ANY (k.conkey))
        OR (k.confrelid = m.oid AND t.attnum = ANY (k.confkey)))) AS is_key
  FROM ROWS FROM (pg_catalog.unnest($7::pg_catalog.int8[]), pg_catalog.unnest($8::pg_catalog.text[])) AS a(place, name)
  JOIN member AS m ON m.place = a.place
  JOIN pg_catalog.pg_attribute AS t ON t.attrelid = m.oid AND t.attname = a.name
  WHERE t.attnum > 0 AND NOT t.attisdropped),
-- Indexes that rest on such a column; those of its bare value alone can stay when the type changes.
column_index AS (
  SELECT a.place, a.name, pg_catalog.count(*) AS indexes,
    pg_catalog.count(*) FILTER (WHERE i.indpred IS NOT NULL OR i.indexprs IS NOT NULL OR NOT i.indisvalid
      OR c.relispartition) AS special_indexes
  FROM attribute AS a
  JOIN pg_catalog.pg_index AS i ON i.indrelid = a.table_oid
  JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid AND c.relkind = 'i'
  WHERE a.attnum = ANY (i.indkey::pg_catalog.int2[]) OR EXISTS (
    SELECT FROM pg_catalog.pg_depend AS d
    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = i.indexrelid
      AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = a.table_oid
      AND d.refobjsubid = a.attnum)
  GROUP BY a.place, a.name),
named_type AS MATERIALIZED (
  SELECT a.place, a.schema_name, f.oid
  FROM ROWS FROM (pg_catalog.unnest($9::pg_catalog.text[]), pg_catalog.unnest($10::pg_catalog.text[]))
    WITH ORDINALITY AS a(schema_name, name, place)
  JOIN LATERAL (
    SELECT t.oid
    FROM pg_catalog.pg_type AS t
    JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
    LEFT JOIN path AS p ON p.name = n.nspname
    WHERE t.typname = a.name AND CASE WHEN a.schema_name <> '' THEN n.nspname = a.schema_name
      ELSE n.nspname = 'pg_catalog' OR p.ord IS NOT NULL END
    ORDER BY p.ord NULLS FIRST
    LIMIT 1) AS f ON true),
-- From a domain to what it is made of.
layer(top, top_mod, oid, mod, depth, is_bound) AS (
  SELECT s.oid, s.mod, s.oid, s.mod, 0, false
  FROM (SELECT atttypid, atttypmod FROM attribute WHERE is_own UNION SELECT oid, -1 FROM named_type) AS s(oid, mod)
  UNION ALL
  SELECT l.top, l.top_mod, t.typbasetype, t.typtypmod, l.depth + 1, l.is_bound OR t.typnotnull OR EXISTS (
    SELECT FROM pg_catalog.pg_constraint AS k WHERE k.contypid = t.oid)
  FROM layer AS l
  JOIN pg_catalog.pg_type AS t ON t.oid = l.oid
  WHERE t.typtype = 'd'),
base AS (
  SELECT DISTINCT ON (top, top_mod) top, top_mod, pg_catalog.format_type(oid, mod) AS type, depth > 0 AS is_domain, is_bound
  FROM layer
  ORDER BY top, top_mod, depth DESC)
SELECT 'table' AS what, f.place, f.found_schema AS schema_name, NULL::pg_catalog.name AS name,
  NULL::pg_catalog.name AS part, NULL::pg_catalog.text AS type, NULL::pg_catalog.text AS collation,
  s.bytes, f.row_estimate AS rows, s.part_count AS parts, s.index_count AS indexes, NULL::pg_catalog.int8 AS special_indexes,
  NULL::pg_catalog.int8 AS checks, false AS points_out, false AS is_domain, false AS is_bound, false AS is_key,
  0::pg_catalog.int8 AS ord
FROM found AS f
JOIN size AS s ON s.place = f.place
UNION ALL
SELECT 'partner', p.place, n.nspname, c.relname, t.attname, p.conname::pg_catalog.text, NULL,
  NULL, NULL, NULL, NULL, NULL, NULL, p.points_out, false, false, false, p.ord
FROM partner AS p
JOIN pg_catalog.pg_class AS c ON c.oid = p.oid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_attribute AS t ON t.attrelid = p.own AND t.attnum = p.attnum
UNION ALL
SELECT 'column', a.place, NULL, a.name, NULL, b.type,
  CASE WHEN a.attcollation <> 0 THEN (
    SELECT CASE WHEN o.collname = 'default' AND o.collnamespace = 'pg_catalog'::pg_catalog.regnamespace THEN 'default'
      ELSE n.nspname || '.' || o.collname END
    FROM pg_catalog.pg_collation AS o
    JOIN pg_catalog.pg_namespace AS n ON n.oid = o.collnamespace
    WHERE o.oid = a.attcollation) END,
  NULL, NULL, NULL, coalesce(x.indexes, 0), coalesce(x.special_indexes, 0), s.checks, s.is_proven, b.is_domain, s.is_not_null,
  s.is_key, 0
FROM attribute AS a
JOIN base AS b ON b.top = a.atttypid AND b.top_mod = a.atttypmod
JOIN (
  SELECT place, name, pg_catalog.bool_and(is_not_null OR is_checked) AS is_proven,
    pg_catalog.bool_and(is_not_null) AS is_not_null, pg_catalog.bool_or(is_key) AS is_key,
    pg_catalog.sum(checks)::pg_catalog.int8 AS checks
  FROM attribute
  GROUP BY place, name) AS s ON s.place = a.place AND s.name = a.name
LEFT JOIN column_index AS x ON x.place = a.place AND x.name = a.name
WHERE a.is_own
UNION ALL
SELECT 'type', n.place, NULL, NULL, NULL, b.type, NULL,
  NULL, NULL, NULL, NULL, NULL, NULL, false, b.is_domain, b.is_bound, false, 0
FROM named_type AS n
JOIN base AS b ON b.top = n.oid AND b.top_mod = -1
UNION ALL
-- A zone stored for single roles leaves open which one the changing session has.
SELECT 'zone', 1, NULL, NULL, NULL, pg_catalog.current_setting('TimeZone'), NULL,
  NULL, NULL, NULL, NULL, NULL, NULL, false, false, false, false, 0
WHERE pg_catalog.cardinality($8::pg_catalog.text[]) > 0 AND NOT EXISTS (
  SELECT FROM pg_catalog.pg_db_role_setting AS s
  CROSS JOIN pg_catalog.unnest(s.setconfig) AS item
  WHERE s.setrole <> 0 AND item ILIKE 'timezone=%')
ORDER BY what DESC, place, schema_name, name, type, ord
