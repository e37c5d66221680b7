-- A lone step is about to be sent: committed before it is. $11 direction, $12 ordinal, $13 digest of the step.
WITH me AS (
  SELECT a.pid, a.backend_start
  FROM pg_catalog.pg_stat_activity AS a
  WHERE a.pid = pg_catalog.pg_backend_pid()),
r AS (
  INSERT INTO dbtop.revision AS old (project, rev, name, parents, sha256, sha256_norm, tx_mode, steps_total, client,
    run_id, steps_done, state, direction, started_at, actor, backend_pid, backend_start)
  SELECT $1, $2, $3, pg_catalog.string_to_array($4, ' '), $5, $6, $7, $8::pg_catalog.int4, $9,
    $10::pg_catalog.uuid, $12::pg_catalog.int4 - 1, 'partial', $11, pg_catalog.clock_timestamp(), session_user,
    me.pid, me.backend_start
  FROM me
  ON CONFLICT (project, rev) DO UPDATE SET
    state = 'partial', direction = excluded.direction, steps_done = excluded.steps_done,
    started_at = CASE WHEN excluded.direction = 'up' AND excluded.steps_done = 0 THEN excluded.started_at
      ELSE old.started_at END,
    steps_total = excluded.steps_total, client = excluded.client, run_id = excluded.run_id,
    backend_pid = excluded.backend_pid, backend_start = excluded.backend_start, sqlstate = NULL, error = NULL),
s AS (
  INSERT INTO dbtop.step AS old (project, rev, direction, ord, sha256, kind, state, started_at)
  VALUES ($1, $2, $11, $12::pg_catalog.int4, $13, 'lone', 'intent', pg_catalog.clock_timestamp())
  ON CONFLICT (project, rev, direction, ord) DO UPDATE SET
    state = 'intent', attempt = old.attempt + 1, sha256 = excluded.sha256, started_at = excluded.started_at,
    finished_at = NULL, sqlstate = NULL, error = NULL)
SELECT pg_catalog.pg_current_xact_id()::pg_catalog.text AS xid
