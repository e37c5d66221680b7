-- As golang-migrate's own postgres driver makes it.
CREATE TABLE IF NOT EXISTS :"schema".:"table" (version pg_catalog.int8 NOT NULL PRIMARY KEY, dirty pg_catalog.bool NOT NULL)
