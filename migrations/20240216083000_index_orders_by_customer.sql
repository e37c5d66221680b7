-- An index on a table people write to is built CONCURRENTLY: slower, but nobody waits for it. PostgreSQL does not
-- allow that in a transaction, so the statement is a step of its own, confirmed and recorded alone. Should the build
-- be interrupted, it leaves an invalid index: the next `dbtop upgrade` finds it, says so and offers to clear it.
--
-- dbtop: up
-- dbtop: step build the index
create index concurrently orders_customer_id on orders (customer_id);

-- dbtop: down
drop index concurrently orders_customer_id;

-- dbtop: verify
select indisvalid from pg_index where indexrelid = 'orders_customer_id'::regclass;
