-- The first $1 rows of the file. What is stored and what would be stored are compared byte by byte: some types have no equality.
UPDATE :"schema".:"table" AS t SET (:"columns") = ROW(s.:"columns")
FROM pg_temp.:"stage" AS s
WHERE s.:"row" <= $1::pg_catalog.int8 AND (t.:"keys") = (s.:"keys")
  AND ROW(t.:"columns")::pg_catalog.record OPERATOR(pg_catalog.*<>) ROW(s.:"columns")::pg_catalog.record
