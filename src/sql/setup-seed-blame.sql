-- The columns an error of table $1 is about: the server's words $2 quote the constraint or the column, in any language.
SELECT a.attname AS name
FROM pg_catalog.pg_attribute AS a
LEFT JOIN pg_catalog.pg_constraint AS c ON c.conrelid = a.attrelid AND a.attnum = ANY (c.conkey)
  AND strpos(translate($2::pg_catalog.text, '»«„“”', '"""""'), '"' || c.conname || '"') > 0
WHERE a.attrelid = $1::pg_catalog.oid AND a.attnum > 0 AND NOT a.attisdropped
  AND (c.conname IS NOT NULL
    OR strpos(translate($2::pg_catalog.text, '»«„“”', '"""""'), '"' || a.attname || '"') > 0)
ORDER BY c.conname IS NULL, a.attnum
