SELECT pg_catalog.count(*) AS changed
FROM :"schema".:"table" AS t
JOIN pg_temp.:"stage" AS s ON (t.:"keys") = (s.:"keys")
WHERE ROW(t.:"columns")::pg_catalog.record OPERATOR(pg_catalog.*<>) ROW(s.:"columns")::pg_catalog.record
