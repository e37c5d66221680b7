SELECT pg_catalog.pg_terminate_backend($1::pg_catalog.int4) AS ended
