-- As run-begin, for a migration that says how long a statement may take.
BEGIN;
SET LOCAL lock_timeout = :"lock_timeout";
SET LOCAL statement_timeout = :"statement_timeout";
EXECUTE dbtop_locks
