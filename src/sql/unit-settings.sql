-- The settings of one transaction of our own on a session that others use too, through a pooler: a SET would reach
-- other clients, and would not be there for our next transaction. NULL gives a setting the value the role has anyway.
-- $4 is our name, $5 the process the handshake spoke of: where another one answers, a pooler has put our name on its
-- session, and clients that have none would go on under it.
SELECT
	pg_catalog.set_config('search_path', '', true),
	pg_catalog.set_config('statement_timeout', $1, true),
	pg_catalog.set_config('lock_timeout', $2, true),
	pg_catalog.set_config('idle_in_transaction_session_timeout', $3, true),
	CASE WHEN pg_catalog.pg_backend_pid() OPERATOR(pg_catalog.<>) CAST($5 AS pg_catalog.int4)
		THEN pg_catalog.set_config('application_name', '', false) END,
	pg_catalog.set_config('application_name', $4, true),
	CASE WHEN CAST($6 AS pg_catalog.text) IS NOT NULL THEN pg_catalog.set_config('role', $6, true) END
