-- May who connects act as the owner?
SELECT CASE WHEN r.oid IS NULL THEN 'waits'
    WHEN pg_catalog.pg_has_role(r.oid, 'MEMBER') THEN 'there' ELSE 'missing' END AS state,
  CASE WHEN r.oid IS NULL THEN 'for the role' ELSE '' END AS words
FROM (SELECT $1::pg_catalog.text AS name) AS wanted
LEFT JOIN pg_catalog.pg_roles AS r ON r.rolname = wanted.name
