-- A copy of the columns named, with their types and nothing else, and the row's number in the file.
CREATE TEMPORARY TABLE :"stage" ON COMMIT DROP AS
SELECT NULL::pg_catalog.int8 AS :"row", t.:"columns" FROM :"schema".:"table" AS t WITH NO DATA
