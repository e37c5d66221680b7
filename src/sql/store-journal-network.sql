-- WAL needs shared memory, which no network file system has.
PRAGMA journal_mode = DELETE;
