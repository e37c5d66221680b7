-- Without WAL the folder has to be synced too.
PRAGMA synchronous = EXTRA;
