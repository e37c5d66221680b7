-- A commit costs a quarter of a millisecond and survives the loss of power.
PRAGMA journal_mode = WAL;
