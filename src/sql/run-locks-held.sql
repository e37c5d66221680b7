-- Before something is only written down: are the locks still ours?
EXECUTE dbtop_locks
