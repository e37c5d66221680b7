-- What in the catalog speaks against answering a typed query anywhere: a row each objection, none = it is a read. All
-- objects of a name are looked at, whatever the schema, since the search_path decides which of them is meant.
-- $1 functions, $2 operators, $3 relations, $4 types, $5 names that may be a row's column or a function of the row, $6
-- relations that may be missing.
-- What needs no name is looked at as a whole: casts, comparisons, and what types are read and written by.
WITH
named AS (
	SELECT p.oid, p.proname::pg_catalog.text AS name, p.provolatile = 'v'
		OR t.provolatile = 'v' OR f.provolatile = 'v' OR p.prokind = 'p' AS is_volatile
	FROM pg_catalog.pg_proc AS p
	LEFT JOIN pg_catalog.pg_aggregate AS a ON a.aggfnoid = p.oid
	LEFT JOIN pg_catalog.pg_proc AS t ON t.oid = a.aggtransfn
	LEFT JOIN pg_catalog.pg_proc AS f ON f.oid = a.aggfinalfn
	WHERE p.proname = ANY ($1::pg_catalog.text[]) OR p.proname = ANY ($5::pg_catalog.text[])),
unnamed AS (
	SELECT castfunc AS oid FROM pg_catalog.pg_cast WHERE castfunc <> 0
	UNION SELECT amproc FROM pg_catalog.pg_amproc
	UNION SELECT o.oprcode FROM pg_catalog.pg_amop AS m
		JOIN pg_catalog.pg_operator AS o ON o.oid = m.amopopr
	UNION SELECT typinput FROM pg_catalog.pg_type
	UNION SELECT typoutput FROM pg_catalog.pg_type)
SELECT 'function' AS kind, name, 'is volatile' AS why FROM named WHERE is_volatile
UNION ALL
SELECT 'function', w.name, 'is not in the catalog'
FROM pg_catalog.unnest($1::pg_catalog.text[]) AS w(name)
WHERE NOT EXISTS (SELECT FROM named AS n WHERE n.name = w.name)
UNION ALL
SELECT 'operator', o.oprname::pg_catalog.text, 'is volatile'
FROM pg_catalog.pg_operator AS o
JOIN pg_catalog.pg_proc AS p ON p.oid = o.oprcode
WHERE o.oprname = ANY ($2::pg_catalog.text[]) AND p.provolatile = 'v'
UNION ALL
SELECT 'relation', w.name, 'is not in the catalog'
FROM pg_catalog.unnest($3::pg_catalog.text[]) AS w(name)
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.relname = w.name)
UNION ALL
SELECT 'relation', c.relname::pg_catalog.text, CASE
	WHEN c.relkind NOT IN ('r', 'p', 'm') THEN 'is no table'
	WHEN c.relpersistence <> 'p' THEN 'is temporary or unlogged'
	ELSE 'has policies, rules, or parts elsewhere' END
FROM pg_catalog.pg_class AS c
WHERE c.relname = ANY ($3::pg_catalog.text[] || $6::pg_catalog.text[])
	AND (c.relkind NOT IN ('r', 'p', 'm') OR c.relpersistence <> 'p' OR c.relrowsecurity
		OR (c.relhasrules AND c.relkind <> 'm')
		OR (c.relhassubclass AND EXISTS (SELECT FROM pg_catalog.pg_class AS f WHERE f.relkind = 'f')))
UNION ALL
SELECT 'type', t.typname::pg_catalog.text, 'is a domain'
FROM pg_catalog.pg_type AS t
WHERE t.typname = ANY ($4::pg_catalog.text[]) AND t.typtype = 'd'
UNION ALL
SELECT 'function', p.proname::pg_catalog.text, 'is volatile, and called without being named'
FROM unnamed AS u
JOIN pg_catalog.pg_proc AS p ON p.oid = u.oid
WHERE p.provolatile = 'v'
LIMIT 1
