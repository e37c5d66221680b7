-- The search_path of one transaction, as the session of whoever typed has it.
SELECT pg_catalog.set_config('search_path', $1, true)
