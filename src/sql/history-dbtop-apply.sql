-- A migration of one group is applied: its row and its event, inside the group's transaction.
WITH r AS (
  INSERT INTO dbtop.revision (project, rev, name, parents, sha256, sha256_norm, tx_mode, steps_total, client,
    run_id, steps_done, state, direction, started_at, finished_at, actor)
  VALUES ($1, $2, $3, pg_catalog.string_to_array($4, ' '), $5, $6, $7, $8::pg_catalog.int4, $9,
    $10::pg_catalog.uuid, $8::pg_catalog.int4, 'applied', 'up', pg_catalog.now(), pg_catalog.clock_timestamp(),
    session_user)
  RETURNING started_at, finished_at),
e AS (
  INSERT INTO dbtop.event (project, rev, name, event, client, run_id, took_ms)
  SELECT $1, $2, $3, 'upgrade', $9, $10::pg_catalog.uuid,
    (EXTRACT(epoch FROM finished_at - started_at) * 1000)::pg_catalog.int8
  FROM r)
SELECT pg_catalog.pg_current_xact_id()::pg_catalog.text AS xid
