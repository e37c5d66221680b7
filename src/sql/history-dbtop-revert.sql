-- A migration is gone: its row goes, its story stays. $6 the event, $7 a reason.
WITH s AS (
  DELETE FROM dbtop.step WHERE project = $1 AND rev = $2 RETURNING direction, started_at),
r AS (
  DELETE FROM dbtop.revision WHERE project = $1 AND rev = $2 RETURNING rev),
e AS (
  INSERT INTO dbtop.event (project, rev, name, event, client, run_id, took_ms, detail)
  SELECT $1, $2, $3, $6, $4, $5::pg_catalog.uuid,
    (EXTRACT(epoch FROM pg_catalog.clock_timestamp()
      - coalesce((SELECT pg_catalog.min(s.started_at) FROM s WHERE s.direction = 'down'), pg_catalog.now()))
      * 1000)::pg_catalog.int8,
    CASE WHEN $7::pg_catalog.text IS NOT NULL THEN pg_catalog.jsonb_build_object('reason', $7::pg_catalog.text) END)
SELECT pg_catalog.pg_current_xact_id()::pg_catalog.text AS xid, (SELECT pg_catalog.count(*) FROM r) AS gone
