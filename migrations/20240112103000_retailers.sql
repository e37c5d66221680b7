-- A file may name its parents itself, and must when two branches of work are brought together. Any revision is
-- named by its digits; several are separated by commas.
--
-- dbtop: up
-- dbtop: parents 20240112101500
create table retailer (
	id      bigint generated always as identity primary key,
	name    text not null unique,
	country char(2) not null check (country = upper(country)),
	website text
);

-- dbtop: down
drop table retailer;

-- dbtop: verify
select count(*) = 1 from pg_constraint where conrelid = 'retailer'::regclass and contype = 'c';
