-- Cancels what session $1 runs, from another session of the same role; on another server, known by its start, nothing.
SELECT pg_catalog.pg_cancel_backend($1::pg_catalog.int4) AS is_sent
WHERE pg_catalog.int8(pg_catalog.date_part('epoch', pg_catalog.pg_postmaster_start_time())
	OPERATOR(pg_catalog.*) 1000000) OPERATOR(pg_catalog.=) $2::pg_catalog.int8
