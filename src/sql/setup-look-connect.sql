-- $1 role, $2 database
SELECT CASE WHEN r.oid IS NULL OR d.oid IS NULL THEN 'waits'
    WHEN pg_catalog.has_database_privilege(r.oid, d.oid, 'CONNECT') THEN 'there' ELSE 'missing' END AS state,
  CASE WHEN r.oid IS NULL THEN 'for the role' WHEN d.oid IS NULL THEN 'for the database' ELSE '' END AS words
FROM (SELECT $1::pg_catalog.text AS role, $2::pg_catalog.text AS database) AS wanted
LEFT JOIN pg_catalog.pg_roles AS r ON r.rolname = wanted.role
LEFT JOIN pg_catalog.pg_database AS d ON d.datname = wanted.database
