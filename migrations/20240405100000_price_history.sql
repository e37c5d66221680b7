-- Functions hold semicolons and quotes of their own; dbtop cuts statements as PostgreSQL does.
--
-- dbtop: up
create table price_change (
	id         bigint generated always as identity primary key,
	product_id bigint not null,
	old_amount numeric(12, 2),
	new_amount numeric(12, 2),
	changed_at timestamptz not null default now(),
	changed_by text not null default session_user
);

create function price_was_changed() returns trigger language plpgsql as $body$
begin
	if new.amount is distinct from old.amount then
		insert into price_change (product_id, old_amount, new_amount)
		values (new.product_id, old.amount, new.amount);
	end if;
	return null; -- the row is written; what an AFTER trigger returns does not matter
end;
$body$;

create trigger price_changed after update on price
	for each row execute function price_was_changed();

-- dbtop: down
drop trigger price_changed on price;
drop function price_was_changed();
drop table price_change;

-- dbtop: verify
select count(*) = 1 from pg_trigger where tgrelid = 'price'::regclass and tgname = 'price_changed';
