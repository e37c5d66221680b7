-- dbtop: up
create table order_item (
	order_id   bigint not null references orders (id) on delete cascade,
	line       int not null,
	product_id bigint not null references product (id),
	quantity   int not null check (quantity > 0),
	unit_price numeric(12, 2) not null,
	primary key (order_id, line)
);

-- dbtop: down
drop table order_item;

-- dbtop: verify
select not exists (select 1 from order_item where quantity <= 0);
