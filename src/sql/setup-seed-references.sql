SELECT DISTINCT conrelid::pg_catalog.int8 AS child, confrelid::pg_catalog.int8 AS parent
FROM pg_catalog.pg_constraint
WHERE contype = 'f' AND conrelid <> confrelid
ORDER BY child, parent
