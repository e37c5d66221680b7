// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What a change costs, as a person reads it before the run: the catalog's better knowledge in text and JSON, and the
 * questions a run without a screen no longer asks because of it.
 */
#include "test.h"

#include "cli/shell.h"

static int scene_up(void **state)
{
	struct shell *sh = shell_new(*state);

	shell_sql(sh,
		"create table a (id int primary key, v varchar(20), n int check (n is not null));"
		"insert into a select g, g, g from generate_series(1, 100) g");
	/* Smaller than any table with rows: every one is big. */
	shell_env(sh, "DBTOP_HAZARD_SIZE", "8kB");
	*state = sh;
	return 0;
}

static void a_rewrite_says_what_it_writes_and_must_be_allowed(void **state)
{
	struct shell *sh = *state;
	shell_write(sh, "migrations/20240101000000_a.sql",
		"-- dbtop: up\nalter table a alter n type bigint;\n-- dbtop: down\n");

	dbtop(sh, "plan");
	shell_assert_out(sh, "ACCESS EXCLUSIVE on a");
	shell_assert_out(sh, ", rewrite\n");
	shell_assert_out(sh, "column n of public.a: integer to int8 rewrites ");
	shell_assert_out(sh, " and rebuilds 1 index, and nobody can read or write it meanwhile");
	dbtop(sh, "plan --json");
	shell_json(sh, "plan");
	shell_assert_out(sh, "integer to int8 rewrites ");
	dbtop(sh, "upgrade --yes");

	shell_assert(sh, 8);
	shell_assert_err(sh, "rewrite");
}

static void what_the_catalog_proves_to_be_an_instant_is_one(void **state)
{
	struct shell *sh = *state;
	shell_write(sh, "migrations/20240101000000_a.sql",
		"-- dbtop: up\nalter table a alter v type varchar(40), alter n set not null;\n"
		"-- dbtop: down\n");

	dbtop(sh, "plan");
	shell_assert_no(sh, ", rewrite\n");
	shell_assert_no(sh, ", scan\n");
	shell_assert_out(sh, "character varying(20) to varchar(40) leaves the rows as they are");
	dbtop(sh, "plan --json");
	shell_json(sh, "plan");
	shell_assert_out(sh, "a valid CHECK spares the scan");
	dbtop(sh, "upgrade --yes");

	shell_assert(sh, 0);
	shell_expect(sh,
		"select attnotnull from pg_attribute where attrelid = 'a'::regclass and attname = "
		"'n'",
		"t");
}

#define with_shell(test) cmocka_unit_test_setup_teardown(test, scene_up, shell_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_shell(a_rewrite_says_what_it_writes_and_must_be_allowed),
		with_shell(what_the_catalog_proves_to_be_an_instant_is_one),
	};
	return cmocka_run_group_tests(tests, shell_servers_up, shell_servers_down);
}
