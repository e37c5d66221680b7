-- And here the old rows are looked at, under a lock that lets everybody read and write meanwhile. In the file before,
-- the scan would have run under the strong lock of ADD CONSTRAINT, which is kept until COMMIT.
--
-- dbtop: up
alter table orders validate constraint orders_state_known;

-- dbtop: down

-- A constraint cannot be made "not valid" again: it goes, and comes back unproved.
alter table orders drop constraint orders_state_known;
alter table orders add constraint orders_state_known
	check (state in ('open', 'paid', 'shipped', 'returned')) not valid;

-- dbtop: verify
select convalidated from pg_constraint where conname = 'orders_state_known';
