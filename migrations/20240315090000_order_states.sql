-- A constraint on a big table comes in two files. Here it is declared NOT VALID: new rows must obey, old rows are not
-- looked at, the strong lock is held for an instant.
--
-- dbtop: up
alter table orders add constraint orders_state_known
	check (state in ('open', 'paid', 'shipped', 'returned')) not valid;

-- dbtop: down
alter table orders drop constraint orders_state_known;

-- dbtop: verify
select not convalidated from pg_constraint where conname = 'orders_state_known';
