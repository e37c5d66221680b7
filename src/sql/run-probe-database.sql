-- Is database $2 there?
SELECT NULL::pg_catalog.text AS schema_name, d.datname AS name, true AS is_valid
FROM pg_catalog.pg_database AS d
WHERE d.datname = $2::pg_catalog.text AND $1::pg_catalog.text IS NULL
LIMIT 1
