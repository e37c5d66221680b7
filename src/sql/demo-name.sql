-- A session of the demo's workload takes the name of its application.
SELECT pg_catalog.set_config('application_name', $1, false) AS application_name
