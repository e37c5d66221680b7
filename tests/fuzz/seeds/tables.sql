create temp table if not exists s.t (id int primary key, o int references o (id), like l including all) inherits (p);
alter table only t add column a int default 1 not null, drop constraint c cascade, add foreign key (a) references b;
create unique index concurrently if not exists i on only s.t using gin ((lower(a))) where b > 1;
drop table if exists a, b.c cascade; comment on column a.b.c is 'x'; grant select, update (a) on table t to r;
