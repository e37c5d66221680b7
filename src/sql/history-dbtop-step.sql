-- A step is done that is not the last of its migration. $11 direction, $12 ordinal, $13 digest of the step, $14 its
-- kind, $15 its state, $16 an event or null, $17 a reason.
WITH r AS (
  INSERT INTO dbtop.revision AS old (project, rev, name, parents, sha256, sha256_norm, tx_mode, steps_total, client,
    run_id, steps_done, state, direction, started_at, actor)
  VALUES ($1, $2, $3, pg_catalog.string_to_array($4, ' '), $5, $6, $7, $8::pg_catalog.int4, $9,
    $10::pg_catalog.uuid, $12::pg_catalog.int4, 'partial', $11, pg_catalog.now(), session_user)
  ON CONFLICT (project, rev) DO UPDATE SET
    state = 'partial', direction = excluded.direction, steps_done = excluded.steps_done,
    steps_total = excluded.steps_total, client = excluded.client, run_id = excluded.run_id, sqlstate = NULL, error = NULL),
s AS (
  INSERT INTO dbtop.step AS old (project, rev, direction, ord, sha256, kind, state, started_at, finished_at)
  VALUES ($1, $2, $11, $12::pg_catalog.int4, $13, $14, $15, pg_catalog.now(), pg_catalog.clock_timestamp())
  ON CONFLICT (project, rev, direction, ord) DO UPDATE SET
    state = excluded.state, sha256 = excluded.sha256, finished_at = excluded.finished_at, sqlstate = NULL, error = NULL),
e AS (
  INSERT INTO dbtop.event (project, rev, name, event, client, run_id, detail)
  SELECT $1, $2, $3, $16::pg_catalog.text, $9, $10::pg_catalog.uuid,
    pg_catalog.jsonb_build_object('reason', $17::pg_catalog.text, 'step', $12::pg_catalog.int4)
  WHERE $16::pg_catalog.text IS NOT NULL)
SELECT pg_catalog.pg_current_xact_id()::pg_catalog.text AS xid
