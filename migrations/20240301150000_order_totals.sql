-- A column with a backfill. ADD COLUMN with a constant default is instant since PostgreSQL 11: no row is touched.
-- The UPDATE after it is not: it writes every old row, and asks at level 2. `ack` answers beforehand, for a run
-- without a person, with a reason that is kept; a person is asked all the same.
--
-- dbtop: up
-- dbtop: statement-timeout 5min
-- dbtop: step add the column
alter table orders add column total numeric(12, 2) not null default 0;

-- dbtop: step fill it from the items
-- dbtop: ack row-change the orders of a demo are few; a large table wants batches
update orders
set total = items.total
from (select order_id, sum(quantity * unit_price) as total from order_item group by order_id) as items
where orders.id = items.order_id and orders.total = 0;

-- dbtop: down
alter table orders drop column total;

-- dbtop: verify
select not exists (select 1 from orders where total is null);
