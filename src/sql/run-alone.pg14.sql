-- Before a lone statement: no lock_timeout (a build CONCURRENTLY that gives up leaves an invalid index), the server
-- finishes it also when we are gone, and are the locks still ours?
SET lock_timeout = 0;
SET client_connection_check_interval = 0;
EXECUTE dbtop_locks
