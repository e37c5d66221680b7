// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The main job at two sizes, with all the wrong answers first, and the same on production: what nobody meant must not
 * happen. Checked in cells, in the catalog, and in the store.
 */
#include "test.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "story/world.h"

static int open_servers(void **state)
{
	*state = world_new(2);
	return 0;
}

static int close_servers(void **state)
{
	world_free(*state);
	return 0;
}

static void assert_nothing_ran(struct world *w)
{
	assert_null(server_cell(w->servers, 0, "select to_regclass('customer')"));
	assert_null(server_cell(w->servers, 0, "select to_regnamespace('dbtop')"));
}

/* Each is typed until the prompt says no; none of them may do anything. */
static void answer_wrongly(struct world *w, const char *answer)
{
	pty_type(&w->pty, "s");
	pty_wait_text(&w->pty, "Press y to do it.");
	pty_type_until(&w->pty, answer, "nothing was done");
	assert_nothing_ran(w);
	pty_type_until(&w->pty, "\033[A", "GATE OPEN");
}

static void type_ahead_and_paste(struct world *w)
{
	pty_type(&w->pty, "sy");
	pty_wait_text(&w->pty, "Press y to do it.");
	pty_type(&w->pty, "\033[200~y\033[201~");
	pty_wait_text(&w->pty, "a paste does not answer: type the words yourself");
	assert_nothing_ran(w);
	pty_type(&w->pty, "\033");
	pty_wait_text(&w->pty, "nothing was done");
	assert_nothing_ran(w);
}

static void look(struct world *w, const char *standing)
{
	pty_wait_text(&w->pty, " STAGE  ");
	pty_wait_text(&w->pty, "pg-b");
	pty_wait_text(&w->pty, "pg-c");
	pty_type(&w->pty, "4");
	pty_wait_text(&w->pty, standing);
}

/* Load made beside the step is seen in the pool and in the standbys. */
static void watch_load(struct world *w)
{
	PGconn *busy = server_connect(w->servers, 0);
	server_run_on(busy, "set application_name = 'till-7'; begin; select 1");
	server_run(w->servers, 2, "select pg_wal_replay_pause()");
	server_run(w->servers, 0,
		"create table ballast as select repeat('x', 900) from generate_series(1, 9000)");
	pty_type(&w->pty, "2");
	pty_wait_text(&w->pty, "till-7");
	pty_type(&w->pty, "3");
	pty_wait_text(&w->pty, " MB");
	server_run(w->servers, 2, "select pg_wal_replay_resume()");
	server_run_on(busy, "rollback");
	PQfinish(busy);
	server_run(w->servers, 0, "drop table ballast");
}

static void step_up(struct world *w)
{
	pty_type(&w->pty, "4");
	pty_wait_text(&w->pty, "you are here: nothing applied");
	pty_type(&w->pty, "\r");
	pty_wait_text(&w->pty, "create table customer");
	pty_wait_text(&w->pty, "GATE OPEN");
	answer_wrongly(w, "\r");
	answer_wrongly(w, "s");
	type_ahead_and_paste(w);
	world_step(w, "done   step 1 of 1");
	server_expect(w->servers, 0, "select to_regclass('customer')", "customer");
	server_expect(w->servers, 0, "select rev from dbtop.revision", "20240105090000");
	server_wait(w->servers, 2, "select to_regclass('customer') is not null");
	pty_type(&w->pty, "\033");
	pty_wait_text(&w->pty, "you are here: 20240105090000");
	server_wait(w->servers, 0, "select count(*) = 0 from pg_locks where locktype = 'advisory'");
}

static void pin_a_note(struct world *w)
{
	pty_type(&w->pty, "m");
	pty_wait_text(&w->pty, "note:");
	pty_type(&w->pty, "ask about fax\r");
	pty_type(&w->pty, "6");
	pty_wait_text(&w->pty, "ask about fax");
}

static void step_down(struct world *w)
{
	pty_type(&w->pty, "4");
	pty_wait_text(&w->pty, "you are here: 20240105090000");
	pty_type(&w->pty, "G");
	pty_wait_text(&w->pty, "▸●");
	pty_type(&w->pty, "R");
	pty_wait_text(&w->pty, "Rollback");
	pty_wait_text(&w->pty, "drop table orders");
	pty_type(&w->pty, "s");
	pty_wait_text(&w->pty, "L3 destructive");
	pty_type_until(&w->pty, "c", "> c");
	pty_type(&w->pty, "\025customers_and_orders\r");
	pty_wait_text(&w->pty, "Starts in");
	pty_wait_text(&w->pty, "done   step 1 of 1");
	assert_null(server_cell(w->servers, 0, "select to_regclass('customer')"));
	server_expect(w->servers, 0, "select count(*) from dbtop.revision", "0");
	pty_type(&w->pty, "\033");
	pty_wait_text(&w->pty, "you are here: nothing applied");
}

static void expect_stored(struct world *w, const char *sql, const char *text)
{
	char *cell = world_stored(w, sql);
	assert_non_null(cell);
	assert_string_equal(cell, text);
	free(cell);
}

static void look_at_the_store(struct world *w)
{
	expect_stored(w, "SELECT text FROM content ORDER BY id DESC LIMIT 1", "ask about fax");
	expect_stored(w, "SELECT count(*) FROM run WHERE exit_code = 0", "2");
	expect_stored(w, "SELECT count(DISTINCT direction) FROM plan", "2");
	expect_stored(w, "SELECT count(*) FROM audit WHERE token = 'customers_and_orders'", "1");
}

static void play(struct world *w, int columns, int rows)
{
	world_conf(w, "stage", "");
	world_open(w, columns, rows, " STAGE  ");
	look(w, "you are here: nothing applied");
	watch_load(w);
	step_up(w);
	pin_a_note(w);
	step_down(w);
	world_close(w);
	look_at_the_store(w);
	world_open(w, columns, rows, "6 Notes 1");
	look(w, "you are here: nothing applied");
	pty_type(&w->pty, "6");
	pty_wait_text(&w->pty, "ask about fax");
	world_close(w);
}

static void the_main_job_on_a_wide_screen_survives_every_wrong_answer(void **state)
{
	play(*state, 120, 36);
}

static void the_main_job_on_a_small_screen_survives_every_wrong_answer(void **state)
{
	play(*state, 80, 24);
}

static void try_while_locked(struct world *w)
{
	pty_wait_text(&w->pty, "LOCKED");
	pty_type(&w->pty, "4");
	pty_wait_text(&w->pty, "you are here: nothing applied");
	pty_type(&w->pty, "\r");
	pty_wait_text(&w->pty, "create table customer");
	pty_type(&w->pty, "s");
	pty_wait_text(&w->pty, "W arms it");
	assert_nothing_ran(w);
}

static void arm(struct world *w)
{
	pty_type(&w->pty, "W");
	pty_wait_text(&w->pty, "Arm this session for changes on PROD shop?");
	pty_type_until(&w->pty, "x", "> x");
	pty_type(&w->pty, "\025shop\r");
	pty_wait_text(&w->pty, " left");
}

static void production_asks_for_everything_and_Esc_stops_the_count(void **state)
{
	struct world *w = *state;
	world_conf(w, "prod", "");
	world_open(w, 120, 36, " PROD  ");
	try_while_locked(w);
	arm(w);
	world_step(w, "done   step 1 of 1");
	pty_type(&w->pty, "\033");
	pty_wait_text(&w->pty, "you are here: 20240105090000");
	pty_type(&w->pty, "G");
	pty_wait_text(&w->pty, "▸●");
	pty_type(&w->pty, "R");
	pty_wait_text(&w->pty, "drop table orders");
	pty_type(&w->pty, "s");
	pty_wait_text(&w->pty, "L3 destructive");
	pty_wait_text(&w->pty, "Type the target");
	pty_type_until(&w->pty, "c", "> c");
	pty_type(&w->pty, "\025customers_and_orders\rshop\r");
	pty_wait_text(&w->pty, "Starts in 5 s");
	pty_type(&w->pty, "\033");
	pty_wait_text(&w->pty, "nothing was done");
	server_expect(w->servers, 0, "select to_regclass('customer')", "customer");
	world_close(w);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, open_servers, close_servers)

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	alarm(240); /* a child that hangs ends the test */
	setenv("LC_ALL", "C.UTF-8", 1);
	setlocale(LC_ALL, "");
	const struct CMUnitTest tests[] = {
		TEST(the_main_job_on_a_wide_screen_survives_every_wrong_answer),
		TEST(the_main_job_on_a_small_screen_survives_every_wrong_answer),
		TEST(production_asks_for_everything_and_Esc_stops_the_count),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
