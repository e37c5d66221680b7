SELECT pg_catalog.count(*) AS added
FROM pg_temp.:"stage" AS s
WHERE NOT EXISTS (SELECT FROM :"schema".:"table" AS t WHERE (t.:"keys") = (s.:"keys"))
