-- Never the blocking call: its snapshot and a build CONCURRENTLY of the lock's holder would wait for each other.
SELECT pg_catalog.pg_try_advisory_lock($1::pg_catalog.int8) AS got,
  (SELECT (EXTRACT(epoch FROM a.backend_start) * 1000000)::pg_catalog.int8
   FROM pg_catalog.pg_stat_activity AS a WHERE a.pid = pg_catalog.pg_backend_pid()) AS start_us
