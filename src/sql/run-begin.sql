-- One round trip: the transaction, its patience, whether the locks are still ours, and the transaction's id.
BEGIN;
SET LOCAL lock_timeout = :"lock_timeout";
EXECUTE dbtop_locks
