-- What is applied in project $1, the steps of what is half done, and the layout: kind r, s, m.
-- Floating point is exact to the microsecond here and costs half of EXTRACT's numeric.
SELECT 'r' AS kind, r.rev, r.name, r.state, r.direction,
  (pg_catalog.date_part('epoch', r.finished_at) * 1000000)::pg_catalog.int8 AS applied_us,
  (pg_catalog.date_part('epoch', r.finished_at - r.started_at) * 1000)::pg_catalog.int8 AS took_ms,
  r.actor || coalesce(' (' || r.client || ')', '') AS actor,
  r.sha256, r.sha256_norm, pg_catalog.array_to_string(r.parents, ' ') AS parents,
  r.steps_total, r.steps_done, r.error,
  NULL::pg_catalog.int4 AS ordinal, NULL::pg_catalog.text AS step_kind, NULL::pg_catalog.int4 AS attempt,
  NULL::pg_catalog.int8 AS started_us, r.backend_pid, r.backend_start::pg_catalog.text AS backend_start
FROM dbtop.revision AS r
WHERE r.project = $1
UNION ALL
SELECT 's', s.rev, NULL, s.state, s.direction,
  (pg_catalog.date_part('epoch', s.finished_at) * 1000000)::pg_catalog.int8, NULL, NULL,
  s.sha256, NULL, NULL, NULL, NULL, s.error,
  s.ord, s.kind, s.attempt, (pg_catalog.date_part('epoch', s.started_at) * 1000000)::pg_catalog.int8,
  r.backend_pid, r.backend_start::pg_catalog.text
FROM dbtop.step AS s
JOIN dbtop.revision AS r ON r.project = s.project AND r.rev = s.rev
WHERE s.project = $1 AND r.state IN ('partial', 'failed')
UNION ALL
SELECT 'm', m.key, m.value, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
  NULL, NULL, NULL, NULL, NULL, NULL
FROM dbtop.meta AS m
WHERE m.key = 'layout'
