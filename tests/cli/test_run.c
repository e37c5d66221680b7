// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Runs that do not go as planned: a statement fails, somebody presses ^C, two run at once, another holds a lock. The exit
 * code and the words say what is now true, and the catalog agrees.
 */
#include "test.h"

#include <signal.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/shell.h"

#define ANSWERED "--yes --allow-hazard all"

/* ---- a failing statement ---- */

static void a_failing_statement_is_placed_in_characters_of_the_file(void **state)
{
	struct shell *sh = *state;
	shell_write(sh, "migrations/20240101000000_a.sql",
		"-- dbtop: up\ncreate table a (i int);\n\n"
		"/* äöü€𝄞 */ create table b (\"süß\" text); select äöü from a;\n");

	dbtop(sh, "upgrade " ANSWERED);

	shell_assert(sh, 5);
	shell_assert_err(sh, "dbtop: migrations/20240101000000_a.sql:4:49: column \"äöü\" does not "
			     "exist (SQLSTATE 42703)\n"
			     "  now: the database is as it was before\n"
			     "  hint: Perhaps you meant to reference the column \"a.i\".\n");
	shell_expect(sh, "select to_regclass('a')", NULL);
	shell_expect(sh, "select count(*) from dbtop.revision", "0");
}

static void a_failure_later_leaves_what_was_applied_before_it_and_lists_it(void **state)
{
	struct shell *sh = *state;
	shell_write(
		sh, "migrations/20240101000000_a.sql", "-- dbtop: up\ncreate table a (i int);\n");
	shell_write(sh, "migrations/20240102000000_b.sql",
		"-- dbtop: up\ninsert into a values (1), (1);\n"
		"alter table a add constraint one unique (i);\n");

	dbtop(sh, "upgrade " ANSWERED " --json");

	shell_assert(sh, 5);
	const struct json *json = shell_json(sh, "upgrade");
	const struct json *error = json_get(json, "error");
	assert_string_equal(json_text(json_get(error, "kind")), "server");
	assert_string_equal(json_text(json_get(error, "sqlstate")), "23505");
	assert_string_equal(json_text(json_get(error, "file")), "migrations/20240102000000_b.sql");
	assert_int_equal(json_int(json_get(error, "line"), 0), 3);
	assert_string_equal(json_text(json_get(error, "detail")), "Key (i)=(1) is duplicated.");
	assert_string_equal(json_text(json_get(error, "database")), "unchanged");
	const struct json *done = json_get(json_get(json, "data"), "migrations");
	assert_int_equal(json_count(done), 1);
	assert_string_equal(json_text(json_get(json_at(done, 0), "revision")), "20240101000000");
	shell_expect(sh, "select string_agg(rev, ' ') from dbtop.revision", "20240101000000");
	shell_expect(sh, "select count(*) from a", "0");
}

static const char lone[] = "-- dbtop: up\ncreate table a (i int);\ninsert into a values (1), (1);\n"
			   "create unique index concurrently a_i on a (i);\n"
			   "-- dbtop: down\ndrop table a;\n";

static void a_failed_lone_step_is_half_done_and_goes_on_when_the_cause_is_gone(void **state)
{
	struct shell *sh = *state;
	shell_write(sh, "migrations/20240101000000_a.sql", lone);

	dbtop(sh, "upgrade " ANSWERED);
	shell_assert(sh, 6);
	shell_assert_err(sh, "dbtop: migrations/20240101000000_a.sql:4:1: could not create unique "
			     "index \"a_i\" (SQLSTATE 23505)\n"
			     "  detail: Key (i)=(1) is duplicated.\n"
			     "  now: part of the migration stands in the database\n"
			     "  hint: put the cause right and `dbtop upgrade` goes on from here; "
			     "`dbtop downgrade` takes back what stands\n");
	dbtop(sh, "status --json");
	const struct json *rows =
		json_get(json_get(shell_json(sh, "status"), "data"), "migrations");
	assert_string_equal(json_text(json_get(json_at(rows, 0), "state")), "failed");
	shell_sql(sh, "delete from a");
	dbtop(sh, "upgrade " ANSWERED);
	shell_assert(sh, 0);
	shell_expect(sh, "select indisvalid from pg_index where indexrelid = 'a_i'::regclass", "t");
	dbtop(sh, "upgrade " ANSWERED);
	shell_assert(sh, 0);
	shell_assert_err(sh, "nothing to do\n");
}

static void events_are_one_object_a_line_and_the_report_is_the_last(void **state)
{
	struct shell *sh = *state;
	shell_write(sh, "migrations/20240101000000_a.sql", "-- dbtop: up\ncreate table a ();\n");
	shell_write(sh, "migrations/20240102000000_b.sql", "-- dbtop: up\nselect 1 / 0;\n");
	static const char *const kinds[] = { "step_start", "step_done", "step_start",
		"step_failed" };
	struct err e;

	dbtop(sh, "upgrade " ANSWERED " --events");

	shell_assert(sh, 5);
	char *line = sh->out;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		size_t len = strcspn(line, "\n");
		struct json *json = json_parse(span_from(line, len), &e);
		assert_non_null(json);
		assert_string_equal(json_text(json_get(json, "event")), kinds[i]);
		assert_int_equal(json_int(json_get(json, "step"), 0), i / 2 + 1);
		json_free(json);
		line += len + 1;
	}
	struct json *report = json_parse(span_of(line), &e);
	assert_non_null(report);
	assert_int_equal(json_int(json_get(report, "exit"), 0), 5);
	json_free(report);
	assert_string_equal(sh->err, "");
}

/* ---- signals ---- */

/* Two migrations, the first of which waits for a lock that the test holds. */
static PGconn *start_held_run(struct shell *sh, struct shell_child *child)
{
	shell_write(sh, "migrations/20240101000000_a.sql",
		"-- dbtop: up\ncreate table a ();\nselect pg_advisory_xact_lock(7);\n");
	shell_write(sh, "migrations/20240102000000_b.sql", "-- dbtop: up\ncreate table b ();\n");
	PGconn *holder = server_connect_to(sh->conninfo);
	server_run_on(holder, "select pg_advisory_lock(7)");
	shell_start(sh, child, "upgrade " ANSWERED " --lock-timeout 60s");
	shell_wait(sh, "select count(*) > 0 from pg_stat_activity where datname = "
		       "current_database() and query like '%pg_advisory_xact_lock(7)%' and "
		       "pid <> pg_backend_pid() and wait_event_type = 'Lock'");
	return holder;
}

static void the_first_interrupt_stops_after_the_step(void **state)
{
	struct shell *sh = *state;
	struct shell_child child;
	PGconn *holder = start_held_run(sh, &child);

	kill(child.pid, SIGINT);
	shell_wait_err(&child, "stopping after this step");
	PQfinish(holder);
	shell_finish(&child);

	shell_assert(sh, 130);
	shell_expect(sh, "select string_agg(rev, ' ') from dbtop.revision", "20240101000000");
	shell_expect(sh, "select to_regclass('a') is not null and to_regclass('b') is null", "t");
}

static void the_second_interrupt_cancels_the_statement_and_nothing_is_left(void **state)
{
	struct shell *sh = *state;
	struct shell_child child;
	PGconn *holder = start_held_run(sh, &child);

	kill(child.pid, SIGINT);
	shell_wait_err(&child, "stopping after this step");
	kill(child.pid, SIGINT);
	shell_finish(&child);
	PQfinish(holder);

	shell_assert(sh, 130);
	shell_expect(sh, "select to_regclass('a')", NULL);
	shell_expect(sh, "select count(*) from dbtop.revision", "0");
	dbtop(sh, "upgrade " ANSWERED);
	shell_assert(sh, 0);
}

static void a_term_rolls_the_group_back(void **state)
{
	struct shell *sh = *state;
	struct shell_child child;
	PGconn *holder = start_held_run(sh, &child);

	kill(child.pid, SIGTERM);
	shell_finish(&child);
	PQfinish(holder);

	shell_assert(sh, 143);
	shell_wait(sh, "select count(*) = 0 from pg_locks where locktype = 'advisory' and "
		       "database = (select oid from pg_database where datname = "
		       "current_database())");
	shell_expect(sh, "select to_regclass('a')", NULL);
	shell_expect(sh, "select count(*) from dbtop.revision", "0");
}

/* ---- others ---- */

static void who_comes_second_is_told_who_holds_the_lock(void **state)
{
	struct shell *sh = *state;
	struct shell_child child;
	PGconn *holder = start_held_run(sh, &child);
	struct shell *second = shell_new(sh->cluster);
	shell_env(second, "DBTOP_TARGET", sh->conninfo);
	shell_write(second, "migrations/20240101000000_a.sql",
		"-- dbtop: up\ncreate table a ();\nselect pg_advisory_xact_lock(7);\n");

	dbtop(second, "upgrade " ANSWERED " --lock-wait 300ms");

	shell_assert(second, 4);
	shell_assert_err(second, "pid ");
	shell_assert_err(second, "dbtop/change");
	shell_free(second);
	PQfinish(holder);
	shell_finish(&child);
	shell_assert(sh, 0);
}

enum { MIGRATIONS = 12, ROUNDS = 3, PROCESSES_MAX = 4 };

static void write_many(struct shell *sh)
{
	for (int i = 1; i <= MIGRATIONS; i++) {
		char *name = mem_printf("migrations/202401010000%02d_t.sql", i);
		char *text = mem_printf("-- dbtop: up\ncreate table t%d ();\n"
					"-- dbtop: down\ndrop table t%d;\n",
			i, i);
		shell_write(sh, name, text);
		free(name);
		free(text);
	}
}

static void race(struct shell *sh, const char *line, int count, const char *tables)
{
	struct shell_child children[PROCESSES_MAX];

	for (int i = 0; i < count; i++)
		shell_start(sh, &children[i], "%s", line);
	for (int i = 0; i < count; i++) {
		shell_finish(&children[i]);
		/* Whose plan was made old by another makes it again. */
		shell_assert(sh, 0);
		shell_assert_no(sh, "SQLSTATE");
		shell_assert_no(sh, "duplicate key");
		shell_assert_no(sh, "deadlock");
	}
	shell_expect(sh, "select count(*) from pg_class where relname ~ '^t[0-9]+$'", tables);
	shell_expect(sh, "select count(*) from dbtop.revision", tables);
}

static void several_at_once_leave_one_history_and_no_raw_error(void **state)
{
	struct shell *sh = *state;
	write_many(sh);

	for (int round = 0; round < ROUNDS; round++) {
		for (int count = 2; count <= PROCESSES_MAX; count += 2) {
			race(sh, "upgrade " ANSWERED, count, "12");
			race(sh, "downgrade base " ANSWERED, count, "0");
		}
	}
	shell_expect(sh,
		"select count(*) filter (where event = 'upgrade') || ' ' || count(*) filter (where "
		"event = 'downgrade') from dbtop.event",
		"72 72");
}

/* ---- mismatches ---- */

static void a_changed_file_stops_with_7_and_a_reformatted_one_is_a_warning(void **state)
{
	struct shell *sh = *state;
	static const char name[] = "migrations/20240101000000_a.sql";
	shell_write(sh, name, "-- dbtop: up\ncreate table a (i int);\n");
	dbtop(sh, "upgrade " ANSWERED);
	shell_assert(sh, 0);

	shell_write(sh, name, "-- dbtop: up\n-- as it was\ncreate  table a (i int) ;\n");
	dbtop(sh, "status");
	shell_assert(sh, 0);
	shell_assert_out(sh, "applied");
	shell_assert_err(sh, "another formatting than when it was applied\n");
	dbtop(sh, "upgrade " ANSWERED);
	shell_assert(sh, 0);

	shell_write(sh, name, "-- dbtop: up\ncreate table a (i bigint);\n");
	dbtop(sh, "status");
	shell_assert_out(sh, "changed");
	dbtop(sh, "upgrade " ANSWERED);
	shell_assert(sh, 7);
	shell_assert_err(sh, "dbtop: migrations/20240101000000_a.sql:1:1: has changed since it was "
			     "applied\n");
}

static void a_dirty_row_says_what_to_look_at_and_repair_settles_it(void **state)
{
	struct shell *sh = *state;
	shell_write(sh, "migrations/1_a.up.sql", "create table a ();");
	shell_write(sh, "migrations/1_a.down.sql", "drop table a;");
	shell_write(sh, "migrations/2_b.up.sql", "create table b ();");
	shell_write(sh, "migrations/2_b.down.sql", "drop table b;");
	dbtop(sh, "upgrade +1 " ANSWERED);
	shell_assert(sh, 0);
	shell_sql(sh, "update schema_migrations set dirty = true");

	dbtop(sh, "status");
	shell_assert_out(sh, "partial");
	dbtop(sh, "current --json");
	const struct json *rows = json_get(json_get(shell_json(sh, "current"), "data"), "current");
	assert_true(json_is_true(json_get(json_at(rows, 0), "dirty")));
	dbtop(sh, "upgrade " ANSWERED);
	shell_assert(sh, 6);
	shell_assert_err(sh, "hint: look at what stands, then say `dbtop repair --mark applied 1 "
			     "--reason \"…\"`, or absent\n");
	shell_expect(sh, "select to_regclass('b')", NULL);
	dbtop(sh, "repair --mark applied 1 --reason 'seen by hand'");
	shell_assert(sh, 0);
	shell_expect(sh, "select string_agg(m::text, ' ') from schema_migrations m", "(1,f)");
	dbtop(sh, "upgrade " ANSWERED);
	shell_assert(sh, 0);
	shell_expect(sh, "select string_agg(m::text, ' ') from schema_migrations m", "(2,f)");
}

int main(void)
{
#define IN_SHELL(test) cmocka_unit_test_setup_teardown(test, shell_set_up, shell_tear_down)
	const struct CMUnitTest tests[] = {
		IN_SHELL(a_failing_statement_is_placed_in_characters_of_the_file),
		IN_SHELL(a_failure_later_leaves_what_was_applied_before_it_and_lists_it),
		IN_SHELL(a_failed_lone_step_is_half_done_and_goes_on_when_the_cause_is_gone),
		IN_SHELL(events_are_one_object_a_line_and_the_report_is_the_last),
		IN_SHELL(the_first_interrupt_stops_after_the_step),
		IN_SHELL(the_second_interrupt_cancels_the_statement_and_nothing_is_left),
		IN_SHELL(a_term_rolls_the_group_back),
		IN_SHELL(who_comes_second_is_told_who_holds_the_lock),
		IN_SHELL(several_at_once_leave_one_history_and_no_raw_error),
		IN_SHELL(a_changed_file_stops_with_7_and_a_reformatted_one_is_a_warning),
		IN_SHELL(a_dirty_row_says_what_to_look_at_and_repair_settles_it),
	};
	return cmocka_run_group_tests(tests, shell_servers_up, shell_servers_down);
}
