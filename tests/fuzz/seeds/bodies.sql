create or replace function f(a int) returns int begin atomic select case when a then 1 end; select 2; end;
create procedure p() begin atomic end; create rule r as on insert to t do also (delete from a; select 1);
create function g() returns int language plpgsql as $$ begin return 1; end $$;
