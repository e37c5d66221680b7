-- A file took prepared statements away; ours are made again.
DEALLOCATE ALL;
