-- Has enum $2 the label $3? $1 its schema, null: on the path.
SELECT n.nspname AS schema_name, t.typname AS name, true AS is_valid
FROM pg_catalog.pg_type AS t
JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
JOIN pg_catalog.pg_enum AS e ON e.enumtypid = t.oid
WHERE t.typname = $2::pg_catalog.text AND e.enumlabel = $3::pg_catalog.text
  AND ($1::pg_catalog.text IS NULL OR n.nspname = $1::pg_catalog.text)
  AND ($1::pg_catalog.text IS NOT NULL OR pg_catalog.pg_type_is_visible(t.oid))
LIMIT 1
