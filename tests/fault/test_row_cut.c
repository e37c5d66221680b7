// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Fault rows 2 and 3: the network between dbtop and a living server is cut before COMMIT and after it, for the server
 * too or without its knowledge. What is said is what is true, in words and exit code, headless and on a screen.
 */
#include "test.h"

#include <string.h>

#include "base/mem.h"
#include "fault/proxied.h"

/* ---- row 2 ---- */

static void row_2_cut_before_COMMIT_is_not_applied(void **state)
{
	struct proxied *p = *state;
	proxy_arm(p->proxy, "COMMIT", 2, PROXY_CUT_BEFORE);

	dbtop(p->sh, "upgrade --yes");

	shell_assert(p->sh, 5);
	shell_assert_err(p->sh, BROKE_AT);
	shell_assert_err(p->sh, "ok 20240101000000 a");
	shell_assert_err(p->sh, "now: the database is as it was before");
	proxied_expect(p, "1");
	proxied_go_on(p);
}

static void row_2_cut_at_each_message_of_a_group_is_not_applied(void **state)
{
	struct proxied *p = *state;
	dbtop(p->sh, "upgrade --yes"); /* the history's tables are there from now on */

	for (size_t i = 0; i < PROXIED_TEXTS; i++) {
		dbtop(p->sh, "downgrade base --yes --allow-hazard all");
		shell_assert(p->sh, 0);
		proxy_arm(p->proxy, proxied_texts[i], 1, PROXY_CUT_BEFORE);
		dbtop(p->sh, "upgrade --yes");
		shell_assert(p->sh, 5);
		shell_assert_err(p->sh, BROKE_BEFORE);
		proxied_expect(p, "0");
		proxied_go_on(p);
	}
}

static void row_2_an_old_backend_that_lives_is_named_and_waited_for(void **state)
{
	struct proxied *p = *state;
	struct shell_child child;
	proxy_arm(p->proxy, "COMMIT", 2, PROXY_ORPHAN_BEFORE);
	shell_start(p->sh, &child, "upgrade --yes");

	shell_wait_err(&child, STILL_OPEN);
	PGconn *conn = server_connect_to(p->sh->conninfo);
	char *pid = server_cell_on(conn,
		"select pid from pg_stat_activity where state = 'idle in transaction' and "
		"application_name like 'dbtop/change%' and datname = current_database()");
	char *words = mem_printf(STILL_OPEN "%s, idle in transaction", pid ? pid : "?");
	char *told = shell_err_now(&child);
	assert_non_null(strstr(told, words));
	proxy_heal(p->proxy);
	shell_finish(&child);

	shell_assert(p->sh, 5);
	shell_assert_err(p->sh, "; waiting for its end");
	shell_assert_err(p->sh, BROKE_AT);
	proxied_expect(p, "1");
	proxied_go_on(p);
	free(told);
	free(words);
	free(pid);
	PQfinish(conn);
}

static void row_2_on_a_screen_the_old_backend_is_ended_by_a_typed_word(void **state)
{
	struct proxied *p = *state;
	struct pty pty;
	proxy_arm(p->proxy, "COMMIT", 1, PROXY_ORPHAN_BEFORE);
	proxied_open_step(p, &pty);

	proxied_step(&pty, STILL_OPEN);
	pty_wait_words(&pty, "waiting, or :run.terminate ends it");
	proxied_expect(p, "0");
	pty_type(&pty, ":run.terminate\r");
	pty_wait_text(&pty, "End our old backend");
	pty_type_until(&pty, "t", "> t");
	pty_type(&pty, "\025terminate\r");
	pty_wait_words(&pty, BROKE_AT);
	pty_wait_words(&pty, "The step left nothing: the database is as before it.");

	shell_wait(p->sh, "select count(*) = 0 from pg_stat_activity where state = 'idle in "
			  "transaction' and datname = current_database()");
	proxied_expect(p, "0");
	proxied_leave(&pty);
	proxied_go_on(p);
}

/* ---- row 3 ---- */

/* A black hole hangs nobody up: that the server is idle while we wait for it is the only sign. Both ways at once. */
static void rows_2_and_3_a_black_hole_is_found_out(void **state)
{
	struct proxied *before = *state;
	struct shell_child to_server, from_server;
	void *other = before->sh->cluster;
	proxied_up(&other);
	struct proxied *after = other;
	proxy_arm(before->proxy, "COMMIT", 2, PROXY_HOLE_BEFORE);
	proxy_arm(after->proxy, "COMMIT", 2, PROXY_MUTE_AFTER);

	shell_start(before->sh, &to_server, "upgrade --yes");
	shell_start(after->sh, &from_server, "upgrade --yes");
	shell_wait_err(&to_server, STILL_OPEN);
	proxy_cut_all(before->proxy);
	shell_finish(&to_server);
	shell_finish(&from_server);

	shell_assert(before->sh, 5);
	shell_assert_err(before->sh, BROKE_AT);
	shell_assert_err(
		before->sh, "the server has long answered, and the answer does not arrive");
	proxied_expect(before, "1");
	proxied_go_on(before);
	shell_assert(after->sh, 0);
	shell_assert_err(after->sh, CONFIRMED);
	proxied_expect(after, "2");
	proxied_go_on(after);
	proxied_down(&other);
}

static void row_3_cut_after_the_last_COMMIT_is_applied_and_exit_0(void **state)
{
	struct proxied *p = *state;
	proxy_arm(p->proxy, "COMMIT", 2, PROXY_CUT_AFTER);

	dbtop(p->sh, "upgrade --yes");

	shell_assert(p->sh, 0);
	shell_assert_err(p->sh, CONFIRMED);
	shell_assert_err(p->sh, "2 migrations applied; the database is at 20240102000000");
	proxied_expect(p, "2");
	proxied_go_on(p);
	shell_assert_err(p->sh, "nothing to do");
}

static void row_3_cut_after_a_COMMIT_in_between_the_run_goes_on(void **state)
{
	struct proxied *p = *state;
	proxy_arm(p->proxy, "COMMIT", 1, PROXY_CUT_AFTER);

	dbtop(p->sh, "upgrade --yes");

	shell_assert(p->sh, 0);
	shell_assert_err(p->sh, CONFIRMED);
	proxied_expect(p, "2");
	shell_expect(p->sh, "select count(*) from dbtop.event", "2");
	proxied_go_on(p);
}

/* The server is not told that we are gone: its session holds the lock of the one operator, and is ended for it. */
static void row_3_the_session_nobody_hears_any_more_does_not_keep_us_out(void **state)
{
	struct proxied *p = *state;
	proxy_arm(p->proxy, "COMMIT", 1, PROXY_ORPHAN_AFTER);

	dbtop(p->sh, "upgrade --yes");

	shell_assert(p->sh, 0);
	shell_assert_err(p->sh, CONFIRMED);
	shell_assert_err(p->sh, "our own connection that was lost");
	proxied_expect(p, "2");
	proxied_go_on(p);
}

static void row_3_going_down_too(void **state)
{
	struct proxied *p = *state;
	dbtop(p->sh, "upgrade --yes");
	proxy_arm(p->proxy, "COMMIT", 2, PROXY_CUT_AFTER);

	dbtop(p->sh, "downgrade base --yes --allow-hazard all");

	shell_assert(p->sh, 0);
	shell_assert_err(p->sh, CONFIRMED);
	proxied_expect(p, "0");
}

static void row_3_a_screen_says_that_it_was_confirmed(void **state)
{
	struct proxied *p = *state;
	struct pty pty;
	proxy_arm(p->proxy, "COMMIT", 1, PROXY_CUT_AFTER);
	proxied_open_step(p, &pty);

	proxied_step(&pty, CONFIRMED);
	proxied_expect(p, "1");
	proxied_leave(&pty);
	proxied_go_on(p);
}

/* The same wire a byte at a time: nothing of it is a fault. */
static void a_wire_that_gives_a_byte_at_a_time_changes_nothing(void **state)
{
	struct proxied *p = *state;
	char *rest = mem_printf("user=postgres dbname=%s", p->sh->database);
	char *through = proxy_tcp_conninfo(p->proxy, rest);
	shell_env(p->sh, "DBTOP_TARGET", through);
	proxy_set_way(p->proxy, PROXY_SLOW);

	dbtop(p->sh, "upgrade --yes");

	shell_assert(p->sh, 0);
	proxied_expect(p, "2");
	free(through);
	free(rest);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, proxied_up, proxied_down)

int main(void)
{
	server_need();
	const struct CMUnitTest tests[] = {
		TEST(row_2_cut_before_COMMIT_is_not_applied),
		TEST(row_2_cut_at_each_message_of_a_group_is_not_applied),
		TEST(row_2_an_old_backend_that_lives_is_named_and_waited_for),
		TEST(row_2_on_a_screen_the_old_backend_is_ended_by_a_typed_word),
		TEST(rows_2_and_3_a_black_hole_is_found_out),
		TEST(row_3_cut_after_the_last_COMMIT_is_applied_and_exit_0),
		TEST(row_3_cut_after_a_COMMIT_in_between_the_run_goes_on),
		TEST(row_3_the_session_nobody_hears_any_more_does_not_keep_us_out),
		TEST(row_3_going_down_too),
		TEST(row_3_a_screen_says_that_it_was_confirmed),
		TEST(a_wire_that_gives_a_byte_at_a_time_changes_nothing),
	};
	return cmocka_run_group_tests(tests, shell_servers_up, shell_servers_down);
}
