// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * kill -9 of the console while a lone step runs, and what the next one offers: exactly what is sound, by key and by
 * command, refused in words where it is not; catalog and history say the same afterwards.
 */
#include "test.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "story/world.h"

#define WORKING                                                                          \
	"from pg_stat_activity where pid <> pg_backend_pid() and application_name like " \
	"'dbtop/change%'"

static const char index_change[] =
	"-- dbtop: up\ncreate index concurrently shop_id on shop (id);\nalter table shop add "
	"column note text;\n-- dbtop: down\ndrop index concurrently shop_id;\nalter table shop "
	"drop column note;\n";

/* The console runs the change, waits behind that lock, and is killed. The holder still holds. */
static PGconn *die_behind(struct world *w, const char *change, const char *lock)
{
	world_begin(w, change, "");
	PGconn *holder = server_connect(w->servers, 0);
	server_run_on(holder, lock);
	world_step(w, "  running ");
	server_wait(w->servers, 0,
		"select count(*) > 0 " WORKING
		" and state = 'active' and wait_event_type = 'Lock'");
	world_kill(w);
	return holder;
}

/* The lock goes, and the server finishes the statement with nobody listening. */
static void let_it_finish(struct world *w, PGconn *holder)
{
	PQfinish(holder);
	server_wait(w->servers, 0, "select count(*) = 0 " WORKING);
}

/* Our old backend is ended where it waits; then the lock goes. */
static void end_it(struct world *w, PGconn *holder)
{
	server_run(w->servers, 0, "select pg_terminate_backend(pid) " WORKING);
	server_wait(w->servers, 0, "select count(*) = 0 " WORKING);
	PQfinish(holder);
}

/* The next console: half done is said in the list, and what was found where the step is. */
static void look_again(struct world *w, const char *found)
{
	world_open(w, 120, 36, "4 Migrations");
	pty_type(&w->pty, "4");
	pty_wait_text(&w->pty, "you are here: 20240102000000, half done");
	pty_wait_text(&w->pty, "partial, broken off on its way up");
	pty_type(&w->pty, "\r");
	pty_wait_text(&w->pty, "GATE OPEN");
	pty_wait_text(&w->pty, "create index concurrently shop_id");
	server_expect(w->servers, 0, "select state from dbtop.step where ord = 1", "intent");
	world_step(w, "stop here and leave the plan");
	pty_wait_text(&w->pty, "was begun and has no outcome");
	pty_wait_text(&w->pty, found);
}

static void refuse(struct world *w, const char *command, const char *words)
{
	pty_type(&w->pty, command);
	pty_wait_text(&w->pty, words);
	server_expect(w->servers, 0, "select state from dbtop.step where ord = 1", "intent");
}

/* The rest of the plan, and then all of it back. */
static void expect_whole(struct world *w)
{
	world_step(w, "done   step 2 of 2");
	server_expect(w->servers, 0,
		"select indisvalid from pg_index where indexrelid = 'shop_id'::regclass", "t");
	server_expect(w->servers, 0,
		"select count(*) from pg_attribute where attrelid = 'shop'::regclass and attname = "
		"'note'",
		"1");
	server_expect(w->servers, 0,
		"select state || ' ' || steps_done || '/' || steps_total from dbtop.revision where "
		"rev = '20240102000000'",
		"applied 2/2");
	server_expect(w->servers, 0,
		"select count(*) from dbtop.event where rev = '20240102000000' and event = "
		"'upgrade'",
		"1");
	pty_type_until(&w->pty, "\033", "you are here: 20240102000000");
	world_close(w);
}

static void a_build_the_server_finished_alone_is_marked_done(void **state)
{
	struct world *w = *state;
	PGconn *holder =
		die_behind(w, index_change, "begin; lock table shop in row exclusive mode");
	let_it_finish(w, holder);
	look_again(w, "index public.shop_id is there");
	pty_wait_text(&w->pty, "mark it done and go on");
	refuse(w, ":run.choose again\r", "this step cannot soundly be continued that way: run it");
	refuse(w, "C", "this step cannot soundly be continued that way: drop the");
	world_answer(w, "M", "done 20240102.1");
	pty_wait_text(&w->pty, "step 2 of 2");
	server_expect(w->servers, 0, "select state from dbtop.step where ord = 1", "done");
	expect_whole(w);
}

static void a_build_that_never_began_is_run_again(void **state)
{
	struct world *w = *state;
	PGconn *holder =
		die_behind(w, index_change, "begin; lock table shop in share row exclusive mode");
	end_it(w, holder);
	look_again(w, "index shop_id is not there");
	pty_wait_text(&w->pty, "run it again");
	refuse(w, "M", "this step cannot soundly be continued that way: mark it");
	refuse(w, ":run.choose sideways\r", "no such choice: sideways");
	world_answer(w, ":run.choose again\r", "again 20240102.1");
	pty_wait_text(&w->pty, "step 2 of 2");
	expect_whole(w);
}

static void what_a_broken_build_left_is_dropped_and_built_again(void **state)
{
	struct world *w = *state;
	PGconn *holder =
		die_behind(w, index_change, "begin; lock table shop in row exclusive mode");
	end_it(w, holder);
	server_expect(w->servers, 0,
		"select indisvalid from pg_index where indexrelid = 'shop_id'::regclass", "f");
	look_again(w, "index public.shop_id is there and invalid");
	pty_wait_text(&w->pty, "drop the invalid remains and run it again");
	refuse(w, "M", "this step cannot soundly be continued that way: mark it");
	refuse(w, "a", "this step cannot soundly be continued that way: run it");
	world_answer(w, "C", "clear 20240102.1");
	pty_wait_text(&w->pty, "step 2 of 2");
	expect_whole(w);
}

/* A default of a column shows in no catalog this program reads: only the person can know. */
static void what_the_catalog_cannot_show_is_for_the_person_to_say(void **state)
{
	struct world *w = *state;
	PGconn *holder = die_behind(w,
		"-- dbtop: up\n-- dbtop: tx none\nalter table shop alter column name set default "
		"'x';\n-- dbtop: down\nalter table shop alter column name drop "
		"default;\n",
		"begin; lock table shop in share row exclusive mode");
	let_it_finish(w, holder);
	world_open(w, 120, 36, "4 Migrations");
	world_enter(w);
	world_step(w, "the catalog does not show whether it happened");
	pty_wait_text(&w->pty, "run it again");
	pty_wait_text(&w->pty, "mark it done and go on");
	refuse(w, "C", "this step cannot soundly be continued that way: drop the");
	world_answer(w, "M", "done 20240102.1");
	pty_wait_text(&w->pty, "done   step 1 of 1");
	server_expect(w->servers, 0,
		"select state || ' ' || steps_done || '/' || steps_total from dbtop.revision where "
		"rev = '20240102000000'",
		"applied 1/1");
	world_close(w);
}

static void a_rollback_that_was_broken_off_goes_on_downwards(void **state)
{
	struct world *w = *state;
	world_begin(w,
		"-- dbtop: up\ncreate index concurrently shop_id on shop (id);\n-- dbtop: "
		"down\ndrop index concurrently shop_id;\n",
		"");
	world_step(w, "done   step 1 of 1");
	pty_type_until(&w->pty, "\033", "you are here: 20240102000000");
	PGconn *holder = server_connect(w->servers, 0);
	server_run_on(holder, "begin; lock table shop in row exclusive mode");
	pty_type(&w->pty, "R");
	pty_wait_text(&w->pty, "Rollback");
	pty_wait_text(&w->pty, "GATE OPEN");
	world_answer(w, "s", "roll back 20240102.1");
	server_wait(w->servers, 0,
		"select count(*) > 0 " WORKING
		" and state = 'active' and wait_event_type = 'Lock'");
	world_kill(w);
	end_it(w, holder);

	world_open(w, 120, 36, " is half done");
	pty_type(&w->pty, "4");
	pty_wait_text(&w->pty, "you are here: 20240102000000, half done");
	pty_type(&w->pty, "\r");
	pty_wait_text(&w->pty, "Rollback");
	pty_wait_text(&w->pty, "GATE OPEN");
	world_answer(w, "s", "roll back 20240102.1");
	pty_wait_text(&w->pty, "was begun and has no outcome");
	world_answer(w, "a", "again 20240102.1");
	pty_wait_text(&w->pty, "done   step 1 of 1");
	server_expect(
		w->servers, 0, "select count(*) from pg_class where relname = 'shop_id'", "0");
	server_expect(
		w->servers, 0, "select string_agg(rev, ' ') from dbtop.revision", "20240101000000");
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
		TEST(a_build_the_server_finished_alone_is_marked_done),
		TEST(a_build_that_never_began_is_run_again),
		TEST(what_a_broken_build_left_is_dropped_and_built_again),
		TEST(what_the_catalog_cannot_show_is_for_the_person_to_say),
		TEST(a_rollback_that_was_broken_off_goes_on_downwards),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
