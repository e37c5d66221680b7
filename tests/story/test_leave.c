// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Leaving and staying while a step runs: ^C once and twice, ^Z and back, TERM, a terminal that hangs up, a storm of
 * sizes. What stands on the server afterwards is what the rules say, and the terminal is as it was.
 */
#include "test.h"

#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "story/world.h"

enum { STORM = 120, END_LIMIT_US = 5000000, FREE_LIMIT_US = 3000000 };

static const char add_note[] = "-- dbtop: up\nalter table shop add column note text;\n"
			       "-- dbtop: down\nalter table shop drop column note;\n";
static const char add_index[] = "-- dbtop: up\ncreate index concurrently shop_id on shop (id);\n"
				"-- dbtop: down\ndrop index concurrently shop_id;\n";
static const char has_note[] =
	"select count(*) from pg_attribute where attrelid = 'shop'::regclass and attname = 'note'";
static const char is_free[] =
	"select count(*) = 0 from pg_stat_activity where application_name like 'dbtop/change%'";

#define WAITS(text)                                                                    \
	"select count(*) > 0 from pg_stat_activity where query ilike '" text "%' and " \
	"wait_event_type = 'Lock'"

/* A group that waits for somebody's lock. */
static PGconn *wait_in_group(struct world *w)
{
	world_begin(w, add_note, "");
	PGconn *holder = server_connect(w->servers, 0);
	server_run_on(holder, "begin; lock table shop in access share mode");
	world_step(w, "  running ");
	server_wait(w->servers, 0, WAITS("alter table"));
	return holder;
}

/* A build that waits for somebody's transaction: its index is there, invalid. */
static PGconn *wait_in_build(struct world *w)
{
	world_begin(w, add_index, "");
	PGconn *holder = server_connect(w->servers, 0);
	server_run_on(holder, "begin; lock table shop in row exclusive mode");
	world_step(w, "  running ");
	server_wait(w->servers, 0, WAITS("create index"));
	return holder;
}

static void expect_end(struct world *w, int status, int64_t from_us)
{
	int64_t took_us = clock_mono_us(&clock_system) - from_us;
	print_message("%lld us to the end\n", (long long)took_us);
	assert_true(took_us < END_LIMIT_US);
	assert_true(WIFEXITED(status));
	w->is_open = false;
}

static void end_by(struct world *w, int signum)
{
	int64_t from_us = clock_mono_us(&clock_system);
	kill(w->pty.pid, signum);
	int status = pty_wait_end(&w->pty);
	expect_end(w, status, from_us);
	assert_int_equal(WEXITSTATUS(status), 128 + signum);
	pty_assert_given_back(&w->pty);
	pty_stop(&w->pty);
}

/* The terminal's window is closed. */
static void hang_up(struct world *w)
{
	int status;
	int64_t from_us = clock_mono_us(&clock_system);
	close(w->pty.fd);
	w->pty.fd = -1;
	assert_int_equal(waitpid(w->pty.pid, &status, 0), w->pty.pid);
	w->pty.pid = 0;
	expect_end(w, status, from_us);
	assert_int_equal(WEXITSTATUS(status), 128 + SIGHUP);
	pty_stop(&w->pty);
}

static void the_first_interrupt_lets_the_group_end_the_second_ends_it(void **state)
{
	struct world *w = *state;
	PGconn *holder = wait_in_group(w);
	pty_type(&w->pty, "\003");
	pty_wait_text(&w->pty, "stopping after this step; ^C again cancels it");
	server_expect(w->servers, 0, WAITS("alter table"), "t");
	pty_type(&w->pty, "\003");
	pty_wait_text(&w->pty, "The step left nothing: the database is as before it.");
	server_run_on(holder, "rollback");
	server_expect(w->servers, 0, has_note, "0");

	server_run_on(holder, "begin; lock table shop in access share mode");
	world_answer(w, "a", "again 20240102.1");
	pty_wait_text(&w->pty, "  running ");
	server_wait(w->servers, 0, WAITS("alter table"));
	pty_type(&w->pty, "\003");
	pty_wait_text(&w->pty, "stopping after this step; ^C again cancels it");
	PQfinish(holder);
	pty_wait_text(&w->pty, "done   step 1 of 1");
	server_expect(w->servers, 0, has_note, "1");
	server_expect(w->servers, 0, "select count(*) from dbtop.revision", "2");
	pty_type(&w->pty, "\003");
	pty_wait_text(&w->pty, "q quits");
	world_close(w);
}

static void the_second_interrupt_of_a_build_leaves_what_can_be_cleared(void **state)
{
	struct world *w = *state;
	PGconn *holder = wait_in_build(w);
	pty_type(&w->pty, "\003");
	pty_wait_text(&w->pty, "stopping after this step; ^C again cancels it");
	server_expect(w->servers, 0, WAITS("create index"), "t");
	pty_type(&w->pty, "\003");
	pty_wait_text(&w->pty, "index public.shop_id is there and invalid");
	server_expect(w->servers, 0, "select state from dbtop.step where rev = '20240102000000'",
		"failed");
	PQfinish(holder);
	world_answer(w, "C", "clear 20240102.1");
	pty_wait_text(&w->pty, "done   step 1 of 1");
	server_expect(w->servers, 0,
		"select indisvalid from pg_index where indexrelid = 'shop_id'::regclass", "t");
	world_close(w);
}

/* Both migrations confirmed together; the first waits for a lock. */
static void start_both(struct world *w)
{
	pty_type(&w->pty, "\033");
	pty_wait_text(&w->pty, "you are here");
	pty_type(&w->pty, ":run.up\r");
	pty_wait_text(&w->pty, "step 1 of 2");
	pty_type(&w->pty, "c");
	pty_wait_text(&w->pty, "Press y to do it.");
	pty_type_until(&w->pty, "y", "  running ");
	server_wait(w->servers, 0, WAITS("alter table"));
}

static void a_run_of_several_steps_stops_after_the_one_under_way(void **state)
{
	struct world *w = *state;
	world_begin(w, add_note, "");
	world_migration(w, "20240103000000_more.sql", "-- dbtop: up\ncreate table more ();\n");
	PGconn *holder = server_connect(w->servers, 0);
	server_run_on(holder, "begin; lock table shop in access share mode");
	start_both(w);
	pty_type(&w->pty, "\003");
	pty_wait_text(&w->pty, "stopping after this step");
	PQfinish(holder);
	pty_wait_text(&w->pty, "ready   step 2 of 2");
	server_expect(w->servers, 0, has_note, "1");
	assert_null(server_cell(w->servers, 0, "select to_regclass('more')"));
	world_step(w, "done   step 2 of 2");
	world_close(w);
}

/* Locked while the first of two steps runs: it ends, the second is not begun, and nothing is held meanwhile. */
static void who_locks_a_run_of_several_steps_gives_the_connection_back(void **state)
{
	struct world *w = *state;
	world_begin(w, add_note, "");
	world_migration(w, "20240103000000_more.sql", "-- dbtop: up\ncreate table more ();\n");
	PGconn *holder = server_connect(w->servers, 0);
	server_run_on(holder, "begin; lock table shop in access share mode");
	start_both(w);
	pty_wait_text(&w->pty, "changing connection open");
	pty_type(&w->pty, "W");
	pty_wait_text(&w->pty, "LOCKED");
	server_expect(w->servers, 0, WAITS("alter table"), "t");
	PQfinish(holder);
	pty_wait_text(&w->pty, "ready   step 2 of 2");
	pty_wait_text(&w->pty, "changing connection closed");
	server_wait(w->servers, 0, is_free);
	server_expect(
		w->servers, 0, "select count(*) from pg_locks where locktype = 'advisory'", "0");
	assert_null(server_cell(w->servers, 0, "select to_regclass('more')"));
	pty_type(&w->pty, "W");
	pty_wait_text(&w->pty, " ARMED ");
	world_step(w, "done   step 2 of 2");
	server_expect(w->servers, 0, "select count(*) from dbtop.revision", "3");
	world_close(w);
}

static void who_locks_between_steps_gives_the_connection_back(void **state)
{
	struct world *w = *state;
	world_begin(w, "-- dbtop: up\nalter table missing add column note text;\n", "");
	world_step(w, "does not exist");
	pty_wait_text(&w->pty, "changing connection open");
	pty_type(&w->pty, "W");
	pty_wait_text(&w->pty, "changing connection closed");
	server_wait(w->servers, 0, is_free);
	pty_type(&w->pty, "W");
	pty_wait_text(&w->pty, " ARMED ");
	server_run(w->servers, 0, "create table missing ()");
	world_answer(w, "a", "again 20240102.1");
	pty_wait_text(&w->pty, "done   step 1 of 1");
	world_close(w);
}

/* The gate shuts while the first of two steps runs, and the second is not begun. */
static void an_interrupt_ends_the_wait_at_a_shut_gate(void **state)
{
	struct world *w = *state;
	world_begin(w, add_note, "gate.lag = 1MB\n");
	world_migration(w, "20240103000000_more.sql", "-- dbtop: up\ncreate table more ();\n");
	PGconn *holder = server_connect(w->servers, 0);
	server_run_on(holder, "begin; lock table shop in access share mode");
	start_both(w);
	server_run(w->servers, 1, "select pg_wal_replay_pause()");
	server_run(w->servers, 0,
		"create table ballast as select repeat('x', 900) from generate_series(1, 5000)");
	pty_wait_text(&w->pty, "GATE SHUT");
	PQfinish(holder);
	pty_wait_text(&w->pty, "waits: the gate is shut");
	pty_type(&w->pty, "\003");
	pty_wait_text(&w->pty, "ready   step 2 of 2");
	server_expect(w->servers, 0, has_note, "1");
	assert_null(server_cell(w->servers, 0, "select to_regclass('more')"));
	server_run(w->servers, 1, "select pg_wal_replay_resume()");
	pty_wait_text(&w->pty, "GATE OPEN");
	world_step(w, "done   step 2 of 2");
	world_close(w);
}

static void suspended_in_a_step_it_comes_back_to_it(void **state)
{
	struct world *w = *state;
	PGconn *holder = wait_in_group(w);
	pty_type(&w->pty, "\032");
	pty_wait_stop(&w->pty);
	pty_assert_given_back(&w->pty);
	server_expect(w->servers, 0, WAITS("alter table"), "t");
	kill(w->pty.pid, SIGCONT);
	pty_wait_text(&w->pty, "  running ");
	assert_true(w->pty.is_alternate);
	PQfinish(holder);
	pty_wait_text(&w->pty, "done   step 1 of 1");
	server_expect(w->servers, 0, has_note, "1");
	world_close(w);
}

static void expect_nothing_of_the_group(struct world *w, PGconn *holder)
{
	server_wait(w->servers, 0, is_free);
	PQfinish(holder);
	server_expect(w->servers, 0, has_note, "0");
	server_expect(w->servers, 0, "select count(*) from dbtop.revision", "1");
	server_expect(
		w->servers, 0, "select count(*) from pg_locks where locktype = 'advisory'", "0");
	world_open(w, 120, 36, "4 Migrations 1 to run");
	world_enter(w);
	world_step(w, "done   step 1 of 1");
	server_expect(w->servers, 0, has_note, "1");
	world_close(w);
}

static void a_term_rolls_the_group_back(void **state)
{
	struct world *w = *state;
	PGconn *holder = wait_in_group(w);
	end_by(w, SIGTERM);
	expect_nothing_of_the_group(w, holder);
}

static void a_terminal_that_hangs_up_rolls_the_group_back(void **state)
{
	struct world *w = *state;
	PGconn *holder = wait_in_group(w);
	hang_up(w);
	expect_nothing_of_the_group(w, holder);
}

/* The server finishes alone, the next console marks it done. */
static void expect_build_goes_on(struct world *w, PGconn *holder)
{
	server_expect(w->servers, 0, WAITS("create index"), "t");
	server_expect(w->servers, 0, "select state from dbtop.step where rev = '20240102000000'",
		"intent");
	PQfinish(holder);
	server_wait(w->servers, 0, is_free);
	world_open(w, 120, 36, "4 Migrations");
	world_enter(w);
	world_step(w, "index public.shop_id is there");
	world_answer(w, "M", "done 20240102.1");
	pty_wait_text(&w->pty, "done   step 1 of 1");
	server_expect(w->servers, 0,
		"select state from dbtop.revision where rev = '20240102000000'", "applied");
	world_close(w);
}

static void a_term_leaves_a_build_to_the_server(void **state)
{
	struct world *w = *state;
	PGconn *holder = wait_in_build(w);
	end_by(w, SIGTERM);
	expect_build_goes_on(w, holder);
}

static void a_terminal_that_hangs_up_leaves_a_build_to_the_server(void **state)
{
	struct world *w = *state;
	PGconn *holder = wait_in_build(w);
	hang_up(w);
	expect_build_goes_on(w, holder);
}

/* From the answer to the end; 0 is what a person's own leaving exits with. */
static void quit(struct world *w)
{
	pty_type(&w->pty, "q");
	pty_wait_text(&w->pty, "Quit while a step is running?");
	int64_t from_us = clock_mono_us(&clock_system);
	int status = pty_type_to_end(&w->pty, "y");
	expect_end(w, status, from_us);
	assert_int_equal(WEXITSTATUS(status), 0);
	pty_assert_given_back(&w->pty);
	pty_stop(&w->pty);
}

/* The server by itself looks for a client that is gone each 5 s: until then others would queue behind the group. */
static void quitting_in_a_group_frees_the_queue_at_once(void **state)
{
	struct world *w = *state;
	PGconn *holder = wait_in_group(w);
	quit(w);
	int64_t from_us = clock_mono_us(&clock_system);
	server_wait(w->servers, 0, is_free);
	assert_true(clock_mono_us(&clock_system) - from_us < FREE_LIMIT_US);
	expect_nothing_of_the_group(w, holder);
}

static void quitting_in_a_build_leaves_it_to_the_server(void **state)
{
	struct world *w = *state;
	PGconn *holder = wait_in_build(w);
	quit(w);
	expect_build_goes_on(w, holder);
}

static void a_term_between_steps_ends_it(void **state)
{
	struct world *w = *state;
	world_begin(w, add_note, "");
	end_by(w, SIGTERM);
	world_open(w, 120, 36, "4 Migrations 1 to run");
	world_enter(w);
	pty_type(&w->pty, "s");
	pty_wait_text(&w->pty, "Press y to do it.");
	end_by(w, SIGHUP);
	server_expect(w->servers, 0, has_note, "0");
}

static void a_frozen_server_does_not_hold_a_term(void **state)
{
	struct world *w = *state;
	PGconn *holder = wait_in_group(w);
	cluster_freeze_node(w->servers, 0);
	end_by(w, SIGTERM);
	cluster_thaw_node(w->servers, 0);
	expect_nothing_of_the_group(w, holder);
}

static void a_storm_of_sizes_leaves_the_step_alone(void **state)
{
	struct world *w = *state;
	PGconn *holder = wait_in_group(w);
	unsigned random = 4711;
	for (int i = 0; i < STORM; i++) {
		random = random * 1103515245 + 12345;
		int columns = 1 + (int)(random >> 16) % 200;
		random = random * 1103515245 + 12345;
		pty_resize(
			&w->pty, i % 40 ? columns : 1, i % 40 ? 1 + (int)(random >> 16) % 70 : 1);
	}
	pty_resize(&w->pty, 120, 36);
	pty_wait_text(&w->pty, "waits for pid");
	server_expect(w->servers, 0, WAITS("alter table"), "t");
	PQfinish(holder);
	pty_wait_text(&w->pty, "done   step 1 of 1");
	server_expect(w->servers, 0, has_note, "1");
	world_close(w);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, world_open_alone, world_close_all)

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	alarm(240); /* a child that hangs ends the test */
	setenv("LC_ALL", "C.UTF-8", 1);
	setlocale(LC_ALL, "");
	const struct CMUnitTest tests[] = {
		TEST(the_first_interrupt_lets_the_group_end_the_second_ends_it),
		TEST(the_second_interrupt_of_a_build_leaves_what_can_be_cleared),
		TEST(a_run_of_several_steps_stops_after_the_one_under_way),
		TEST(who_locks_a_run_of_several_steps_gives_the_connection_back),
		TEST(who_locks_between_steps_gives_the_connection_back),
		cmocka_unit_test_setup_teardown(an_interrupt_ends_the_wait_at_a_shut_gate,
			world_open_with_standby, world_close_all),
		TEST(suspended_in_a_step_it_comes_back_to_it),
		TEST(a_term_rolls_the_group_back),
		TEST(a_terminal_that_hangs_up_rolls_the_group_back),
		TEST(a_term_leaves_a_build_to_the_server),
		TEST(a_terminal_that_hangs_up_leaves_a_build_to_the_server),
		TEST(quitting_in_a_group_frees_the_queue_at_once),
		TEST(quitting_in_a_build_leaves_it_to_the_server),
		TEST(a_term_between_steps_ends_it),
		TEST(a_frozen_server_does_not_hold_a_term),
		TEST(a_storm_of_sizes_leaves_the_step_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
