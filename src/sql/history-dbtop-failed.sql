-- A lone step failed and may have left remains. $6 direction, $7 ordinal, $8 SQLSTATE, $9 words.
WITH r AS (
  UPDATE dbtop.revision SET state = 'failed', sqlstate = $8, error = $9 WHERE project = $1 AND rev = $2),
s AS (
  UPDATE dbtop.step SET state = 'failed', finished_at = pg_catalog.clock_timestamp(), sqlstate = $8, error = $9
  WHERE project = $1 AND rev = $2 AND direction = $6 AND ord = $7::pg_catalog.int4),
e AS (
  INSERT INTO dbtop.event (project, rev, name, event, client, run_id, detail)
  VALUES ($1, $2, $3, 'step-failed', $4, $5::pg_catalog.uuid,
    pg_catalog.jsonb_build_object('step', $7::pg_catalog.int4, 'sqlstate', $8::pg_catalog.text, 'error', $9::pg_catalog.text)))
SELECT pg_catalog.pg_current_xact_id()::pg_catalog.text AS xid
