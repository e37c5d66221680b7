// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Commands on a terminal: a run tells each fact once and shows what takes long; colours unless NO_COLOR; a theme that
 * cannot be read is named; a terminal that is closed ends the run as it should.
 */
#include "test.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/shell.h"
#include "screen/pty.h"

#define A	 "migrations/20240101000000_a.sql"
#define B	 "migrations/20240102000000_b.sql"
#define ANSWERED "--yes --allow-hazard all"

enum { COLUMNS = 120, ROWS = 30 };

static struct cluster *servers;

struct seat {
	struct shell *sh;
	const char *line;
	struct pty pty;
};

static int world_up(void **state)
{
	(void)state;
	servers = server_start(NULL);
	return 0;
}

static int world_down(void **state)
{
	(void)state;
	server_end(servers);
	return 0;
}

static int seat_up(void **state)
{
	struct seat *seat = mem_new(struct seat);

	seat->sh = shell_new(servers);
	shell_env(seat->sh, "TERM", "xterm-256color");
	shell_write(seat->sh, A, "-- dbtop: up\ncreate table a (i int);\n");
	shell_write(seat->sh, B,
		"-- dbtop: up\ncreate table b (i int);\ncreate index concurrently b_i on b (i);\n");
	*state = seat;
	return 0;
}

static int seat_down(void **state)
{
	struct seat *seat = *state;

	if (seat->pty.vterm) /* a test may have used no terminal */
		pty_stop(&seat->pty);
	shell_free(seat->sh);
	free(seat);
	return 0;
}

static int body(void *arg)
{
	struct seat *seat = arg;

	shell_become(seat->sh, seat->line);
}

static void run(struct seat *seat, const char *line)
{
	seat->line = line;
	pty_start(&seat->pty, COLUMNS, ROWS, body, seat);
}

static int rows_with(const struct seat *seat, const char *text)
{
	int count = 0;

	for (int i = 0; i < ROWS; i++) {
		char *row = pty_row(&seat->pty, i);
		count += strstr(row, text) != NULL;
		free(row);
	}
	return count;
}

static bool was_written(const struct seat *seat, const char *bytes)
{
	return strstr(str_c(&seat->pty.bytes), bytes) != NULL;
}

/* ---- what a run tells ---- */

static void each_step_has_one_line_and_nothing_is_told_twice(void **state)
{
	struct seat *seat = *state;

	run(seat, "upgrade " ANSWERED);
	int status = pty_wait_end(&seat->pty);

	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(rows_with(seat, "ok 20240101000000 a  "), 1);
	assert_int_equal(rows_with(seat, "ok 20240102000000 b, step 1 of 2  "), 1);
	assert_int_equal(rows_with(seat, "ok 20240102000000 b, step 2 of 2  "), 1);
	assert_int_equal(
		rows_with(seat, "2 migrations applied; the database is at 20240102000000"), 1);
	assert_int_equal(rows_with(seat, "20240101000000"), 1);
	assert_int_equal(rows_with(seat, "REVISION"), 0);
	assert_true(was_written(seat, "\033[32mok\033[0m"));
}

static void a_failure_stands_where_the_step_stood(void **state)
{
	struct seat *seat = *state;
	shell_write(seat->sh, B, "-- dbtop: up\nselect 1 / 0;\n");

	run(seat, "upgrade " ANSWERED);
	int status = pty_wait_end(&seat->pty);

	assert_int_equal(WEXITSTATUS(status), 5);
	assert_int_equal(rows_with(seat, "failed 20240102000000 b"), 1);
	assert_int_equal(rows_with(seat, "20240102000000 b"), 1);
	assert_int_equal(rows_with(seat, "division by zero"), 1);
	assert_true(was_written(seat, "\033[31mfailed\033[0m"));
}

static void into_a_pipe_the_table_is_what_it_was(void **state)
{
	struct seat *seat = *state;

	dbtop(seat->sh, "upgrade " ANSWERED);

	shell_assert(seat->sh, 0);
	shell_assert_out(seat->sh, "REVISION        NAME  STATE");
	shell_assert_out(seat->sh, "20240101000000  a     applied");
	shell_assert_out(seat->sh, "20240102000000  b     applied");
	shell_assert_err(seat->sh, "ok 20240101000000 a  ");
	shell_assert_no(seat->sh, "\r");
	shell_assert_no(seat->sh, "\033");
}

static void what_takes_long_says_for_whom_it_waits(void **state)
{
	struct seat *seat = *state;
	shell_write(seat->sh, A, "-- dbtop: up\nselect 1;\nselect pg_advisory_xact_lock(7);\n");
	PGconn *holder = server_connect_to(seat->sh->conninfo);
	server_run_on(holder, "set application_name = 'the holder'");
	server_run_on(holder, "select pg_advisory_lock(7)");

	run(seat, "upgrade " ANSWERED " --lock-timeout 60s");
	pty_wait_text(&seat->pty, ", statement 2 of 2, waits for pid ");
	pty_wait_text(&seat->pty, "the holder");
	PQfinish(holder);
	int status = pty_wait_end(&seat->pty);

	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(rows_with(seat, "waits for pid"), 0); /* its line became that of the end */
	assert_int_equal(rows_with(seat, "ok 20240101000000 a  "), 1);
}

/* ---- colours and themes ---- */

static void NO_COLOR_means_none(void **state)
{
	struct seat *seat = *state;
	shell_env(seat->sh, "NO_COLOR", "1");

	run(seat, "upgrade " ANSWERED);
	int status = pty_wait_end(&seat->pty);

	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(rows_with(seat, "ok 20240101000000 a  "), 1);
	assert_false(was_written(seat, "\033[3"));
	assert_false(was_written(seat, "\033[1m"));
}

static void a_theme_that_cannot_be_read_is_named_and_the_console_opens(void **state)
{
	struct seat *seat = *state;
	shell_write(seat->sh, "../home/config/dbtop/themes/my.theme", "[roles]\nok = blurple\n");

	run(seat, "--theme my");
	pty_wait_text(&seat->pty, "my.theme:2");
	pty_wait_text(&seat->pty, "Migrations");
}

/* ---- a terminal that goes away ---- */

static void a_hangup_rolls_the_group_back(void **state)
{
	struct seat *seat = *state;
	struct shell *sh = seat->sh;
	struct shell_child child;
	shell_write(sh, A, "-- dbtop: up\ncreate table a ();\nselect pg_advisory_xact_lock(7);\n");
	PGconn *holder = server_connect_to(sh->conninfo);
	server_run_on(holder, "select pg_advisory_lock(7)");
	shell_start(sh, &child, "upgrade " ANSWERED " --lock-timeout 60s");
	shell_wait(sh, "select count(*) > 0 from pg_stat_activity where datname = "
		       "current_database() and query like '%pg_advisory_xact_lock(7)%' and "
		       "pid <> pg_backend_pid() and wait_event_type = 'Lock'");

	kill(child.pid, SIGHUP);
	shell_finish(&child);
	PQfinish(holder);

	shell_assert(sh, 129);
	shell_wait(sh, "select count(*) = 0 from pg_locks where locktype = 'advisory' and "
		       "database = (select oid from pg_database where datname = "
		       "current_database())");
	shell_expect(sh, "select to_regclass('a')", NULL);
	shell_expect(sh, "select count(*) from dbtop.revision", "0");
	dbtop(sh, "upgrade " ANSWERED);
	shell_assert(sh, 0);
}

int main(void)
{
#define AT_SEAT(test) cmocka_unit_test_setup_teardown(test, seat_up, seat_down)
	const struct CMUnitTest tests[] = {
		AT_SEAT(each_step_has_one_line_and_nothing_is_told_twice),
		AT_SEAT(a_failure_stands_where_the_step_stood),
		AT_SEAT(into_a_pipe_the_table_is_what_it_was),
		AT_SEAT(what_takes_long_says_for_whom_it_waits),
		AT_SEAT(NO_COLOR_means_none),
		AT_SEAT(a_theme_that_cannot_be_read_is_named_and_the_console_opens),
		AT_SEAT(a_hangup_rolls_the_group_back),
	};
	return cmocka_run_group_tests(tests, world_up, world_down);
}
