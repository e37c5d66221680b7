// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The migrations of `dbtop setup`: what they need is asked first, and what becomes of the rest when one fails.
 */
#include "test.h"

#include "cli/setup_world.h"

static const char roles_sql[] = "select count(*) from pg_roles where rolname like '$\\_%'";
static const char databases_sql[] = "select count(*) from pg_database where datname like '$\\_%'";

static void a_migration_that_fails_leaves_what_was_made_and_is_gone_on_from(void **state)
{
	struct setup_world *w = *state;
	setup_describe(w, "owner = $_owner\n");
	shell_write(w->sh, "migrations/20240101000000_a.sql",
		"-- dbtop: up\ncreate table a (i int primary key);\n");
	shell_write(w->sh, "migrations/20240102000000_b.sql",
		"-- dbtop: up\ncreate table b (i nonsense);\n");
	shell_write(w->sh, "seed/a.csv", "i\n1\n");

	dbtop(w->sh, "setup --yes --json");
	shell_assert(w->sh, 5);
	shell_json(w->sh, "setup");
	setup_expect_item(w, "database", "$_shop", "made");
	setup_expect_item(w, "migrations", NULL, "failed");
	setup_expect_item(w, "seed", "a.csv", "waits");
	setup_expect(w, "select count(*) from a", "0");

	shell_write(w->sh, "migrations/20240102000000_b.sql",
		"-- dbtop: up\ncreate table b (i int);\n");
	dbtop(w->sh, "setup --yes --json");
	shell_assert(w->sh, 0);
	shell_json(w->sh, "setup");
	setup_expect_item(w, "database", "$_shop", "there");
	setup_expect_item(w, "migrations", NULL, "made");
	setup_expect(w, "select count(*) from a", "1");
}

static void hazards_of_the_migrations_are_answered_as_with_upgrade(void **state)
{
	struct setup_world *w = *state;
	shell_write(w->sh, "migrations/20240101000000_a.sql",
		"-- dbtop: up\ncreate table a (i int, j int);\n");
	setup_describe(w, "");
	dbtop(w->sh, "setup --yes");
	shell_assert(w->sh, 0);
	shell_write(w->sh, "migrations/20240102000000_b.sql",
		"-- dbtop: up\nalter table a drop column j;\n");

	dbtop(w->sh, "setup --yes");
	shell_assert(w->sh, 8);
	shell_assert_err(w->sh, "--allow-hazard data-loss:public.a");
	dbtop(w->sh, "setup --yes --allow-hazard data-loss:public.a");
	shell_assert(w->sh, 0);
	dbtop(w->sh, "setup --yes --allow-hazard data-los");
	shell_assert(w->sh, 2);
}

static void what_the_migrations_need_is_asked_before_anything_is_made(void **state)
{
	struct setup_world *w = *state;
	setup_describe(w, "app_roles = $_web\n");
	shell_write(w->sh, "migrations/20240101000000_a.sql",
		"-- dbtop: up\ncreate table a (i int);\ndo $$begin perform 1; end$$;\n");

	dbtop(w->sh, "setup --check");
	shell_assert(w->sh, 3);
	shell_assert_out(w->sh, "for the database: 1 pending");
	dbtop(w->sh, "setup --yes");
	shell_assert(w->sh, 8);
	shell_assert_err(w->sh, "--allow-hazard opaque");
	setup_expect_server(w, roles_sql, "0");
	setup_expect_server(w, databases_sql, "0");

	dbtop(w->sh, "setup --yes --allow-hazard opaque");
	shell_assert(w->sh, 0);
	setup_expect(w, "select count(*) from a", "0");
}

static void a_migration_that_cannot_be_read_stops_it_before_anything_is_made(void **state)
{
	struct setup_world *w = *state;
	setup_describe(w, "app_roles = $_web\n");
	shell_write(w->sh, "migrations/20240101000000_a.sql",
		"-- dbtop: up\n-- dbtop: parents 20230101000000\ncreate table a (i int);\n");

	dbtop(w->sh, "setup --yes --json");

	shell_assert(w->sh, 10);
	shell_json(w->sh, "setup");
	setup_expect_item(w, "migrations", NULL, "failed");
	setup_expect_server(w, roles_sql, "0");
	setup_expect_server(w, databases_sql, "0");
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup_world_up, setup_world_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_migration_that_fails_leaves_what_was_made_and_is_gone_on_from),
		test(hazards_of_the_migrations_are_answered_as_with_upgrade),
		test(what_the_migrations_need_is_asked_before_anything_is_made),
		test(a_migration_that_cannot_be_read_stops_it_before_anything_is_made),
	};
	return cmocka_run_group_tests(tests, shell_servers_up, shell_servers_down);
}
