-- The server's clock, for ages that never mix two machines' clocks.
SELECT (extract(epoch FROM pg_catalog.clock_timestamp()) * 1000000)::pg_catalog.int8 AS now_us
