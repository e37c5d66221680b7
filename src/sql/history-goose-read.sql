-- The newest row of each version wins.
SELECT DISTINCT ON (t.version_id) t.version_id::pg_catalog.text AS rev, t.is_applied,
  (EXTRACT(epoch FROM t.tstamp::pg_catalog.timestamptz) * 1000000)::pg_catalog.int8 AS applied_us
FROM :"schema".:"table" AS t
WHERE t.version_id > 0
ORDER BY t.version_id, t.id DESC
