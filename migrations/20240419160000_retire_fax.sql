-- Something that cannot be undone. The statement is instant, and what stood in the column is gone: level 3, and the
-- prompt wants the target's name typed. There is no `ack` here on purpose: a run without a person stops before this
-- step with exit code 8 until somebody passes --allow-hazard data-loss.
--
-- dbtop: up
alter table customer drop column fax;

-- dbtop: down

-- The column comes back, the numbers do not. Where even that would be wrong, a file says
-- `irreversible` with a reason instead of having a down section.
alter table customer add column fax text;

-- dbtop: verify
select not exists (
	select 1 from pg_attribute
	where attrelid = 'customer'::regclass and attname = 'fax' and not attisdropped
);
