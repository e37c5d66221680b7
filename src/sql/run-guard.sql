-- A group's first question: its patience ($1, and $2 unless that is null), and the transaction's id. Are the advisory
-- locks $3 not all ours any more, it fails (22P02: the words are no number), and with it all that travels behind it: so
-- the server itself does not run the step. The role's own search_path stands here: every operator is qualified.
SELECT pg_catalog.set_config('lock_timeout', $1::pg_catalog.text, true) AS lock_timeout,
  CASE WHEN $2::pg_catalog.text IS NOT NULL THEN pg_catalog.set_config('statement_timeout', $2::pg_catalog.text, true) END
    AS statement_timeout,
  CASE WHEN ours.held OPERATOR(pg_catalog.=) pg_catalog.array_length($3::pg_catalog.int8[], 1)
    THEN pg_catalog.pg_current_xact_id()::pg_catalog.text
    ELSE CAST(CAST(pg_catalog.concat('of the migration locks only ', ours.held, ' are ours') AS pg_catalog.int8)
      AS pg_catalog.text) END AS xid
FROM (
  SELECT pg_catalog.count(*) AS held
  FROM pg_catalog.pg_locks AS l
  WHERE l.locktype OPERATOR(pg_catalog.=) 'advisory'
    AND l.pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid()
    AND l.granted AND l.objsubid OPERATOR(pg_catalog.=) 1 AND l.mode OPERATOR(pg_catalog.=) 'ExclusiveLock'
    AND ((l.classid::pg_catalog.int8 OPERATOR(pg_catalog.<<) 32) OPERATOR(pg_catalog.|) l.objid::pg_catalog.int8)
      OPERATOR(pg_catalog.=) ANY ($3::pg_catalog.int8[])) AS ours
