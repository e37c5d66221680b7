-- Unless a file says otherwise its parent is the file before it by name: there is nothing to number by hand.
--
-- dbtop: up
create table category (
	id        bigint generated always as identity primary key,
	slug      text not null unique,
	name      text not null,
	parent_id bigint references category (id)
);
comment on table category is 'What a product is; a category may stand in another';

-- dbtop: down
drop table category;

-- dbtop: verify
select obj_description('category'::regclass) like 'What a product is%';
