-- The first $1 rows of the file: all of them, or fewer while the one that fails is looked for.
INSERT INTO :"schema".:"table" (:"columns") OVERRIDING SYSTEM VALUE
SELECT s.:"columns" FROM pg_temp.:"stage" AS s
WHERE s.:"row" <= $1::pg_catalog.int8
  AND NOT EXISTS (SELECT FROM :"schema".:"table" AS t WHERE (t.:"keys") = (s.:"keys"))
ORDER BY s.:"row"
