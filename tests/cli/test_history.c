// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Histories as operators meet them: in another schema, made by another tool, with files that were renamed, edited or
 * deleted after they were applied, and put right by hand.
 */
#include "test.h"

#include <unistd.h>

#include "base/mem.h"
#include "cli/shell.h"

#define ANSWERED "--yes --allow-hazard all"
#define A	 "migrations/20240101000000_a.sql"
#define B	 "migrations/20240102000000_b.sql"
#define C	 "migrations/20240103000000_c.sql"

static struct cluster *servers;

static int world_up(void **state)
{
	(void)state;
	servers = server_start(NULL);
	server_run(servers, 0, "create role app_owner");
	server_run(servers, 0, "create role \"Mixed Case\" login superuser");
	server_run(servers, 0, "create role plain login");
	return 0;
}

static int world_down(void **state)
{
	(void)state;
	server_end(servers);
	return 0;
}

static int shell_up(void **state)
{
	*state = shell_new(servers);
	return 0;
}

static int shell_down(void **state)
{
	shell_free(*state);
	return 0;
}

/* ---- which schema ---- */

static void write_pair(struct shell *sh)
{
	shell_write(sh, "migrations/1_a.up.sql", "create table a ();");
	shell_write(sh, "migrations/1_a.down.sql", "drop table a;");
}

/* The history stands where the tool itself would keep it: beside what the migration made. */
static void assert_both_in(struct shell *sh, const char *schema)
{
	dbtop(sh, "upgrade " ANSWERED);
	shell_assert(sh, 0);
	shell_expect(sh,
		"select string_agg(relname || ' in ' || relnamespace::regnamespace, ', ' order by "
		"relname) from pg_class where relname in ('a', 'schema_migrations')",
		schema);
	dbtop(sh, "status --check");
	shell_assert(sh, 0);
	shell_assert_no(sh, "warning");
	dbtop(sh, "downgrade " ANSWERED);
	shell_assert(sh, 0);
	shell_expect(sh, "select to_regclass('app.a')", NULL);
}

static void use_options(struct shell *sh, const char *user, const char *options)
{
	char *target = mem_printf("host=%s port=%d user='%s' dbname=%s options='%s'",
		cluster_socket_dir(servers), cluster_node_port(servers, 0), user, sh->database,
		options);

	shell_env(sh, "DBTOP_TARGET", target);
	free(target);
}

static void a_path_asked_for_while_connecting_counts(void **state)
{
	struct shell *sh = *state;
	write_pair(sh);
	shell_sql(sh, "create schema app");

	use_options(sh, "postgres", "-c search_path=app,public");

	assert_both_in(sh, "a in app, schema_migrations in app");
}

static void so_does_that_of_PGOPTIONS(void **state)
{
	struct shell *sh = *state;
	write_pair(sh);
	shell_sql(sh, "create schema app");

	shell_env(sh, "PGOPTIONS", "--search-path=app");

	assert_both_in(sh, "a in app, schema_migrations in app");
}

static void names_of_the_path_are_read_as_the_server_reads_them(void **state)
{
	struct shell *sh = *state;
	write_pair(sh);
	shell_sql(sh, "create schema \"Mixed Case\"");

	use_options(sh, "Mixed Case", "-c search_path=NoSuch,\"$user\",Public");

	assert_both_in(sh, "a in \"Mixed Case\", schema_migrations in \"Mixed Case\"");
}

static void user_in_the_path_is_the_role_that_is_set(void **state)
{
	struct shell *sh = *state;
	write_pair(sh);
	shell_sql(sh, "create schema app_owner authorization app_owner");
	shell_sql(sh, "grant create on schema public to app_owner");

	shell_env(sh, "DBTOP_MIGRATE_ROLE", "app_owner");

	assert_both_in(sh, "a in app_owner, schema_migrations in app_owner");
	shell_expect(sh,
		"select relowner::regrole from pg_class where relname = 'schema_migrations'",
		"app_owner");
}

static void a_schema_the_role_may_not_use_is_passed_by(void **state)
{
	struct shell *sh = *state;
	write_pair(sh);
	shell_sql(sh, "create schema app");
	shell_sql(sh, "grant create on schema public to plain");

	use_options(sh, "plain", "-c search_path=app,public");

	assert_both_in(sh, "a in public, schema_migrations in public");
}

int main(void)
{
#define IN_SHELL(test) cmocka_unit_test_setup_teardown(test, shell_up, shell_down)
	const struct CMUnitTest tests[] = {
		IN_SHELL(a_path_asked_for_while_connecting_counts),
		IN_SHELL(so_does_that_of_PGOPTIONS),
		IN_SHELL(names_of_the_path_are_read_as_the_server_reads_them),
		IN_SHELL(user_in_the_path_is_the_role_that_is_set),
		IN_SHELL(a_schema_the_role_may_not_use_is_passed_by),
	};
	return cmocka_run_group_tests(tests, world_up, world_down);
}
