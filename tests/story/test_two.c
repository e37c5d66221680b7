// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Two dbtops at once on one database, on screens and without: the second names the first, nothing runs twice, and the
 * second goes on once the first is gone.
 */
#include "test.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "story/world.h"

static const char add_note[] = "-- dbtop: up\nalter table shop add column note text;\n"
			       "-- dbtop: down\nalter table shop drop column note;\n";
/* Who holds the lock, as the server knows it: process, application with user and host, role, since when. */
static const char holder_words[] =
	"select format('pid %s, %s, as postgres from a socket of that machine since %s, holds the "
	"migration lock', pid, application_name, to_char(backend_start, 'YYYY-MM-DD HH24:MI:SS "
	"TZ')) "
	"from pg_stat_activity where application_name like 'dbtop/change%' limit 1";

/* The first waits in its step for somebody else's lock, and holds the migration lock. */
static PGconn *hold(struct world *w, const char *conf)
{
	world_begin(w, add_note, conf);
	PGconn *holder = server_connect(w->servers, 0);
	server_run_on(holder, "begin; lock table shop");
	world_step(w, "  running ");
	server_wait(w->servers, 0,
		"select count(*) > 0 from pg_stat_activity where query ilike 'alter table%' and "
		"wait_event_type = 'Lock'");
	return holder;
}

static void expect_once(struct world *w)
{
	server_expect(w->servers, 0, "select count(*) from dbtop.revision", "2");
	server_expect(w->servers, 0,
		"select count(*) from dbtop.event where rev = '20240102000000'", "1");
}

static void open_second(struct world *w, struct pty *second)
{
	world_open_beside(w, second, "4 Migrations 1 to run");
	pty_type(second, "4");
	pty_wait_text(second, "you are here");
	pty_type(second, "\r");
	pty_wait_text(second, "GATE OPEN");
	pty_type(second, "s");
	pty_wait_text(second, "Press y to do it.");
}

static void leave_second(struct pty *second)
{
	pty_type(second, "q");
	pty_wait_end(second);
	pty_assert_given_back(second);
	pty_stop(second);
}

static void on_a_screen_the_second_waits_and_finds_it_done(void **state)
{
	struct world *w = *state;
	struct pty second;
	PGconn *holder = hold(w, "");
	char *words = server_cell(w->servers, 0, holder_words);

	open_second(w, &second);
	pty_type_until(&second, "y", "holds the");
	pty_wait_words(&second, words);
	PQfinish(holder);
	pty_wait_text(&w->pty, "done   step 1 of 1");
	pty_type_until(&w->pty, "\033", "you are here: 20240102000000"); /* the lock goes */
	pty_wait_words(&second, "make the plan again; this run is over: leave");
	pty_type(&second, "s");
	pty_wait_text(&second, "run.step: this run is over; leave the plan and open it again");
	pty_type_until(&second, "\033", "you are here: 20240102000000");
	expect_once(w);
	leave_second(&second);
	world_close(w);
	free(words);
}

static void on_a_screen_the_second_gives_up_and_tries_again_later(void **state)
{
	struct world *w = *state;
	struct pty second;
	PGconn *holder = hold(w, "lock_wait = 300ms\n");
	char *words = server_cell(w->servers, 0, holder_words);

	open_second(w, &second);
	pty_type_until(&second, "y", "stopped   step 1 of 1");
	pty_wait_words(&second, words);
	pty_wait_words(&second, "this run is over: leave the plan and open it again");
	server_expect(w->servers, 0, "select count(*) from dbtop.revision", "1");
	pty_type(&w->pty, "A");
	pty_wait_text(&w->pty, "The step left nothing: the database is as before it.");
	pty_type_until(&w->pty, "\033", "you are here: 20240101000000");
	PQfinish(holder);
	server_wait(w->servers, 0, "select count(*) = 0 from pg_locks where locktype = 'advisory'");
	pty_type_until(&second, "\033", "you are here: 20240101000000");
	pty_type(&second, "\r");
	pty_wait_text(&second, "GATE OPEN");
	pty_type(&second, "s");
	pty_wait_text(&second, "Press y to do it.");
	pty_type_until(&second, "y", "done   step 1 of 1");
	expect_once(w);
	leave_second(&second);
	world_close(w);
	free(words);
}

static void without_a_screen_the_second_names_the_first_and_exits_with_4(void **state)
{
	struct world *w = *state;
	struct pty second;
	PGconn *holder = hold(w, "");
	char *words = server_cell(w->servers, 0, holder_words);

	int exit = world_run(w, &second, "upgrade --yes --lock-wait 300ms");
	assert_int_equal(exit, 4);
	pty_wait_words(&second, words);
	pty_stop(&second);
	PQfinish(holder);
	pty_wait_text(&w->pty, "done   step 1 of 1");
	expect_once(w);
	pty_type_until(&w->pty, "\033", "you are here: 20240102000000");
	assert_int_equal(world_run(w, &second, "upgrade --yes"), 0);
	pty_stop(&second);
	expect_once(w);
	world_close(w);
	free(words);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, world_open_alone, world_close_all)

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	alarm(240); /* a child that hangs ends the test */
	setenv("LC_ALL", "C.UTF-8", 1);
	setlocale(LC_ALL, "");
	const struct CMUnitTest tests[] = {
		TEST(on_a_screen_the_second_waits_and_finds_it_done),
		TEST(on_a_screen_the_second_gives_up_and_tries_again_later),
		TEST(without_a_screen_the_second_names_the_first_and_exits_with_4),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
