-- Tables and a view over them, in one step.
--
-- dbtop: up
create table price (
	product_id bigint not null references product (id),
	valid_from timestamptz not null default now(),
	amount     numeric(12, 2) not null check (amount >= 0),
	currency   char(3) not null default 'EUR',
	primary key (product_id, valid_from)
);

create view current_price as
select distinct on (product_id) product_id, amount, currency, valid_from
from price
where valid_from <= now()
order by product_id, valid_from desc;

-- dbtop: down
drop view current_price;
drop table price;

-- dbtop: verify
select has_table_privilege(current_user, 'current_price', 'select');
