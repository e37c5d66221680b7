-- A commit costs a quarter of a millisecond and survives the loss of power.
PRAGMA journal_mode = WAL;
-- Half a megabyte: a run touches the same few pages again and again.
PRAGMA cache_size = -512;
