-- Inside the group: what follows may only read, and can be undone for the history row.
SAVEPOINT dbtop_verify;
SET TRANSACTION READ ONLY
