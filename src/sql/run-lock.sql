-- Never the blocking call: its snapshot and a build CONCURRENTLY of the lock's holder would wait for each other.
SELECT pg_catalog.pg_try_advisory_lock($1::pg_catalog.int8) AS got
