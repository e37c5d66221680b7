// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What an operator sees when things go wrong under the screen: servers that die or freeze, locks, bad statements,
 * standbys that fall behind, a killed dbtop, a second one. Each is a real one.
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

enum { KEY_LIMIT_US = 1000000 };

static void the_server_dies_and_comes_back_and_the_screen_stays(void **state)
{
	struct world *w = *state;
	struct err e;

	world_conf(w, "dev", "");
	world_open(w, 120, 36, "4 Migrations 12 to run");
	cluster_kill_node(w->servers, 0);
	pty_wait_text(&w->pty, "NO CONNECTION");
	pty_wait_text(&w->pty, "stale");
	pty_wait_text(&w->pty, "  try ");
	pty_wait_text(&w->pty, "4 Migrations 12 to run");
	assert_true(cluster_start_node(w->servers, 0, &e));
	pty_type(&w->pty, "r");
	pty_wait_text(&w->pty, "nothing needs attention");
	world_close(w);
}

/* Fault row 12. */
static void a_frozen_server_does_not_hold_the_keys(void **state)
{
	static const char *const keys[] = { "2", "3", "6", "1" };
	static const char *const seen[] = { "› Pool", "› Replicas", "› Notes", "Overview" };
	struct world *w = *state;
	int64_t worst_us = 0;

	world_conf(w, "dev", "");
	world_open(w, 120, 36, "4 Migrations 12 to run");
	cluster_freeze_node(w->servers, 0);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		int64_t from_us = clock_mono_us(&clock_system);
		pty_type(&w->pty, keys[i]);
		pty_wait_text(&w->pty, seen[i]);
		int64_t took_us = clock_mono_us(&clock_system) - from_us;
		worst_us = took_us > worst_us ? took_us : worst_us;
	}
	print_message("key to paint, server frozen: %lld us at worst\n", (long long)worst_us);
	assert_true(worst_us < KEY_LIMIT_US);
	world_close(w);
	cluster_thaw_node(w->servers, 0);
}

static void a_statement_that_waits_names_its_blocker_and_A_gives_it_up(void **state)
{
	struct world *w = *state;

	world_begin(w,
		"-- dbtop: up\n-- dbtop: lock-timeout 60s\nalter table shop add column note text;\n"
		"-- dbtop: down\nalter table shop drop column note;\n",
		"");
	PGconn *holder = server_connect(w->servers, 0);
	server_run_on(holder, "set application_name = 'night-report'; begin; lock table shop");
	char *waits = mem_printf(
		"waits for pid %d night-report, idle in transaction", PQbackendPID(holder));
	world_step(w, waits);
	free(waits);
	pty_type(&w->pty, "A");
	pty_wait_text(&w->pty, "The step left nothing: the database is as before it.");
	server_run_on(holder, "rollback");
	PQfinish(holder);
	server_expect(w->servers, 0,
		"select count(*) from pg_attribute where attrelid = 'shop'::regclass and attname = "
		"'note'",
		"0");
	server_expect(w->servers, 0, "select count(*) from dbtop.revision", "1");
	pty_type_until(&w->pty, "\033", "you are here: 20240101000000");
	server_wait(w->servers, 0, "select count(*) = 0 from pg_locks where locktype = 'advisory'");
	world_close(w);
}

static void a_failing_statement_says_where_why_and_what_is_true(void **state)
{
	struct world *w = *state;

	world_begin(w,
		"-- dbtop: up\nalter table shop add column note text;\n"
		"alter table shop add column naem nosuchtype;\n"
		"-- dbtop: down\nalter table shop drop column note;\n",
		"");
	world_step(w, "42704");
	pty_wait_text(&w->pty, "20240102000000_change.sql:3:34: type \"nosuchtype\"");
	/* a opens the question what to do: however long it is held, it does not answer it */
	pty_type_until(&w->pty, "a", "> a");
	pty_type(&w->pty, "\r");
	pty_wait_text(&w->pty, "that is not what was asked for; nothing was done");
	pty_wait_text(&w->pty, "The step left nothing: the database is as before it.");
	server_expect(w->servers, 0,
		"select count(*) from pg_attribute where attrelid = 'shop'::regclass and attname = "
		"'note'",
		"0");
	pty_type_until(&w->pty, "\033", "you are here: 20240101000000");
	world_close(w);
}

static void an_index_that_came_out_invalid_is_cleared_and_built_again(void **state)
{
	struct world *w = *state;

	world_begin(w,
		"-- dbtop: up\ncreate unique index concurrently shop_id on shop (id);\n"
		"-- dbtop: down\ndrop index concurrently shop_id;\n",
		"");
	world_step(w, "23505");
	pty_wait_text(&w->pty, "invalid");
	server_expect(w->servers, 0,
		"select indisvalid from pg_index where indexrelid = 'shop_id'::regclass", "f");
	server_run(w->servers, 0,
		"delete from shop a using shop b where a.id = b.id and a.ctid > b.ctid");
	world_answer(w, "C", "clear 20240102.1");
	pty_wait_text(&w->pty, "done   step 1 of 1");
	server_expect(w->servers, 0,
		"select indisvalid from pg_index where indexrelid = 'shop_id'::regclass", "t");
	world_close(w);
}

static void a_standby_far_behind_shuts_the_gate_and_it_opens_again(void **state)
{
	struct world *w = *state;

	world_begin(w,
		"-- dbtop: up\nalter table shop add column note text;\n"
		"-- dbtop: down\nalter table shop drop column note;\n",
		"gate.lag = 1MB\n");
	server_run(w->servers, 1, "select pg_wal_replay_pause()");
	server_run(w->servers, 0,
		"create table ballast as select repeat('x', 900) from generate_series(1, 5000)");
	pty_wait_text(&w->pty, "GATE SHUT");
	pty_type(&w->pty, "s");
	pty_wait_text(&w->pty, "run.step: ");
	server_expect(w->servers, 0,
		"select count(*) from pg_attribute where attrelid = 'shop'::regclass and attname = "
		"'note'",
		"0");
	server_run(w->servers, 1, "select pg_wal_replay_resume()");
	pty_wait_text(&w->pty, "GATE OPEN");
	world_step(w, "done   step 1 of 1");
	world_close(w);
}

static void a_dbtop_killed_in_a_lone_step_is_followed_by_one_that_knows(void **state)
{
	struct world *w = *state;

	world_begin(w,
		"-- dbtop: up\ncreate index concurrently shop_id on shop (id);\n"
		"-- dbtop: down\ndrop index concurrently shop_id;\n",
		"");
	PGconn *holder = server_connect(w->servers, 0);
	server_run_on(holder, "begin; lock table shop in row exclusive mode");
	world_step(w, "  running ");
	server_wait(w->servers, 0,
		"select count(*) > 0 from pg_stat_activity where query ilike 'create index%' and "
		"wait_event_type = 'Lock'");
	world_kill(w);
	server_run_on(holder, "rollback");
	PQfinish(holder);
	server_wait(w->servers, 0,
		"select count(*) = 0 from pg_stat_activity where query ilike 'create index%' and "
		"state "
		"<> 'idle'");
	world_open(w, 120, 36, "4 Migrations");
	pty_type(&w->pty, "4");
	pty_wait_text(&w->pty, "partial");
	world_close(w);
}

static void a_second_dbtop_is_told_who_the_first_is(void **state)
{
	struct world *w = *state;
	struct pty second;

	world_begin(w,
		"-- dbtop: up\nalter table shop add column a int;\n"
		"-- dbtop: down\nalter table shop drop column a;\n",
		"");
	PGconn *holder = server_connect(w->servers, 0);
	server_run_on(holder, "begin; lock table shop");
	world_step(w, "  running ");
	world_open_beside(w, &second, "4 Migrations 1 to run");
	pty_type(&second, "4");
	pty_wait_text(&second, "you are here");
	pty_type(&second, "\r");
	pty_wait_text(&second, "GATE");
	pty_type(&second, "s");
	pty_wait_text(&second, "Press y to do it.");
	pty_type_until(&second, "y", "holds the migration lock");
	pty_stop(&second);
	server_run_on(holder, "rollback");
	PQfinish(holder);
	pty_wait_text(&w->pty, "done   step 1 of 1");
	world_close(w);
}

static void a_step_that_waits_gives_way_to_those_behind_it(void **state)
{
	struct world *w = *state;
	PGconn *behind[3];

	world_begin(w,
		"-- dbtop: up\n-- dbtop: lock-timeout 60s\nalter table shop add column note text;\n"
		"-- dbtop: down\nalter table shop drop column note;\n",
		"gate.blocked = 3 for 1s\n");
	PGconn *holder = server_connect(w->servers, 0);
	server_run_on(holder, "begin; lock table shop in access share mode");
	world_step(w, "waits for");
	for (size_t i = 0; i < ARRAY_SIZE(behind); i++) {
		behind[i] = server_connect(w->servers, 0);
		assert_int_equal(PQsendQuery(behind[i], "select count(*) from shop"), 1);
	}
	pty_wait_text(&w->pty, "gave way");
	for (size_t i = 0; i < ARRAY_SIZE(behind); i++) {
		PGresult *result = PQgetResult(behind[i]); /* they get on while the holder stays */
		assert_int_equal(PQresultStatus(result), PGRES_TUPLES_OK);
		PQclear(result);
		PQfinish(behind[i]);
	}
	server_run_on(holder, "rollback");
	PQfinish(holder);
	pty_wait_text(&w->pty, "done   step 1 of 1");
	server_expect(w->servers, 0, "select count(*) from dbtop.revision", "2");
	world_close(w);
}

static void a_run_stops_at_its_breakpoint_and_a_step_left_out_is_recorded(void **state)
{
	struct world *w = *state;

	world_migration(w, "20240101000000_a.sql", "-- dbtop: up\ncreate table a ();\n");
	world_migration(w, "20240102000000_b.sql", "-- dbtop: up\ncreate table b ();\n");
	world_migration(w, "20240103000000_c.sql", "-- dbtop: up\ncreate table c ();\n");
	world_conf(w, "dev", "");
	world_open(w, 120, 36, "4 Migrations 3 to run");
	pty_type(&w->pty, "4");
	pty_wait_text(&w->pty, "you are here: nothing applied");
	pty_type(&w->pty, ":run.up\r");
	pty_wait_text(&w->pty, "step 1 of 3");
	pty_type(&w->pty, "jb");
	pty_wait_text(&w->pty, "breakpoint");
	pty_type(&w->pty, "c");
	pty_wait_text(&w->pty, "Press y to do it.");
	pty_type_until(&w->pty, "y", "step 2 of 3");
	server_expect(w->servers, 0, "select to_regclass('a')", "a");
	assert_null(server_cell(w->servers, 0, "select to_regclass('b')"));
	pty_type(&w->pty, ":run.skip by-hand\r");
	pty_wait_text(&w->pty, "Leave out step");
	pty_type_until(&w->pty, "x", "> x");
	pty_type(&w->pty, "\025skip 20240102.1\r");
	pty_wait_text(&w->pty, "step 3 of 3");
	world_step(w, "done   step 3 of 3");
	assert_null(server_cell(w->servers, 0, "select to_regclass('b')"));
	server_expect(w->servers, 0, "select to_regclass('c')", "c");
	server_expect(w->servers, 0,
		"select rev || ' ' || event || ' ' || (detail->>'reason') from dbtop.event where "
		"detail->>'reason' is not null",
		"20240102000000 skip by-hand");
	world_close(w);
}

static void end_by(struct world *w, int signal)
{
	world_conf(w, "dev", "");
	world_open(w, 120, 36, "4 Migrations 12 to run");
	kill(w->pty.pid, signal);
	int status = pty_wait_end(&w->pty);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 128 + signal);
	pty_assert_given_back(&w->pty);
	pty_stop(&w->pty);
	w->is_open = false;
}

static void the_terminal_comes_back_after_TERM_and_HUP(void **state)
{
	end_by(*state, SIGTERM);
	end_by(*state, SIGHUP);
}

static void resizing_without_end_leaves_a_whole_screen(void **state)
{
	static const int sizes[][2] = { { 200, 60 }, { 20, 3 }, { 1, 1 }, { 80, 24 }, { 60, 16 } };
	struct world *w = *state;

	world_conf(w, "dev", "");
	world_open(w, 120, 36, "4 Migrations 12 to run");
	for (size_t i = 0; i < 200; i++)
		pty_resize(
			&w->pty, sizes[i % ARRAY_SIZE(sizes)][0], sizes[i % ARRAY_SIZE(sizes)][1]);
	pty_resize(&w->pty, 120, 36);
	pty_type(&w->pty, "4");
	pty_wait_text(&w->pty, "you are here: nothing applied");
	world_close(w);
}

static void without_a_server_it_says_what_it_tried_and_names_the_demo(void **state)
{
	struct world *w = *state;
	struct err e;

	assert_true(cluster_stop_node(w->servers, 0, CLUSTER_STOP_FAST, &e));
	world_conf(w, "dev", "");
	world_open(w, 120, 36, "dbtop demo");
	pty_wait_text(&w->pty, cluster_socket_dir(w->servers));
	assert_true(cluster_start_node(w->servers, 0, &e));
	pty_type(&w->pty, "r");
	pty_wait_text(&w->pty, "4 Migrations 12 to run");
	world_close(w);
}

#define ALONE(test) cmocka_unit_test_setup_teardown(test, world_open_alone, world_close_all)

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	alarm(300); /* a child that hangs ends the test */
	setenv("LC_ALL", "C.UTF-8", 1);
	setlocale(LC_ALL, "");
	const struct CMUnitTest tests[] = {
		ALONE(the_server_dies_and_comes_back_and_the_screen_stays),
		ALONE(a_frozen_server_does_not_hold_the_keys),
		ALONE(a_statement_that_waits_names_its_blocker_and_A_gives_it_up),
		ALONE(a_failing_statement_says_where_why_and_what_is_true),
		ALONE(an_index_that_came_out_invalid_is_cleared_and_built_again),
		cmocka_unit_test_setup_teardown(
			a_standby_far_behind_shuts_the_gate_and_it_opens_again,
			world_open_with_standby, world_close_all),
		ALONE(a_dbtop_killed_in_a_lone_step_is_followed_by_one_that_knows),
		ALONE(a_second_dbtop_is_told_who_the_first_is),
		ALONE(a_step_that_waits_gives_way_to_those_behind_it),
		ALONE(a_run_stops_at_its_breakpoint_and_a_step_left_out_is_recorded),
		ALONE(the_terminal_comes_back_after_TERM_and_HUP),
		ALONE(resizing_without_end_leaves_a_whole_screen),
		ALONE(without_a_server_it_says_what_it_tried_and_names_the_demo),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
