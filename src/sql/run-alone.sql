-- Before a lone statement: no lock_timeout (a build CONCURRENTLY that gives up leaves an invalid index), and are the
-- locks still ours?
SET lock_timeout = 0;
EXECUTE dbtop_locks
