-- A new table that refers to others locks those too, for an instant: CREATE TABLE … REFERENCES takes SHARE ROW
-- EXCLUSIVE on category and retailer. The plan shows it, and dbtop gives up its place in the queue after the
-- lock timeout, rolls back, and tries the whole step again. A header line changes how long it waits.
--
-- dbtop: up
-- dbtop: lock-timeout 1s
create table product (
	id          bigint generated always as identity primary key,
	sku         text not null unique,
	name        text not null,
	category_id bigint references category (id),
	retailer_id bigint references retailer (id),
	created_at  timestamptz not null default now()
);

create index product_category_id on product (category_id);
create index product_retailer_id on product (retailer_id);

-- dbtop: down
drop table product;

-- dbtop: verify
select count(*) = 2 from pg_constraint where conrelid = 'product'::regclass and contype = 'f';
