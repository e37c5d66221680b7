-- The settings of one of our connections, where the startup packet could not carry them (a pooler in session mode).
-- NULL gives a setting the value the role has anyway.
SELECT
	pg_catalog.set_config('search_path', $1, false),
	pg_catalog.set_config('default_transaction_read_only', $2, false),
	pg_catalog.set_config('statement_timeout', $3, false),
	pg_catalog.set_config('lock_timeout', $4, false),
	pg_catalog.set_config('idle_in_transaction_session_timeout', $5, false),
	pg_catalog.set_config('role', $6, false),
	pg_catalog.set_config('application_name', $7, false)
