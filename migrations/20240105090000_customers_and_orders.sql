-- The first migration of a small shop, and of this tutorial.
--
-- A migration is one file: 14 digits (UTC) that name the revision, an underscore, a few words. It has up to three
-- sections, each begun by a comment that speaks to dbtop. To psql, and to a reader, the file is plain SQL.
--
-- dbtop: up

-- Everything here may stand in a transaction, so dbtop runs it as one step: all of it happens, or none,
-- and the row that says "applied" is written in the same transaction.
create table customer (
	id         bigint generated always as identity primary key,
	email      text not null unique,
	name       text not null,
	fax        text,
	created_at timestamptz not null default now()
);

create table orders (
	id          bigint generated always as identity primary key,
	customer_id bigint not null references customer (id),
	state       text not null default 'open',
	placed_at   timestamptz not null default now()
);

-- dbtop: down

-- The way back, in reverse order. It is what `dbtop downgrade` runs.
drop table orders;
drop table customer;

-- dbtop: verify

-- Queries that must return only true. They run read-only, after the up section and before its COMMIT.
select to_regclass('customer') is not null;
select to_regclass('orders') is not null;
