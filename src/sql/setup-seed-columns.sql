-- The columns of table $1: which are computed, and whose numbers come from a sequence of their own.
SELECT a.attname AS name, a.attgenerated <> '' AS is_computed,
  (SELECT d.objid::pg_catalog.int8 FROM pg_catalog.pg_depend AS d
    JOIN pg_catalog.pg_class AS s ON s.oid = d.objid AND s.relkind = 'S'
    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
      AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
      AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum AND d.deptype IN ('a', 'i')
    LIMIT 1) AS sequence
FROM pg_catalog.pg_attribute AS a
WHERE a.attrelid = $1::pg_catalog.oid AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum
