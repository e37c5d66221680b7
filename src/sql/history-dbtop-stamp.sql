-- A person says it is applied. $11 the reason.
WITH r AS (
  INSERT INTO dbtop.revision AS old (project, rev, name, parents, sha256, sha256_norm, tx_mode, steps_total, client,
    run_id, steps_done, state, direction, started_at, finished_at, actor)
  VALUES ($1, $2, $3, pg_catalog.string_to_array($4, ' '), $5, $6, $7, $8::pg_catalog.int4, $9,
    $10::pg_catalog.uuid, $8::pg_catalog.int4, 'stamped', 'up', pg_catalog.now(), pg_catalog.now(), session_user)
  ON CONFLICT (project, rev) DO UPDATE SET
    state = 'stamped', direction = 'up', steps_done = excluded.steps_done, sha256 = excluded.sha256,
    sha256_norm = excluded.sha256_norm, finished_at = excluded.finished_at, client = excluded.client,
    run_id = excluded.run_id, actor = excluded.actor, backend_pid = NULL, backend_start = NULL,
    sqlstate = NULL, error = NULL),
s AS (
  DELETE FROM dbtop.step WHERE project = $1 AND rev = $2),
e AS (
  INSERT INTO dbtop.event (project, rev, name, event, client, run_id, detail)
  VALUES ($1, $2, $3, 'repair', $9, $10::pg_catalog.uuid,
    pg_catalog.jsonb_build_object('reason', $11::pg_catalog.text, 'mark', 'applied')))
SELECT pg_catalog.pg_current_xact_id()::pg_catalog.text AS xid
