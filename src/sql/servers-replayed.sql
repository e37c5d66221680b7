-- How old what a standby shows is: when the last transaction it has replayed was committed, by the primary's clock. NULL
-- where it has replayed none since it started.
SELECT (extract(epoch FROM pg_catalog.pg_last_xact_replay_timestamp()) * 1000000)::pg_catalog.int8 AS replayed_us
