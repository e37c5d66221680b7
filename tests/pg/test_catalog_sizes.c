// SPDX-License-Identifier: GPL-3.0-or-later
/* The question for sizes and partners, asked of a real server. */
#include "test.h"

#include <stdlib.h>

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

/* "1 app orders_fk>customers; …": places, where found, and who is at the other end (> out, < in). */
static char *asked(struct cluster *servers, const char *schemas, const char *names)
{
	PGconn *conn = server_connect(servers, 0);
	const char *params[] = { schemas, names, NULL, NULL, NULL };
	struct str said = { 0 };

	server_run_on(conn, "set search_path = ''");
	PGresult *r = PQexecParams(conn, sql_get("catalog-sizes", PQserverVersion(conn)), 5, NULL,
		params, NULL, NULL, 0);
	if (PQresultStatus(r) != PGRES_TUPLES_OK)
		print_error("%s", PQresultErrorMessage(r));
	for (int i = 0; i < PQntuples(r); i++) {
		const char *key = PQgetvalue(r, i, PQfnumber(r, "constraint_name"));
		const char *out = PQgetvalue(r, i, PQfnumber(r, "points_out"));
		str_addf(&said, "%s%s %s", i ? "; " : "", PQgetvalue(r, i, PQfnumber(r, "place")),
			PQgetvalue(r, i, PQfnumber(r, "found_schema")));
		if (*out)
			str_addf(&said, " %s%s%s", *key ? key : "part", *out == 't' ? ">" : "<",
				PQgetvalue(r, i, PQfnumber(r, "partner_name")));
	}
	PQclear(r);
	PQfinish(conn);
	return str_detach(&said);
}

static void assert_asked(
	struct cluster *servers, const char *schemas, const char *names, const char *wanted)
{
	char *said = asked(servers, schemas, names);
	assert_string_equal(said, wanted);
	free(said);
}

static void both_ends_of_foreign_keys_are_named_but_never_the_table_itself(void **state)
{
	assert_asked(
		*state, "{app}", "{orders}", "1 app orders_fk>customers; 1 app items_fk<items");
	assert_asked(*state, "{app,app}", "{customers,items}",
		"1 app orders_fk<orders; 2 app items_fk>orders");
}

static void a_partition_names_its_parent(void **state)
{
	assert_asked(*state, "{app,app}", "{events_old,events}", "1 app part>events; 2 app");
}

static void a_name_without_a_schema_is_found_on_the_path_of_the_role(void **state)
{
	assert_asked(*state, "{\"\"}", "{plain}", "1 public");
	assert_asked(*state, "{\"\"}", "{orders}", "");
	server_run(*state, 0, "alter role current_user set search_path = app, public");
	assert_asked(
		*state, "{\"\",\"\"}", "{customers,plain}", "1 app orders_fk<orders; 2 public");
	server_run(*state, 0, "alter role current_user reset search_path");
}

static void what_is_not_there_or_has_no_rows_has_no_line(void **state)
{
	assert_asked(*state, "{app,app}", "{seen,nothing}", "");
	assert_asked(*state, "{}", "{}", "");
}

int main(void)
{
	server_need();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ends_of_foreign_keys_are_named_but_never_the_table_itself),
		cmocka_unit_test(a_partition_names_its_parent),
		cmocka_unit_test(a_name_without_a_schema_is_found_on_the_path_of_the_role),
		cmocka_unit_test(what_is_not_there_or_has_no_rows_has_no_line),
	};
	return cmocka_run_group_tests(tests, start, end);
}
