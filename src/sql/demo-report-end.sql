-- The end of the report.
COMMIT
