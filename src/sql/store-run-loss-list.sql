SELECT run, rev, schema_name, table_name, rows, bytes, at_us FROM loss
WHERE ?1 IS NULL OR rev = ?1 ORDER BY id DESC
