INSERT INTO :"schema".:"table" (:"columns") OVERRIDING SYSTEM VALUE
SELECT s.:"columns" FROM pg_temp.:"stage" AS s
WHERE NOT EXISTS (SELECT FROM :"schema".:"table" AS t WHERE (t.:"keys") = (s.:"keys"))
ORDER BY s.:"row"
