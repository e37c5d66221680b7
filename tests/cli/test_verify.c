// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Verify on a real server: what is not true leaves nothing in a group, and makes a migration with lone steps failed; it
 * stays so until verify is true, or is taken back.
 */
#include "test.h"

#include "cli/shell.h"

#define NAME	 "migrations/20240101000000_a.sql"
#define ANSWERED "--yes --allow-hazard all"

static void a_query_without_rows_proves_nothing_and_is_named(void **state)
{
	struct shell *sh = *state;
	shell_write(sh, NAME,
		"-- dbtop: up\ncreate table a (i int);\n-- dbtop: verify\nselect true;\n"
		"select i = 1 from a;\n");

	dbtop(sh, "upgrade " ANSWERED);

	shell_assert(sh, 5);
	shell_assert_err(sh, "dbtop: " NAME ":5:1: verify is not true: the query returned no row\n"
			     "  now: the database is as it was before\n"
			     "  hint: a query that finds nothing proves nothing: write one that "
			     "always returns a row, such as SELECT count(*) > 0 FROM …\n");
	shell_expect(sh, "select to_regclass('a')", NULL);
	shell_expect(sh, "select count(*) from dbtop.revision", "0");
}

static void verify_sees_what_the_group_made_and_may_not_write(void **state)
{
	struct shell *sh = *state;
	shell_sql(sh, "create function sly() returns boolean language plpgsql as "
		      "'begin insert into a values (2); return true; end'");
	shell_write(sh, NAME,
		"-- dbtop: up\ncreate table a (i int);\ninsert into a values (1);\n"
		"-- dbtop: verify\nselect count(*) = 1 from a;\n");
	dbtop(sh, "upgrade " ANSWERED);
	shell_assert(sh, 0);
	shell_write(sh, "migrations/20240102000000_b.sql",
		"-- dbtop: up\ncreate table b ();\n-- dbtop: verify\nselect sly();\n");

	dbtop(sh, "upgrade " ANSWERED);

	shell_assert(sh, 5);
	shell_assert_err(sh, "read-only transaction (SQLSTATE 25006)");
	shell_expect(sh, "select count(*) from a", "1");
	shell_expect(sh, "select to_regclass('b')", NULL);
}

static const char lone[] = "-- dbtop: up\ncreate table a (i int);\n"
			   "create index concurrently a_i on a (i);\n"
			   "-- dbtop: down\ndrop table a;\n"
			   "-- dbtop: verify\nselect count(*) = 1 from a;\n";

static void fail_after_a_lone_step(struct shell *sh)
{
	shell_write(sh, NAME, lone);
	dbtop(sh, "upgrade " ANSWERED);
	shell_assert(sh, 6);
	shell_assert_err(sh,
		"dbtop: " NAME ":7:1: verify is not true: column \"?column?\" says f\n"
		"  now: part of the migration stands in the database\n"
		"  hint: put the cause right and go on: verify is asked again; or take the "
		"migration back with a downgrade\n");
	shell_expect(sh, "select state || ' ' || error from dbtop.revision",
		"failed verify is not true: column \"?column?\" says f");
}

static void after_a_lone_step_it_stays_failed_until_verify_is_true(void **state)
{
	struct shell *sh = *state;
	fail_after_a_lone_step(sh);

	dbtop(sh, "upgrade " ANSWERED);
	shell_assert(sh, 6);
	shell_assert_err(sh, NAME ":7:1: verify is not true");
	dbtop(sh, "status --json");
	const struct json *rows =
		json_get(json_get(shell_json(sh, "status"), "data"), "migrations");
	assert_string_equal(json_text(json_get(json_at(rows, 0), "state")), "failed");

	shell_sql(sh, "insert into a values (1)");
	dbtop(sh, "upgrade " ANSWERED);
	shell_assert(sh, 0);
	shell_expect(sh,
		"select state || ' ' || steps_done || ' ' || (error is null) from "
		"dbtop.revision",
		"applied 2 true");
	dbtop(sh, "upgrade " ANSWERED);
	shell_assert(sh, 0);
	shell_assert_err(sh, "nothing to do\n");
}

static void what_verify_refused_can_be_taken_back(void **state)
{
	struct shell *sh = *state;
	fail_after_a_lone_step(sh);

	dbtop(sh, "downgrade " ANSWERED);

	shell_assert(sh, 0);
	shell_expect(sh, "select to_regclass('a')", NULL);
	shell_expect(sh, "select count(*) from dbtop.revision", "0");
	shell_expect(sh, "select string_agg(event, ' ' order by id) from dbtop.event",
		"step-failed downgrade");
}

/* ---- probes ---- */

static void the_probe_of_a_file_decides_and_may_not_write(void **state)
{
	struct shell *sh = *state;
	shell_sql(sh, "create table told (i int)");
	shell_sql(sh, "create function sly() returns boolean language plpgsql as "
		      "'begin insert into told values (1); return true; end'");
	shell_write(sh, NAME,
		"-- dbtop: tx none\n-- dbtop: up\n"
		"-- dbtop: probe select count(*) > 0 from told\n"
		"insert into told values (1);\n-- dbtop: down\ndelete from told;\n");
	dbtop(sh, "upgrade " ANSWERED);
	shell_assert(sh, 0);
	shell_write(sh, "migrations/20240102000000_b.sql",
		"-- dbtop: tx none\n-- dbtop: up\n-- dbtop: probe select sly()\n"
		"create table b ();\n");

	dbtop(sh, "upgrade " ANSWERED);

	shell_expect(sh, "select count(*) from told", "1");
	shell_assert(sh, 0);
	shell_expect(sh, "select to_regclass('b') is not null", "t");
}

int main(void)
{
#define IN_SHELL(test) cmocka_unit_test_setup_teardown(test, shell_set_up, shell_tear_down)
	const struct CMUnitTest tests[] = {
		IN_SHELL(a_query_without_rows_proves_nothing_and_is_named),
		IN_SHELL(verify_sees_what_the_group_made_and_may_not_write),
		IN_SHELL(after_a_lone_step_it_stays_failed_until_verify_is_true),
		IN_SHELL(what_verify_refused_can_be_taken_back),
		IN_SHELL(the_probe_of_a_file_decides_and_may_not_write),
	};
	return cmocka_run_group_tests(tests, shell_servers_up, shell_servers_down);
}
