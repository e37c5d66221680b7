-- $1 role, $2 schema, $3 owner: may the role read and write rows of every table there, today's and tomorrow's, and
-- make none of its own? What belongs to an extension does not count.
WITH who AS (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = $1::pg_catalog.text),
space AS (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = $2::pg_catalog.text),
own AS (
  SELECT c.oid, c.relkind FROM pg_catalog.pg_class AS c, space
  WHERE c.relnamespace = space.oid AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_depend AS d
    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e')),
later AS (
  SELECT d.defaclobjtype, a.privilege_type
  FROM pg_catalog.pg_default_acl AS d
  JOIN pg_catalog.pg_roles AS maker ON maker.oid = d.defaclrole AND maker.rolname = $3::pg_catalog.text
  JOIN space ON space.oid = d.defaclnamespace
  CROSS JOIN LATERAL pg_catalog.aclexplode(d.defaclacl) AS a
  JOIN who ON who.oid = a.grantee),
short AS (
  SELECT pg_catalog.concat_ws(', ',
    CASE WHEN NOT pg_catalog.has_schema_privilege(who.oid, space.oid, 'USAGE') THEN 'no USAGE on the schema' END,
    CASE WHEN pg_catalog.has_schema_privilege(who.oid, space.oid, 'CREATE') THEN 'may create in the schema' END,
    (SELECT pg_catalog.count(*) || ' tables without all rights' FROM own
      WHERE own.relkind IN ('r', 'p', 'v') AND NOT (
        pg_catalog.has_table_privilege(who.oid, own.oid, 'SELECT')
        AND pg_catalog.has_table_privilege(who.oid, own.oid, 'INSERT')
        AND pg_catalog.has_table_privilege(who.oid, own.oid, 'UPDATE')
        AND pg_catalog.has_table_privilege(who.oid, own.oid, 'DELETE'))
      HAVING pg_catalog.count(*) > 0),
    (SELECT pg_catalog.count(*) || ' sequences without USAGE' FROM own
      WHERE CASE WHEN own.relkind = 'S' THEN NOT pg_catalog.has_sequence_privilege(who.oid, own.oid, 'USAGE') END
      HAVING pg_catalog.count(*) > 0),
    CASE WHEN (SELECT pg_catalog.count(*) FROM later WHERE defaclobjtype = 'r'
        AND privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')) < 4
      OR NOT EXISTS (SELECT FROM later WHERE defaclobjtype = 'S' AND privilege_type = 'USAGE')
      THEN 'no rights on tables to come' END) AS words
  FROM who, space)
SELECT CASE WHEN NOT EXISTS (SELECT FROM who) OR NOT EXISTS (SELECT FROM space) THEN 'waits'
    WHEN (SELECT words FROM short) <> '' THEN 'missing' ELSE 'there' END AS state,
  CASE WHEN NOT EXISTS (SELECT FROM who) THEN 'for the role'
    WHEN NOT EXISTS (SELECT FROM space) THEN 'for the schema'
    ELSE (SELECT words FROM short) END AS words
