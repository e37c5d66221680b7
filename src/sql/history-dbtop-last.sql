-- The last of several steps is done: the migration is applied. $11 direction (up), $12 ordinal, $13 digest of the step,
-- $14 its kind, $15 its state, $16 the event, $17 a reason.
WITH r AS (
  INSERT INTO dbtop.revision AS old (project, rev, name, parents, sha256, sha256_norm, tx_mode, steps_total, client,
    run_id, steps_done, state, direction, started_at, finished_at, actor)
  VALUES ($1, $2, $3, pg_catalog.string_to_array($4, ' '), $5, $6, $7, $8::pg_catalog.int4, $9,
    $10::pg_catalog.uuid, $8::pg_catalog.int4, 'applied', 'up', pg_catalog.now(), pg_catalog.clock_timestamp(),
    session_user)
  ON CONFLICT (project, rev) DO UPDATE SET
    state = 'applied', direction = 'up', steps_done = excluded.steps_done, steps_total = excluded.steps_total,
    sha256 = excluded.sha256, sha256_norm = excluded.sha256_norm, finished_at = excluded.finished_at,
    client = excluded.client, run_id = excluded.run_id, actor = excluded.actor,
    backend_pid = NULL, backend_start = NULL, sqlstate = NULL, error = NULL
  RETURNING started_at, finished_at),
s AS (
  INSERT INTO dbtop.step AS old (project, rev, direction, ord, sha256, kind, state, started_at, finished_at)
  VALUES ($1, $2, $11, $12::pg_catalog.int4, $13, $14, $15, pg_catalog.now(), pg_catalog.clock_timestamp())
  ON CONFLICT (project, rev, direction, ord) DO UPDATE SET
    state = excluded.state, finished_at = excluded.finished_at, sqlstate = NULL, error = NULL),
e AS (
  INSERT INTO dbtop.event (project, rev, name, event, client, run_id, took_ms, detail)
  SELECT $1, $2, $3, $16, $9, $10::pg_catalog.uuid,
    (EXTRACT(epoch FROM finished_at - started_at) * 1000)::pg_catalog.int8,
    CASE WHEN $17::pg_catalog.text IS NOT NULL THEN pg_catalog.jsonb_build_object('reason', $17::pg_catalog.text) END
  FROM r)
SELECT pg_catalog.pg_current_xact_id()::pg_catalog.text AS xid
