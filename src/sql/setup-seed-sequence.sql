-- Numbers given by a file are not given again: $1 the sequence of the column.
SELECT pg_catalog.setval($1::pg_catalog.oid::pg_catalog.regclass, given.most)
FROM (SELECT pg_catalog.max(t.:"column")::pg_catalog.int8 AS most FROM :"schema".:"table" AS t) AS given
WHERE given.most > 0
  AND given.most > coalesce(pg_catalog.pg_sequence_last_value($1::pg_catalog.oid::pg_catalog.regclass), 0)
