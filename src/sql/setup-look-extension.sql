-- $1 name, $2 version: NULL = any. Column make names the text that makes it so.
SELECT CASE WHEN e.oid IS NOT NULL AND (wanted.version IS NULL OR e.extversion = wanted.version) THEN 'there'
    WHEN has.is_available THEN 'missing' ELSE 'absent' END AS state,
  CASE WHEN e.oid IS NOT NULL AND (wanted.version IS NULL OR e.extversion = wanted.version) THEN e.extversion
    WHEN has.is_available AND e.oid IS NULL THEN ''
    ELSE pg_catalog.concat_ws(', ',
      CASE WHEN e.oid IS NOT NULL THEN 'it is ' || e.extversion || ', not ' || wanted.version END,
      CASE WHEN NOT has.is_available THEN 'the server does not have it: install its package there' END)
    END AS words,
  CASE WHEN e.oid IS NOT NULL THEN 'setup-make-extension-update'
    WHEN wanted.version IS NOT NULL THEN 'setup-make-extension-version' END AS make
FROM (SELECT $1::pg_catalog.text AS name, $2::pg_catalog.text AS version) AS wanted
LEFT JOIN pg_catalog.pg_extension AS e ON e.extname = wanted.name
CROSS JOIN LATERAL (
  SELECT EXISTS (
    SELECT FROM pg_catalog.pg_available_extension_versions AS v
    WHERE v.name = wanted.name AND (wanted.version IS NULL OR v.version = wanted.version)) AS is_available) AS has
