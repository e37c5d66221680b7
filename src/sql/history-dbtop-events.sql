-- The story of project $1, newest first, at most $2 lines.
SELECT e.id, (pg_catalog.date_part('epoch', e.at) * 1000000)::pg_catalog.int8 AS at_us, e.rev, e.name, e.event,
  e.actor || coalesce(' (' || e.client || ')', '') AS actor, e.took_ms, e.run_id::pg_catalog.text AS run_id,
  coalesce(e.detail ->> 'reason', e.detail ->> 'error') AS detail
FROM dbtop.event AS e
WHERE e.project = $1
ORDER BY e.id DESC
LIMIT $2::pg_catalog.int8
