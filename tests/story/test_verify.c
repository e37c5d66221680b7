// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * On the screen: a lone step is done and verify is not true. It says so, offers to ask again and nothing unsound, and the
 * way back is open.
 */
#include "test.h"

#include <locale.h>

#include "story/world.h"

static int world_up(void **state)
{
	*state = world_new(0);
	return 0;
}

static int world_down(void **state)
{
	world_free(*state);
	return 0;
}

static void expect_state(struct world *w, const char *text)
{
	server_expect(w->servers, 0,
		"select coalesce((select state from dbtop.revision where rev = '20240102000000'), "
		"'absent') || ' ' || (to_regclass('shop_name') is not null)",
		text);
}

static void fail_to_verify(struct world *w)
{
	world_begin(w,
		"-- dbtop: up\ncreate index concurrently shop_name on shop (name);\n"
		"-- dbtop: down\ndrop index concurrently shop_name;\n"
		"-- dbtop: verify\nselect count(*) = 0 from shop;\n",
		"");
	world_step(w, "verify is not true");
	pty_wait_text(&w->pty, "20240102000000_change.sql:6:1: verify is not true: column");
	pty_wait_text(&w->pty, "with a downgrade");
	pty_wait_text(&w->pty, "mark it done and go on");
	expect_state(w, "failed true");
}

static void verify_is_asked_again_before_it_counts_as_done(void **state)
{
	struct world *w = *state;
	fail_to_verify(w);

	world_answer(w, "M", "done 20240102.1");
	server_wait(
		w->servers, 0, "select count(*) = 2 from dbtop.event where event = 'step-failed'");
	pty_wait_text(&w->pty, "M mark done"); /* the question is gone from the screen */
	expect_state(w, "failed true");
	server_run(w->servers, 0, "delete from shop");
	world_answer(w, "M", "done 20240102.1");
	pty_wait_text(&w->pty, "done   step 1 of 1");

	expect_state(w, "applied true");
	world_close(w);
}

static void or_it_is_taken_back(void **state)
{
	struct world *w = *state;
	fail_to_verify(w);

	pty_type_until(&w->pty, "\033", "failed");
	pty_type(&w->pty, ":run.down\r");
	pty_wait_text(&w->pty, "drop index concurrently shop_name");
	world_answer(w, "s", "roll back 20240102.1");
	pty_wait_text(&w->pty, "done   step 1 of 1");

	expect_state(w, "absent false");
	world_close(w);
}

int main(void)
{
	setlocale(LC_ALL, "C.UTF-8");
	server_need();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			verify_is_asked_again_before_it_counts_as_done, world_up, world_down),
		cmocka_unit_test_setup_teardown(or_it_is_taken_back, world_up, world_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
