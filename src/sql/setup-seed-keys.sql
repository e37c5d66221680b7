-- What tells rows of table $1 apart, best first: the primary key, then constraints of unique columns that are never null.
-- A row a column; candidate counts the keys.
SELECT k.candidate AS candidate, a.attname AS name
FROM (
  SELECT c.conkey, pg_catalog.row_number() OVER (ORDER BY c.contype, c.conname) AS candidate
  FROM pg_catalog.pg_constraint AS c
  WHERE c.conrelid = $1::pg_catalog.oid AND c.contype IN ('p', 'u') AND NOT c.condeferrable
    AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_attribute AS n
      WHERE n.attrelid = c.conrelid AND n.attnum = ANY (c.conkey) AND NOT n.attnotnull)) AS k
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = $1::pg_catalog.oid AND a.attnum = ANY (k.conkey)
ORDER BY k.candidate, pg_catalog.array_position(k.conkey, a.attnum)
