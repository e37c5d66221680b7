// SPDX-License-Identifier: GPL-3.0-or-later
/* The question to the catalog, asked of a real server. */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "pg/server.h"
#include "sql/sql.h"

static const char fixture[] =
	"create schema app; create table app.customers (id int primary key);"
	"create table app.orders (id int primary key, customer int constraint orders_fk references "
	"app.customers, parent int constraint orders_self references app.orders);"
	"create table app.items (\"order\" int constraint items_fk references app.orders);"
	"create table app.events (day date) partition by range (day);"
	"create table app.events_old partition of app.events for values from ('2025-01-01') to "
	"('2026-01-01');"
	"create table public.plain (i int); create view app.seen as select 1;"
	"create domain app.word as text; create domain app.price as numeric(10,2) check (value > "
	"0);"
	"create type app.mood as enum ('sad');"
	"create table app.facts (id int primary key, a text collate \"C\", b app.word, c int, d "
	"int,"
	" e int, f int, customer int references app.customers, constraint b_there check (b is not "
	"null),"
	" check (d is not null or e > 0));"
	"create index on app.facts (a); create index on app.facts (lower(a)); create index on "
	"app.facts (f)"
	" where a <> '';"
	"create table app.child (check (f is not null)) inherits (app.facts);"
	"alter table app.facts add constraint c_there check (c is not null) not valid;"
	"insert into public.plain select generate_series(1, 1000); analyze public.plain;";

static int start(void **state)
{
	*state = server_start(NULL);
	server_run(*state, 0, fixture);
	return 0;
}

static int end(void **state)
{
	server_end(*state);
	return 0;
}

struct asked {
	const char *schemas, *names;	  /* of tables */
	const char *places, *columns;	  /* NULL = none */
	const char *type_schemas, *types; /* likewise */
	const char *sized;		  /* NULL = all */
};

static PGresult *facts(struct cluster *servers, const struct asked *asked)
{
	PGconn *conn = server_connect(servers, 0);
	const char *params[] = { asked->schemas, asked->names, NULL, NULL, NULL,
		asked->sized ? asked->sized : "{t,t,t,t}", asked->places ? asked->places : "{}",
		asked->columns ? asked->columns : "{}",
		asked->type_schemas ? asked->type_schemas : "{}",
		asked->types ? asked->types : "{}" };

	server_run_on(conn, "set search_path = ''");
	PGresult *r = PQexecParams(conn, sql_get("catalog-facts", PQserverVersion(conn)),
		ARRAY_SIZE(params), NULL, params, NULL, NULL, 0);
	if (PQresultStatus(r) != PGRES_TUPLES_OK)
		print_error("%s", PQresultErrorMessage(r));
	PQfinish(conn);
	return r;
}

static const char *cell(PGresult *r, int row, const char *column)
{
	return PQgetvalue(r, row, PQfnumber(r, column));
}

static bool is_what(PGresult *r, int row, const char *what)
{
	return strcmp(cell(r, row, "what"), what) == 0;
}

/* "1 app; 1 orders_fk>customers(customer); …": places, where found, who is at the other end (> out, < in), by which column. */
static char *ties(struct cluster *servers, const char *schemas, const char *names)
{
	PGresult *r = facts(servers, &(struct asked){ .schemas = schemas, .names = names });
	struct str said = { 0 };

	for (int i = 0; i < PQntuples(r); i++) {
		if (is_what(r, i, "table"))
			str_addf(&said, "%s%s %s", said.len ? "; " : "", cell(r, i, "place"),
				cell(r, i, "schema_name"));
		if (!is_what(r, i, "partner"))
			continue;
		const char *key = cell(r, i, "type"), *part = cell(r, i, "part");
		str_addf(&said, "%s%s %s%s%s", said.len ? "; " : "", cell(r, i, "place"),
			*key ? key : "part", *cell(r, i, "points_out") == 't' ? ">" : "<",
			cell(r, i, "name"));
		if (*part)
			str_addf(&said, "(%s)", part);
	}
	PQclear(r);
	return str_detach(&said);
}

static void assert_asked(
	struct cluster *servers, const char *schemas, const char *names, const char *wanted)
{
	char *said = ties(servers, schemas, names);
	assert_string_equal(said, wanted);
	free(said);
}

/* What is said of one column: "text default indexes 2/1 checks 1 domain not-null proven key". */
static void assert_column(
	struct cluster *servers, const char *table, const char *column, const char *wanted)
{
	PGresult *r = facts(servers,
		&(struct asked){
			.schemas = "{app}", .names = table, .places = "{1}", .columns = column });
	struct str said = { 0 };

	for (int i = 0; i < PQntuples(r); i++) {
		if (!is_what(r, i, "column"))
			continue;
		str_addf(&said, "%s %s indexes %s/%s checks %s", cell(r, i, "type"),
			*cell(r, i, "collation") ? cell(r, i, "collation") : "-",
			cell(r, i, "indexes"), cell(r, i, "special_indexes"), cell(r, i, "checks"));
		str_add(&said, *cell(r, i, "is_domain") == 't' ? " domain" : "");
		str_add(&said, *cell(r, i, "is_bound") == 't' ? " not-null" : "");
		str_add(&said, *cell(r, i, "points_out") == 't' ? " proven" : "");
		str_add(&said, *cell(r, i, "is_key") == 't' ? " key" : "");
	}
	PQclear(r);
	assert_string_equal(str_c(&said), wanted);
	str_release(&said);
}

static void both_ends_of_foreign_keys_are_named_but_never_the_table_itself(void **state)
{
	assert_asked(*state, "{app}", "{orders}",
		"1 app; 1 orders_fk>customers(customer); 1 items_fk<items(id)");
	assert_asked(*state, "{app,app}", "{customers,items}",
		"1 app; 2 app; 1 facts_customer_fkey<facts(id); 1 orders_fk<orders(id); 2 "
		"items_fk>orders(order)");
}

static void a_partition_names_its_parent(void **state)
{
	assert_asked(*state, "{app,app}", "{events_old,events}", "1 app; 2 app; 1 part>events");
}

static void a_name_without_a_schema_is_found_on_the_path_of_the_role(void **state)
{
	assert_asked(*state, "{\"\"}", "{plain}", "1 public");
	assert_asked(*state, "{\"\"}", "{orders}", "");
	server_run(*state, 0, "alter role current_user set search_path = app, public");
	assert_asked(*state, "{\"\",\"\"}", "{customers,plain}",
		"1 app; 2 public; 1 facts_customer_fkey<facts(id); 1 orders_fk<orders(id)");
	server_run(*state, 0, "alter role current_user reset search_path");
}

static void what_is_not_there_or_has_no_rows_has_no_line(void **state)
{
	assert_asked(*state, "{app,app}", "{seen,nothing}", "");
	assert_asked(*state, "{}", "{}", "");
}

static void a_column_says_what_rests_on_it(void **state)
{
	assert_column(*state, "{facts}", "{id}", "integer - indexes 1/0 checks 0 not-null proven");
	assert_column(*state, "{facts}", "{a}", "text pg_catalog.C indexes 3/2 checks 0");
	assert_column(*state, "{facts}", "{b}", "text default indexes 0/0 checks 2 domain proven");
	assert_column(*state, "{facts}", "{customer}", "integer - indexes 0/0 checks 0 key");
	assert_column(*state, "{customers}", "{id}",
		"integer - indexes 1/0 checks 0 not-null proven key");
	assert_column(*state, "{facts}", "{nothing}", "");
}

static void only_a_valid_check_of_not_null_alone_proves_it_in_every_child(void **state)
{
	assert_column(*state, "{facts}", "{c}", "integer - indexes 0/0 checks 0");
	assert_column(*state, "{facts}", "{d}", "integer - indexes 0/0 checks 2");
	assert_column(*state, "{facts}", "{f}", "integer - indexes 1/1 checks 1");
	assert_column(*state, "{child}", "{f}", "integer - indexes 0/0 checks 1 proven");
	server_run(*state, 0, "alter table app.facts validate constraint c_there");
	assert_column(*state, "{facts}", "{c}", "integer - indexes 0/0 checks 2 proven");
}

static void a_type_says_whether_it_is_a_domain_and_what_of(void **state)
{
	PGresult *r = facts(*state, &(struct asked){ .schemas = "{}",
					    .names = "{}",
					    .type_schemas = "{app,app,app,app}",
					    .types = "{price,word,mood,nothing}" });
	struct str said = { 0 };

	for (int i = 0; i < PQntuples(r); i++)
		str_addf(&said, "%s %s %s%s; ", cell(r, i, "place"), cell(r, i, "type"),
			cell(r, i, "is_domain"), cell(r, i, "is_bound"));
	PQclear(r);
	assert_string_equal(str_c(&said), "1 numeric(10,2) tt; 2 text tf; 3 app.mood ff; ");
	str_release(&said);
}

static void the_zone_is_told_unless_single_roles_have_their_own(void **state)
{
	const struct asked asked = {
		.schemas = "{app}", .names = "{facts}", .places = "{1}", .columns = "{a}"
	};
	server_run(*state, 0, "alter database postgres set timezone = 'Zulu'");
	PGresult *r = facts(*state, &asked);
	assert_true(is_what(r, 0, "zone"));
	assert_string_equal(cell(r, 0, "type"), "Zulu");
	PQclear(r);
	server_run(*state, 0, "alter role current_user set timezone = 'UTC'");
	r = facts(*state, &asked);
	assert_false(is_what(r, 0, "zone"));
	PQclear(r);
	server_run(*state, 0, "alter role current_user reset timezone");
}

/* Sizes that decide something are those of the files; others may be the planner's. */
static void sizes_count_indexes_children_and_partitions(void **state)
{
	PGconn *conn = server_connect(*state, 0);
	server_run_on(conn, "insert into app.facts (id, b, c, d) select i, 'x', i, i from "
			    "generate_series(1, 5000) i");
	server_run_on(conn, "insert into app.child (id, b, c, d, f) select i, 'x', i, i, i from "
			    "generate_series(1, 5000) i");
	server_run_on(conn, "vacuum analyze");
	PQfinish(conn);
	char *whole = server_cell(*state, 0,
		"select pg_total_relation_size('app.facts') + pg_total_relation_size('app.child')");
	const struct asked asked = { .schemas = "{app,app}", .names = "{facts,facts}" };
	struct asked planners = asked;
	planners.sized = "{t,f}";
	PGresult *r = facts(*state, &asked);
	assert_string_equal(cell(r, 0, "bytes"), whole);
	assert_string_equal(cell(r, 0, "parts"), "1");
	assert_string_equal(cell(r, 0, "indexes"), "4");
	PQclear(r);
	r = facts(*state, &planners);
	assert_string_equal(cell(r, 0, "bytes"), whole);
	/* free space and visibility maps apart */
	assert_true(atoll(cell(r, 1, "bytes")) > atoll(whole) / 2);
	assert_true(atoll(cell(r, 1, "bytes")) <= atoll(whole));
	PQclear(r);
	free(whole);
}

int main(void)
{
	server_need();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ends_of_foreign_keys_are_named_but_never_the_table_itself),
		cmocka_unit_test(a_partition_names_its_parent),
		cmocka_unit_test(a_name_without_a_schema_is_found_on_the_path_of_the_role),
		cmocka_unit_test(what_is_not_there_or_has_no_rows_has_no_line),
		cmocka_unit_test(a_column_says_what_rests_on_it),
		cmocka_unit_test(only_a_valid_check_of_not_null_alone_proves_it_in_every_child),
		cmocka_unit_test(a_type_says_whether_it_is_a_domain_and_what_of),
		cmocka_unit_test(the_zone_is_told_unless_single_roles_have_their_own),
		cmocka_unit_test(sizes_count_indexes_children_and_partitions),
	};
	return cmocka_run_group_tests(tests, start, end);
}
