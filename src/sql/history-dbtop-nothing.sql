-- A lone step failed and provably left nothing: what stood before stands. $6 direction, $7 ordinal, $8 SQLSTATE, $9 words.
WITH s AS (
  DELETE FROM dbtop.step WHERE project = $1 AND rev = $2 AND direction = $6 AND ord = $7::pg_catalog.int4),
gone AS (
  DELETE FROM dbtop.revision
  WHERE project = $1 AND rev = $2 AND $6 = 'up' AND $7::pg_catalog.int4 = 1),
back AS (
  UPDATE dbtop.revision SET
    state = CASE WHEN $7::pg_catalog.int4 = 1 THEN 'applied' ELSE 'partial' END,
    direction = CASE WHEN $7::pg_catalog.int4 = 1 THEN 'up' ELSE direction END,
    sqlstate = $8, error = $9
  WHERE project = $1 AND rev = $2 AND NOT ($6 = 'up' AND $7::pg_catalog.int4 = 1)),
e AS (
  INSERT INTO dbtop.event (project, rev, name, event, client, run_id, detail)
  VALUES ($1, $2, $3, 'step-failed', $4, $5::pg_catalog.uuid,
    pg_catalog.jsonb_build_object('step', $7::pg_catalog.int4, 'sqlstate', $8::pg_catalog.text, 'error', $9::pg_catalog.text)))
SELECT pg_catalog.pg_current_xact_id()::pg_catalog.text AS xid
