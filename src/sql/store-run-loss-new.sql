INSERT INTO loss (run, rev, schema_name, table_name, rows, bytes, at_us)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
