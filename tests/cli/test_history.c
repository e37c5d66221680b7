// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Histories as operators meet them: in another schema, made by another tool, with files that were renamed, edited or
 * deleted after they were applied, and put right by hand.
 */
#include "test.h"

#include <signal.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/shell.h"

#define ANSWERED "--yes --allow-hazard all"
#define A	 "migrations/20240101000000_a.sql"
#define B	 "migrations/20240102000000_b.sql"
#define C	 "migrations/20240103000000_c.sql"

/* "dbto" << 32 | the lower 24 bits of the CRC-32 of "main" */
#define LOCK_KEY "7233471971603303780"

static struct cluster *servers;

static int world_up(void **state)
{
	*state = servers = server_start(NULL);
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

/* ---- files that changed after they were applied ---- */

#define UP(name) \
	"-- dbtop: up\ncreate table " name " (i int);\n-- dbtop: down\ndrop table " name ";\n"

static void write_three(struct shell *sh)
{
	shell_write(sh, A, UP("a"));
	shell_write(sh, B, UP("b"));
	shell_write(sh, C, UP("c"));
	dbtop(sh, "upgrade " ANSWERED);
	shell_assert(sh, 0);
}

static void file_gone(struct shell *sh, const char *name)
{
	char *path = mem_printf("%s/%s", sh->work, name);

	assert_int_equal(unlink(path), 0);
	free(path);
}

static void a_downgrade_through_a_missing_file_stops_before_anything(void **state)
{
	struct shell *sh = *state;
	static const char *const lines[] = { "downgrade 20240101000000", "downgrade base",
		"downgrade -2" };
	write_three(sh);
	file_gone(sh, B);

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		dbtop(sh, "%s " ANSWERED, lines[i]);
		shell_assert(sh, 7);
		shell_assert_err(sh, "20240102000000 is applied, but its file is missing from "
				     "migrations\n");
	}
	shell_expect(sh, "select to_regclass('c') is not null", "t");
	dbtop(sh, "downgrade -1 " ANSWERED); /* above it nothing is in the way */
	shell_assert(sh, 0);
	shell_expect(sh, "select to_regclass('c')", NULL);
}

static void what_the_hint_says_of_a_missing_file_works(void **state)
{
	struct shell *sh = *state;
	write_three(sh);
	file_gone(sh, B);
	dbtop(sh, "upgrade " ANSWERED);
	shell_assert(sh, 7);
	shell_assert_err(sh, "or say with `dbtop repair --mark absent 20240102000000 --reason");

	dbtop(sh, "repair --mark applied 20240102000000 --reason x");
	shell_assert(sh, 7);
	shell_assert_err(sh, "is in the history already, and its file is missing\n");
	dbtop(sh, "repair --mark absent 20240102000000 --reason 'never merged'");
	shell_assert(sh, 0);

	assert_string_equal(sh->err, "20240102000000 b is marked absent\n");
	shell_expect(sh, "select string_agg(rev, ' ' order by rev) from dbtop.revision",
		"20240101000000 20240103000000");
	dbtop(sh, "upgrade " ANSWERED);
	shell_assert(sh, 0);
	dbtop(sh, "history --limit 1");
	shell_assert_out(sh, "never merged");
}

static void an_edited_file_can_be_accepted_as_it_is_now(void **state)
{
	struct shell *sh = *state;
	write_three(sh);
	shell_write(sh, C, UP("c") "-- dbtop: verify\nselect true;\n");
	dbtop(sh, "upgrade " ANSWERED);
	shell_assert(sh, 7);

	dbtop(sh, "repair --mark applied 20240103000000 --reason 'a verify was added'");
	shell_assert(sh, 0);

	dbtop(sh, "status --check");
	shell_assert(sh, 0);
	shell_write(sh, C, "-- formatted\n" UP("c") "-- dbtop: verify\n  select true ;\n");
	dbtop(sh, "status");
	shell_assert_no(sh, "changed");
	shell_assert_err(sh, "another formatting than when it was applied\n");
	dbtop(sh, "upgrade " ANSWERED);
	shell_assert(sh, 0);
}

static void line_ends_of_another_system_are_formatting(void **state)
{
	struct shell *sh = *state;
	write_three(sh);

	shell_write(sh, C,
		"\xef\xbb\xbf-- dbtop: up\r\ncreate table c (i int);\r\n-- dbtop: down\r\n"
		"drop table c;\r\n");

	dbtop(sh, "upgrade " ANSWERED);
	shell_assert(sh, 0);
	shell_assert_err(sh, C ":1:1: begins with a byte order mark: skipped\n");
	shell_assert_err(sh, C ":1:1: another formatting than when it was applied\n");
	dbtop(sh, "downgrade " ANSWERED);
	shell_assert(sh, 0);
	shell_expect(sh, "select to_regclass('c')", NULL);
}

static void a_new_name_of_the_same_version_is_the_same_migration(void **state)
{
	struct shell *sh = *state;
	write_three(sh);
	file_gone(sh, C);

	shell_write(sh, "migrations/20240103000000_better_name.sql", UP("c"));

	dbtop(sh, "status");
	shell_assert_out(sh, "20240103000000  better_name  applied");
	dbtop(sh, "downgrade " ANSWERED);
	shell_assert(sh, 0);
	shell_expect(sh, "select to_regclass('c')", NULL);
}

static void a_byte_order_mark_of_a_guests_file_is_skipped_with_a_notice(void **state)
{
	struct shell *sh = *state;
	shell_write(sh, "migrations/1_a.up.sql",
		"\xef\xbb\xbf"
		"create table a ();\r\n");
	shell_write(sh, "migrations/1_a.down.sql", "drop table a;");

	dbtop(sh, "upgrade " ANSWERED);

	shell_assert(sh, 0);
	shell_assert_err(sh, "migrations/1_a.up.sql:1:1: begins with a byte order mark: skipped\n");
	shell_expect(sh, "select to_regclass('a') is not null", "t");
}

/* ---- branches ---- */

static void write_branches(struct shell *sh)
{
	shell_write(sh, A, UP("a"));
	shell_write(sh, B, "-- dbtop: parents 20240101000000\n" UP("b"));
	shell_write(sh, C, "-- dbtop: parents 20240101000000\n" UP("c"));
}

static void two_heads_are_named_and_run_only_when_both_are_meant(void **state)
{
	struct shell *sh = *state;
	write_branches(sh);

	dbtop(sh, "heads --csv");
	assert_string_equal(sh->out, "revision,name\n20240102000000,b\n20240103000000,c\n");
	dbtop(sh, "upgrade " ANSWERED);
	shell_assert(sh, 10);
	shell_assert_err(sh, "dbtop: 2 heads: 20240102000000_b, 20240103000000_c\n");
	shell_expect(sh, "select to_regnamespace('dbtop')", NULL);
	dbtop(sh, "upgrade heads " ANSWERED);
	shell_assert(sh, 0);
	dbtop(sh, "current --csv");
	shell_assert(sh, 0);
	assert_string_equal(sh->out,
		"revision,name,state\n20240102000000,b,applied\n20240103000000,c,applied\n");
}

static void a_parent_stays_while_something_is_built_on_it(void **state)
{
	struct shell *sh = *state;
	write_branches(sh);
	dbtop(sh, "upgrade 20240102000000 " ANSWERED);
	shell_assert(sh, 0);
	dbtop(sh, "upgrade 20240103000000 " ANSWERED);
	shell_assert(sh, 0);

	dbtop(sh, "downgrade 20240102000000 " ANSWERED);

	shell_assert(sh, 0);
	shell_assert_err(sh, "nothing to do\n"); /* nothing was built on that one */
	dbtop(sh, "downgrade 20240101000000 " ANSWERED);
	shell_assert(sh, 0);
	shell_expect(sh, "select string_agg(rev, ' ') from dbtop.revision", "20240101000000");
}

/* ---- the tables of other tools ---- */

static void an_interrupted_repair_says_that_nothing_was_said(void **state)
{
	struct shell *sh = *state;
	struct shell_child child;
	shell_write(sh, A, "-- dbtop: up\ncreate table a ();\n");
	dbtop(sh, "upgrade");
	shell_assert(sh, 0);
	PGconn *holder = server_connect_to(sh->conninfo);
	server_run_on(holder, "select pg_advisory_lock(" LOCK_KEY ")");
	shell_start(sh, &child, "repair --mark absent 20240101000000 --reason x");
	shell_wait_err(&child, "holds the migration lock");

	kill(child.pid, SIGINT);

	shell_finish(&child);
	shell_assert(sh, 130);
	shell_assert_err(sh, "canceled before anything was sent");
	shell_assert_no(sh, "is marked absent");
	shell_expect(sh, "select string_agg(rev, ' ') from dbtop.revision", "20240101000000");
	PQfinish(holder);
}

static void a_repair_of_one_row_says_nothing_of_others(void **state)
{
	struct shell *sh = *state;
	static const struct {
		const char *line;
		int status;
		const char *row, *says;
	} rows[] = {
		{ "repair --mark absent 1 --reason x", 7, "(2,f)",
			"public.schema_migrations keeps one version, and it is 2: what is older "
			"counts as applied\n" },
		{ "repair --mark absent 4 --reason x", 7, "(2,f)",
			"and it is 2: what is newer is absent already\n" },
		{ "repair --mark absent 2 --reason x", 0, "(1,f)", "2 m is marked absent\n" },
		{ "repair --mark absent 1 --reason x", 0, NULL, "1 m is marked absent\n" },
		{ "repair --mark applied 3 --reason x", 0, "(3,f)", "3 m is marked applied\n" },
	};
	for (int i = 1; i <= 4; i++) {
		char *name = mem_printf("migrations/%d_m.up.sql", i);
		char *text = mem_printf("create table t%d ();", i);
		shell_write(sh, name, text);
		free(name);
		free(text);
	}
	dbtop(sh, "upgrade 2 " ANSWERED);
	shell_assert(sh, 0);

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		dbtop(sh, "%s", rows[i].line);
		shell_assert(sh, rows[i].status);
		shell_assert_err(sh, rows[i].says);
		shell_expect(sh, "select string_agg(m::text, ' ') from schema_migrations m",
			rows[i].row);
	}
}

static void a_version_whose_file_is_gone_goes_back_to_the_one_below(void **state)
{
	struct shell *sh = *state;
	shell_write(sh, "migrations/1_a.up.sql", "create table a ();");
	shell_write(sh, "migrations/2_b.up.sql", "create table b ();");
	dbtop(sh, "upgrade " ANSWERED);
	shell_assert(sh, 0);
	file_gone(sh, "migrations/2_b.up.sql");

	dbtop(sh, "upgrade " ANSWERED);
	shell_assert(sh, 7);
	dbtop(sh, "repair --mark absent 2 --reason 'deleted'");
	shell_assert(sh, 0);

	shell_expect(sh, "select string_agg(m::text, ' ') from schema_migrations m", "(1,f)");
}

static const char in_goose[] = "-- +goose NO TRANSACTION\n-- +goose Up\ncreate table a (i int);\n"
			       "insert into a values (1), (1);\n"
			       "create unique index concurrently a_i on a (i);\n"
			       "-- +goose Down\ndrop table a;\n";

/* goose keeps no mark of what is half done; the store does, and must hear of a repair. */
static void a_repair_settles_what_only_the_store_knew(void **state)
{
	struct shell *sh = *state;
	shell_write(sh, "migrations/00001_a.sql", in_goose);
	dbtop(sh, "upgrade " ANSWERED);
	shell_assert(sh, 6);
	dbtop(sh, "status");
	shell_assert_out(sh, "00001     a     partial");

	shell_sql(sh, "drop table a");
	dbtop(sh, "repair --mark absent 1 --reason 'dropped by hand'");
	shell_assert(sh, 0);
	dbtop(sh, "status");
	shell_assert_out(sh, "00001     a     pending");

	shell_write(sh, "migrations/00001_a.sql", "-- +goose Up\ncreate table a ();\n");
	dbtop(sh, "upgrade " ANSWERED);
	shell_assert(sh, 0);
	dbtop(sh, "status");
	shell_assert_out(sh, "00001     a     applied");
}

static void the_newest_row_of_a_version_counts_and_history_goes_by_time(void **state)
{
	struct shell *sh = *state;
	for (int i = 1; i <= 3; i++) {
		char *name = mem_printf("migrations/0000%d_m.sql", i);
		shell_write(sh, name, "-- +goose Up\nselect 1;\n-- +goose Down\nselect 1;\n");
		free(name);
	}
	dbtop(sh, "upgrade " ANSWERED);
	shell_assert(sh, 0);

	shell_sql(sh, "insert into goose_db_version (version_id, is_applied) values (2, false)");
	shell_sql(
		sh, "update goose_db_version set tstamp = now() + '1 minute' where version_id = 1");
	dbtop(sh, "status --csv");
	shell_assert_out(sh, "00002,m,late,");
	dbtop(sh, "history --csv");

	shell_assert(sh, 0);
	const char *first = strstr(sh->out, ",applied,1,"), *third = strstr(sh->out, ",applied,3,");
	assert_non_null(first);
	assert_non_null(third);
	assert_true(first < third);
	assert_null(strstr(sh->out, ",applied,2,"));
	dbtop(sh, "history --limit 1 --csv");
	assert_null(strstr(sh->out, ",applied,3,"));
}

static void pairs_are_not_golang_migrates_where_sqlx_has_been(void **state)
{
	struct shell *sh = *state;
	write_pair(sh);
	shell_sql(sh, "create table _sqlx_migrations (version bigint primary key)");

	dbtop(sh, "upgrade " ANSWERED);
	shell_assert(sh, 1);
	shell_assert_err(sh,
		"dbtop: public._sqlx_migrations is there: this is a directory of sqlx, which is "
		"not read yet\n  hint: nothing was touched; if it is one of golang-migrate all "
		"the same, say --format golang-migrate\n");
	shell_expect(sh, "select to_regclass('a')", NULL);
	dbtop(sh, "upgrade --format golang-migrate " ANSWERED);
	shell_assert(sh, 0);
	dbtop(sh, "status --check"); /* its own table is there now */
	shell_assert(sh, 0);
}

int main(void)
{
#define IN_SHELL(test) cmocka_unit_test_setup_teardown(test, shell_set_up, shell_tear_down)
	const struct CMUnitTest tests[] = {
		IN_SHELL(a_path_asked_for_while_connecting_counts),
		IN_SHELL(so_does_that_of_PGOPTIONS),
		IN_SHELL(names_of_the_path_are_read_as_the_server_reads_them),
		IN_SHELL(user_in_the_path_is_the_role_that_is_set),
		IN_SHELL(a_schema_the_role_may_not_use_is_passed_by),
		IN_SHELL(a_downgrade_through_a_missing_file_stops_before_anything),
		IN_SHELL(what_the_hint_says_of_a_missing_file_works),
		IN_SHELL(an_edited_file_can_be_accepted_as_it_is_now),
		IN_SHELL(line_ends_of_another_system_are_formatting),
		IN_SHELL(a_new_name_of_the_same_version_is_the_same_migration),
		IN_SHELL(a_byte_order_mark_of_a_guests_file_is_skipped_with_a_notice),
		IN_SHELL(two_heads_are_named_and_run_only_when_both_are_meant),
		IN_SHELL(a_parent_stays_while_something_is_built_on_it),
		IN_SHELL(an_interrupted_repair_says_that_nothing_was_said),
		IN_SHELL(a_repair_of_one_row_says_nothing_of_others),
		IN_SHELL(a_version_whose_file_is_gone_goes_back_to_the_one_below),
		IN_SHELL(a_repair_settles_what_only_the_store_knew),
		IN_SHELL(the_newest_row_of_a_version_counts_and_history_goes_by_time),
		IN_SHELL(pairs_are_not_golang_migrates_where_sqlx_has_been),
	};
	return cmocka_run_group_tests(tests, world_up, world_down);
}
