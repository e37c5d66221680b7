-- Who waits is asked of pg_locks: what pg_stat_activity says of others is hidden from a role without pg_monitor.
-- What backend $1 does: its state, who blocks it (four at most, newest wait first), whom it blocks, how far it is.
-- From 14 the server says since when a lock is waited for, and how far a COPY is.
WITH me AS (
  SELECT a.pid, a.state, a.wait_event_type, a.wait_event, pg_catalog.pg_blocking_pids(a.pid) AS blockers,
    (SELECT (EXTRACT(epoch FROM pg_catalog.clock_timestamp() - pg_catalog.min(l.waitstart)) * 1000)::pg_catalog.int8
     FROM pg_catalog.pg_locks AS l WHERE l.pid = a.pid AND NOT l.granted) AS waiting_ms
  FROM pg_catalog.pg_stat_activity AS a
  WHERE a.pid = $1::pg_catalog.int4)
SELECT me.state, CASE WHEN me.wait_event_type IS NOT NULL THEN me.wait_event_type || ' ' || me.wait_event END AS wait,
  EXISTS (SELECT FROM pg_catalog.pg_locks AS w WHERE w.pid = me.pid AND NOT w.granted) AS waits_for_lock, me.waiting_ms,
  (SELECT pg_catalog.count(*) FROM (SELECT DISTINCT q.pid FROM pg_catalog.pg_locks AS q WHERE NOT q.granted) AS o
   WHERE me.pid = ANY (pg_catalog.pg_blocking_pids(o.pid))) AS blocked_by_us,
  b.pid AS blocker_pid, b.application_name AS blocker_app, b.state AS blocker_state,
  (EXTRACT(epoch FROM pg_catalog.clock_timestamp() - b.xact_start) * 1000)::pg_catalog.int8 AS blocker_age_ms,
  pg_catalog.left(b.query, 120) AS blocker_query, p.phase, p.done, p.total
FROM me
LEFT JOIN LATERAL (
  SELECT o.pid, o.application_name, o.state, o.xact_start, o.query
  FROM pg_catalog.pg_stat_activity AS o
  WHERE o.pid = ANY (me.blockers)
  ORDER BY o.xact_start
  LIMIT 4) AS b ON true
LEFT JOIN LATERAL (
  SELECT i.phase, CASE WHEN i.tuples_total > 0 THEN i.tuples_done WHEN i.lockers_total > 0 THEN i.lockers_done ELSE i.blocks_done END AS done,
    CASE WHEN i.tuples_total > 0 THEN i.tuples_total WHEN i.lockers_total > 0 THEN i.lockers_total ELSE i.blocks_total END AS total
  FROM pg_catalog.pg_stat_progress_create_index AS i WHERE i.pid = me.pid
  UNION ALL
  SELECT v.phase, v.heap_blks_scanned, v.heap_blks_total FROM pg_catalog.pg_stat_progress_vacuum AS v WHERE v.pid = me.pid
  UNION ALL
  SELECT c.phase, c.heap_blks_scanned, c.heap_blks_total FROM pg_catalog.pg_stat_progress_cluster AS c WHERE c.pid = me.pid
  UNION ALL
  SELECT n.phase, n.sample_blks_scanned, n.sample_blks_total FROM pg_catalog.pg_stat_progress_analyze AS n WHERE n.pid = me.pid
  UNION ALL
  SELECT 'copying rows', y.bytes_processed, y.bytes_total FROM pg_catalog.pg_stat_progress_copy AS y WHERE y.pid = me.pid
  LIMIT 1) AS p ON true
ORDER BY b.xact_start
