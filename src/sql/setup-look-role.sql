-- Is there a role of that name?
SELECT CASE WHEN pg_catalog.count(*) = 0 THEN 'missing' ELSE 'there' END AS state, '' AS words
FROM pg_catalog.pg_roles
WHERE rolname = $1::pg_catalog.text
