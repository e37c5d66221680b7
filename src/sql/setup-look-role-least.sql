-- Is there a role of that name, and none of the rights that rule a server?
SELECT CASE WHEN r.oid IS NULL THEN 'missing' WHEN more.words <> '' THEN 'differs' ELSE 'there' END AS state,
  more.words AS words
FROM (SELECT $1::pg_catalog.text AS name) AS wanted
LEFT JOIN pg_catalog.pg_roles AS r ON r.rolname = wanted.name
CROSS JOIN LATERAL (
  SELECT pg_catalog.concat_ws(', ',
    CASE WHEN r.rolsuper THEN 'is a superuser' END,
    CASE WHEN r.rolcreaterole THEN 'may create roles' END,
    CASE WHEN r.rolcreatedb THEN 'may create databases' END,
    CASE WHEN r.rolreplication THEN 'may replicate' END,
    CASE WHEN r.rolbypassrls THEN 'may pass row security' END) AS words) AS more
