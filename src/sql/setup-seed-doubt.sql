-- Rows that are told apart by nothing: the number of one, and of the one before it with the same key.
SELECT pg_catalog.max(s.:"row") AS row, pg_catalog.min(s.:"row") AS other
FROM pg_temp.:"stage" AS s
GROUP BY s.:"keys"
HAVING pg_catalog.count(*) > 1 OR NOT ROW(s.:"keys") IS NOT NULL
ORDER BY 1
LIMIT 1
