-- Right after COMMIT: whoever has replayed this far sees what was committed. The positions written and flushed miss
-- commits that are asynchronous.
SELECT pg_catalog.pg_current_wal_insert_lsn()::pg_catalog.text AS lsn
