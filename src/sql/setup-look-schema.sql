-- $1 schema, $2 owner: may the owner make tables there? A schema that is not there yet is a migration's to make.
SELECT CASE WHEN n.oid IS NULL THEN 'there' WHEN r.oid IS NULL THEN 'waits'
    WHEN pg_catalog.has_schema_privilege(r.oid, n.oid, 'CREATE')
      AND pg_catalog.has_schema_privilege(r.oid, n.oid, 'USAGE') THEN 'there'
    ELSE 'missing' END AS state,
  CASE WHEN n.oid IS NULL THEN 'left to the migrations' WHEN r.oid IS NULL THEN 'for its owner' ELSE '' END AS words
FROM (SELECT $1::pg_catalog.text AS schema, $2::pg_catalog.text AS owner) AS wanted
LEFT JOIN pg_catalog.pg_namespace AS n ON n.nspname = wanted.schema
LEFT JOIN pg_catalog.pg_roles AS r ON r.rolname = wanted.owner
