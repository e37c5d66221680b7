with x as (delete from a using b where true returning *) insert into t select * from x, y for update;
insert into t (a) values (1, (select 2)), (default) on conflict (a) do update set b = excluded.b;
update t set a = 1 from u where t.a = u.a; delete from t; merge into t using s on true when matched then delete;
select f(a), count(*) from t, lateral g(b) union select 1 into x; explain (analyze) select now();
