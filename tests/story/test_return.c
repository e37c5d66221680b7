// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The server is killed or frozen (fault row 12) under the console, in each of its states: it comes back by itself and with `r`, says
 * what became of what was under way, and can be left at once all the same.
 */
#include "test.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "story/world.h"

enum { QUIT_LIMIT_US = 3000000 };

static const char add_note[] = "-- dbtop: up\nalter table shop add column note text;\n"
			       "-- dbtop: down\nalter table shop drop column note;\n";
static const char add_index[] = "-- dbtop: up\ncreate index concurrently shop_id on shop (id);\n"
				"-- dbtop: down\ndrop index concurrently shop_id;\n";
static const char has_note[] =
	"select count(*) from pg_attribute where attrelid = 'shop'::regclass and attname = 'note'";

/* A COMMIT that was answered has to outlive the kill, as on a real server. */
static int open_alone(void **state)
{
	struct err e;
	struct world *w = world_new(0);
	assert_true(cluster_configure_node(w->servers, 0, "synchronous_commit = on\n", &e));
	*state = w;
	return 0;
}

static void kill_server(struct world *w)
{
	cluster_kill_node(w->servers, 0);
	pty_wait_text(&w->pty, "NO CONNECTION");
}

/* `key` is typed until the screen is connected again; NULL = nothing is typed. */
static void bring_back(struct world *w, const char *key)
{
	struct err e;
	assert_true(cluster_start_node(w->servers, 0, &e));
	if (key)
		pty_type(&w->pty, key);
	pty_wait_text(&w->pty, "PG 15");
}

static void idle_it_comes_back_by_itself_and_with_r(void **state)
{
	struct world *w = *state;
	world_conf(w, "dev", "");
	world_open(w, 120, 36, "4 Migrations 12 to run");
	kill_server(w);
	bring_back(w, NULL);
	pty_wait_text(&w->pty, "nothing needs attention");
	kill_server(w);
	bring_back(w, "r");
	pty_wait_text(&w->pty, "nothing needs attention");
	pty_wait_text(&w->pty, "4 Migrations 12 to run");
	world_close(w);
}

/* The step waits for the lock of somebody who dies with the server. */
static void step_and_kill(struct world *w, const char *lock, const char *running)
{
	PGconn *holder = server_connect(w->servers, 0);
	server_run_on(holder, lock);
	pty_type(&w->pty, "s");
	pty_wait_text(&w->pty, "Press y to do it.");
	pty_type_until(&w->pty, "y", "  running ");
	server_wait(w->servers, 0, running);
	kill_server(w);
	PQfinish(holder);
}

#define WAITS(text)                                                                    \
	"select count(*) > 0 from pg_stat_activity where query ilike '" text "%' and " \
	"wait_event_type = 'Lock'"

static void a_group_under_way(struct world *w, const char *key)
{
	world_begin(w, add_note, "");
	step_and_kill(w, "begin; lock table shop", WAITS("alter table"));
	bring_back(w, key);
	pty_wait_words(&w->pty, "not applied");
	server_expect(w->servers, 0, has_note, "0");
	server_expect(w->servers, 0, "select count(*) from dbtop.revision", "1");
	world_answer(w, "a", "again 20240102.1");
	pty_wait_text(&w->pty, "done   step 1 of 1");
	server_expect(w->servers, 0, has_note, "1");
	server_expect(w->servers, 0, "select count(*) from dbtop.revision", "2");
	world_close(w);
}

static void with_a_group_under_way_it_comes_back_by_itself(void **state)
{
	a_group_under_way(*state, NULL);
}

static void with_a_group_under_way_it_comes_back_with_r(void **state)
{
	a_group_under_way(*state, "r");
}

static void with_a_lone_step_under_way_it_asks_what_became_of_it(void **state)
{
	struct world *w = *state;
	world_begin(w, add_index, "");
	step_and_kill(w, "begin; lock table shop in row exclusive mode", WAITS("create index"));
	bring_back(w, NULL);
	pty_wait_text(&w->pty, "index public.shop_id is there and invalid");
	world_answer(w, "C", "clear 20240102.1");
	pty_wait_text(&w->pty, "done   step 1 of 1");
	server_expect(w->servers, 0,
		"select indisvalid from pg_index where indexrelid = 'shop_id'::regclass", "t");
	world_close(w);
}

static void an_open_question_is_withdrawn_and_can_be_asked_again(void **state)
{
	static const char *const keys[] = { NULL, "r" };
	struct world *w = *state;
	world_begin(w, add_note, "");
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		pty_type(&w->pty, "s");
		pty_wait_text(&w->pty, "Press y to do it.");
		kill_server(w);
		pty_wait_text(&w->pty, "the connection was lost: the question was withdrawn");
		pty_type(&w->pty, "y");
		bring_back(w, keys[i]);
		server_expect(w->servers, 0, has_note, "0");
		pty_wait_text(&w->pty, "GATE OPEN");
	}
	world_step(w, "done   step 1 of 1");
	server_expect(w->servers, 0, has_note, "1");
	world_close(w);
}

/* From the key to the end of the process, with the terminal as it was. */
static void quit_frozen(struct world *w, const char *keys, const char *what)
{
	int64_t from_us = clock_mono_us(&clock_system);
	int status = pty_type_to_end(&w->pty, keys);
	int64_t took_us = clock_mono_us(&clock_system) - from_us;
	print_message("%s: %lld us from the key to the end\n", what, (long long)took_us);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	pty_assert_given_back(&w->pty);
	assert_true(took_us < QUIT_LIMIT_US);
	pty_stop(&w->pty);
	w->is_open = false;
	cluster_thaw_node(w->servers, 0);
}

static void a_frozen_server_is_left_at_once(void **state)
{
	struct world *w = *state;
	world_conf(w, "dev", "");
	world_open(w, 120, 36, "4 Migrations 12 to run");
	cluster_freeze_node(w->servers, 0);
	quit_frozen(w, "q", "watching");

	world_open(w, 120, 36, "4 Migrations 12 to run");
	cluster_freeze_node(w->servers, 0);
	pty_wait_text(&w->pty, "stale");
	pty_type(&w->pty, "r"); /* files and history are asked for, and nobody answers */
	quit_frozen(w, "q", "waiting for an answer");

	cluster_freeze_node(w->servers, 0);
	world_open(w, 120, 36, "q quit");
	quit_frozen(w, "q", "connecting");
}

static void a_server_that_froze_in_a_step_is_left_at_once(void **state)
{
	struct world *w = *state;
	world_begin(w, add_note, "");
	PGconn *holder = server_connect(w->servers, 0);
	server_run_on(holder, "begin; lock table shop");
	world_step(w, "  running ");
	server_wait(w->servers, 0, WAITS("alter table"));
	cluster_freeze_node(w->servers, 0);
	pty_type(&w->pty, "q");
	pty_wait_text(&w->pty, "Quit while a step is running?");
	/* deaf at first: typed until it has ended */
	quit_frozen(w, "y", "a step under way");
	PQfinish(holder);
	server_wait(w->servers, 0,
		"select count(*) = 0 from pg_stat_activity where application_name like "
		"'dbtop/change%'");
	server_expect(w->servers, 0, has_note, "0");
	server_expect(w->servers, 0, "select count(*) from dbtop.revision", "1");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, open_alone, world_close_all)

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	alarm(300); /* a child that hangs ends the test */
	setenv("LC_ALL", "C.UTF-8", 1);
	setlocale(LC_ALL, "");
	const struct CMUnitTest tests[] = {
		TEST(idle_it_comes_back_by_itself_and_with_r),
		TEST(with_a_group_under_way_it_comes_back_by_itself),
		TEST(with_a_group_under_way_it_comes_back_with_r),
		TEST(with_a_lone_step_under_way_it_asks_what_became_of_it),
		TEST(an_open_question_is_withdrawn_and_can_be_asked_again),
		TEST(a_frozen_server_is_left_at_once),
		TEST(a_server_that_froze_in_a_step_is_left_at_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
