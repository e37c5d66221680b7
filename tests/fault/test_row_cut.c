// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Fault rows 2 and 3: the network between dbtop and a living server is cut before COMMIT and after it, for the server
 * too or without its knowledge. What is said is what is true, in words and exit code, headless and on a screen.
 */
#include "test.h"

#include <string.h>
#include <sys/wait.h>

#include "base/mem.h"
#include "cli/shell.h"
#include "fault/proxy.h"
#include "screen/pty.h"

#define BROKE_BEFORE "the connection was lost before COMMIT was sent: not applied"
#define BROKE_AT     "the connection was lost at COMMIT: not applied (the server rolled it back)"
#define CONFIRMED    "applied (confirmed after reconnect)"
#define STILL_OPEN   "the transaction is still open on the server as pid "

/* A shell whose way to its database leads through a proxy, and two migrations to apply. */
struct wire_world {
	struct shell *sh;
	struct proxy *proxy;
};

static int set_up(void **state)
{
	struct wire_world *w = mem_new(struct wire_world);

	w->sh = shell_new(*state);
	w->proxy = proxy_start(w->sh->cluster, 0);
	char *rest = mem_printf("user=postgres dbname=%s", w->sh->database);
	char *through = proxy_conninfo(w->proxy, rest);
	shell_env(w->sh, "DBTOP_TARGET", through);
	shell_write(w->sh, "migrations/20240101000000_a.sql",
		"-- dbtop: up\ncreate table a ();\ncreate table aa ();\n"
		"-- dbtop: down\ndrop table aa;\ndrop table a;\n");
	shell_write(w->sh, "migrations/20240102000000_b.sql",
		"-- dbtop: up\ncreate table b ();\n-- dbtop: down\ndrop table b;\n");
	free(through);
	free(rest);
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct wire_world *w = *state;

	shell_free(w->sh);
	proxy_end(w->proxy);
	free(w);
	return 0;
}

static const char is_nobody_left[] =
	"select count(*) = 0 from pg_stat_activity where application_name like 'dbtop/change%'";

/* Tables and history rows that are there: both tell of as many migrations. */
static void expect_applied(struct wire_world *w, const char *count)
{
	shell_expect(w->sh,
		"select count(*) from (values ('a'), ('b')) as t (name) "
		"where to_regclass(name) is not null",
		count);
	shell_expect(w->sh, "select count(*) from dbtop.revision where state = 'applied'", count);
}

static void go_on_to_the_end(struct wire_world *w)
{
	proxy_heal(w->proxy);
	dbtop(w->sh, "upgrade --yes");
	shell_assert(w->sh, 0);
	expect_applied(w, "2");
	shell_wait(w->sh, is_nobody_left);
}

/* ---- row 2 ---- */

static void row_2_cut_before_COMMIT_is_not_applied(void **state)
{
	struct wire_world *w = *state;
	proxy_arm(w->proxy, "COMMIT", 2, PROXY_CUT_BEFORE);

	dbtop(w->sh, "upgrade --yes");

	shell_assert(w->sh, 5);
	shell_assert_err(w->sh, BROKE_AT);
	shell_assert_err(w->sh, "ok 20240101000000 a");
	shell_assert_err(w->sh, "now: the database is as it was before");
	expect_applied(w, "1");
	go_on_to_the_end(w);
}

static void row_2_cut_at_each_message_of_a_group_is_not_applied(void **state)
{
	static const char *const texts[] = { "BEGIN", "create table a ", "create table aa ",
		"WITH r AS" };
	struct wire_world *w = *state;
	dbtop(w->sh, "upgrade --yes"); /* the history's tables are there from now on */

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		dbtop(w->sh, "downgrade base --yes --allow-hazard all");
		shell_assert(w->sh, 0);
		proxy_arm(w->proxy, texts[i], 1, PROXY_CUT_BEFORE);
		dbtop(w->sh, "upgrade --yes");
		shell_assert(w->sh, 5);
		shell_assert_err(w->sh, BROKE_BEFORE);
		expect_applied(w, "0");
		go_on_to_the_end(w);
	}
}

static void row_2_an_old_backend_that_lives_is_named_and_waited_for(void **state)
{
	struct wire_world *w = *state;
	struct shell_child child;
	proxy_arm(w->proxy, "COMMIT", 2, PROXY_ORPHAN_BEFORE);
	shell_start(w->sh, &child, "upgrade --yes");

	shell_wait_err(&child, STILL_OPEN);
	PGconn *conn = server_connect_to(w->sh->conninfo);
	char *pid = server_cell_on(conn,
		"select pid from pg_stat_activity where state = 'idle in transaction' and "
		"application_name like 'dbtop/change%' and datname = current_database()");
	char *words = mem_printf(STILL_OPEN "%s, idle in transaction", pid ? pid : "?");
	char *told = shell_err_now(&child);
	assert_non_null(strstr(told, words));
	proxy_heal(w->proxy);
	shell_finish(&child);

	shell_assert(w->sh, 5);
	shell_assert_err(w->sh, "; waiting for its end");
	shell_assert_err(w->sh, BROKE_AT);
	expect_applied(w, "1");
	go_on_to_the_end(w);
	free(told);
	free(words);
	free(pid);
	PQfinish(conn);
}

static int become_console(void *sh)
{
	shell_become(sh, "");
}

static void open_step(struct wire_world *w, struct pty *pty)
{
	shell_env(w->sh, "TERM", "xterm-256color");
	pty_start(pty, 140, 40, become_console, w->sh);
	pty_wait_text(pty, "4 Migrations 2 to run");
	pty_type(pty, "4");
	pty_wait_text(pty, "you are here");
	pty_type(pty, "\r");
	pty_wait_text(pty, "GATE OPEN");
}

static void step(struct pty *pty, const char *awaited)
{
	pty_type(pty, "s");
	pty_wait_text(pty, "Press y to do it.");
	pty_type_until(pty, "y", awaited);
}

static void leave(struct pty *pty)
{
	int status = pty_type_to_end(pty, "q");

	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	pty_assert_given_back(pty);
	pty_stop(pty);
}

static void row_2_on_a_screen_the_old_backend_is_ended_by_a_typed_word(void **state)
{
	struct wire_world *w = *state;
	struct pty pty;
	proxy_arm(w->proxy, "COMMIT", 1, PROXY_ORPHAN_BEFORE);
	open_step(w, &pty);

	step(&pty, STILL_OPEN);
	pty_wait_words(&pty, "waiting, or :run.terminate ends it");
	expect_applied(w, "0");
	pty_type(&pty, ":run.terminate\r");
	pty_wait_text(&pty, "End our old backend");
	pty_type_until(&pty, "t", "> t");
	pty_type(&pty, "\025terminate\r");
	pty_wait_words(&pty, BROKE_AT);
	pty_wait_words(&pty, "The step left nothing: the database is as before it.");

	shell_wait(w->sh, "select count(*) = 0 from pg_stat_activity where state = 'idle in "
			  "transaction' and datname = current_database()");
	expect_applied(w, "0");
	leave(&pty);
	go_on_to_the_end(w);
}

/* ---- row 3 ---- */

static void row_3_cut_after_the_last_COMMIT_is_applied_and_exit_0(void **state)
{
	struct wire_world *w = *state;
	proxy_arm(w->proxy, "COMMIT", 2, PROXY_CUT_AFTER);

	dbtop(w->sh, "upgrade --yes");

	shell_assert(w->sh, 0);
	shell_assert_err(w->sh, CONFIRMED);
	shell_assert_err(w->sh, "2 migrations applied; the database is at 20240102000000");
	expect_applied(w, "2");
	go_on_to_the_end(w);
	shell_assert_err(w->sh, "nothing to do");
}

static void row_3_cut_after_a_COMMIT_in_between_the_run_goes_on(void **state)
{
	struct wire_world *w = *state;
	proxy_arm(w->proxy, "COMMIT", 1, PROXY_CUT_AFTER);

	dbtop(w->sh, "upgrade --yes");

	shell_assert(w->sh, 0);
	shell_assert_err(w->sh, CONFIRMED);
	expect_applied(w, "2");
	shell_expect(w->sh, "select count(*) from dbtop.event", "2");
	go_on_to_the_end(w);
}

/* The server is not told that we are gone: its session holds the lock of the one operator, and is ended for it. */
static void row_3_the_session_nobody_hears_any_more_does_not_keep_us_out(void **state)
{
	struct wire_world *w = *state;
	proxy_arm(w->proxy, "COMMIT", 1, PROXY_ORPHAN_AFTER);

	dbtop(w->sh, "upgrade --yes");

	shell_assert(w->sh, 0);
	shell_assert_err(w->sh, CONFIRMED);
	shell_assert_err(w->sh, "our own connection that was lost");
	expect_applied(w, "2");
	go_on_to_the_end(w);
}

static void row_3_going_down_too(void **state)
{
	struct wire_world *w = *state;
	dbtop(w->sh, "upgrade --yes");
	proxy_arm(w->proxy, "COMMIT", 2, PROXY_CUT_AFTER);

	dbtop(w->sh, "downgrade base --yes --allow-hazard all");

	shell_assert(w->sh, 0);
	shell_assert_err(w->sh, CONFIRMED);
	expect_applied(w, "0");
}

static void row_3_a_screen_says_that_it_was_confirmed(void **state)
{
	struct wire_world *w = *state;
	struct pty pty;
	proxy_arm(w->proxy, "COMMIT", 1, PROXY_CUT_AFTER);
	open_step(w, &pty);

	step(&pty, CONFIRMED);
	expect_applied(w, "1");
	leave(&pty);
	go_on_to_the_end(w);
}

/* The same wire a byte at a time: nothing of it is a fault. */
static void a_wire_that_gives_a_byte_at_a_time_changes_nothing(void **state)
{
	struct wire_world *w = *state;
	char *rest = mem_printf("user=postgres dbname=%s", w->sh->database);
	char *through = proxy_tcp_conninfo(w->proxy, rest);
	shell_env(w->sh, "DBTOP_TARGET", through);
	proxy_set_way(w->proxy, PROXY_SLOW);

	dbtop(w->sh, "upgrade --yes");

	shell_assert(w->sh, 0);
	expect_applied(w, "2");
	free(through);
	free(rest);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	server_need();
	const struct CMUnitTest tests[] = {
		TEST(row_2_cut_before_COMMIT_is_not_applied),
		TEST(row_2_cut_at_each_message_of_a_group_is_not_applied),
		TEST(row_2_an_old_backend_that_lives_is_named_and_waited_for),
		TEST(row_2_on_a_screen_the_old_backend_is_ended_by_a_typed_word),
		TEST(row_3_cut_after_the_last_COMMIT_is_applied_and_exit_0),
		TEST(row_3_cut_after_a_COMMIT_in_between_the_run_goes_on),
		TEST(row_3_the_session_nobody_hears_any_more_does_not_keep_us_out),
		TEST(row_3_going_down_too),
		TEST(row_3_a_screen_says_that_it_was_confirmed),
		TEST(a_wire_that_gives_a_byte_at_a_time_changes_nothing),
	};
	return cmocka_run_group_tests(tests, shell_servers_up, shell_servers_down);
}
