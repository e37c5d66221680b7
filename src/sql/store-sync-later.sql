-- The commit is in the file at once and on the disk with the next one that syncs.
PRAGMA synchronous = NORMAL;
