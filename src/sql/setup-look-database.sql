-- $1 name, $2 owner, $3 encoding, $4 locale: NULL = any
SELECT CASE WHEN d.oid IS NOT NULL AND more.words <> '' THEN 'differs'
    WHEN d.oid IS NOT NULL THEN 'there'
    WHEN wanted.owner IS NOT NULL AND o.oid IS NULL THEN 'waits'
    ELSE 'missing' END AS state,
  CASE WHEN d.oid IS NULL AND wanted.owner IS NOT NULL AND o.oid IS NULL THEN 'for its owner'
    ELSE more.words END AS words
FROM (SELECT $1::pg_catalog.text AS name, $2::pg_catalog.text AS owner, $3::pg_catalog.text AS encoding,
  $4::pg_catalog.text AS locale) AS wanted
LEFT JOIN pg_catalog.pg_database AS d ON d.datname = wanted.name
LEFT JOIN pg_catalog.pg_roles AS o ON o.rolname = wanted.owner
CROSS JOIN LATERAL (
  SELECT pg_catalog.concat_ws(', ',
    CASE WHEN d.encoding <> pg_catalog.pg_char_to_encoding(wanted.encoding::pg_catalog.name)
      THEN 'its encoding is ' || pg_catalog.pg_encoding_to_char(d.encoding) || ', not ' || wanted.encoding END,
    CASE WHEN d.datcollate <> wanted.locale OR d.datctype <> wanted.locale
      THEN 'its locale is ' || d.datcollate || ', not ' || wanted.locale END,
    CASE WHEN d.datdba <> o.oid
      THEN 'its owner is ' || pg_catalog.pg_get_userbyid(d.datdba) || ', not ' || wanted.owner END) AS words) AS more
