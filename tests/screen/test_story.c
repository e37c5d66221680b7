// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The whole story on a pseudo terminal, against a real primary with two standbys: look, read the next migration, step
 * through it, roll it back, pin a note, quit, come back. Checked in cells, in the catalog, and in the store.
 */
#include "test.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "pg/server.h"
#include "scratch.h"
#include "screen/pty.h"

struct story {
	struct cluster *servers;
	char *home; /* of the operator: store and configuration */
	struct pty pty;
};

static int exec_dbtop(void *arg)
{
	const struct story *story = arg;
	const char *build = getenv("top_builddir"), *source = getenv("top_srcdir");
	char *program = mem_printf("%s/dbtop", build ? build : ".");
	char *dir = mem_printf("%s/migrations", source ? source : ".");
	setenv("HOME", story->home, 1);
	setenv("TERM", "xterm-256color", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	static const char *const unwanted[] = { "XDG_CONFIG_HOME", "XDG_DATA_HOME",
		"XDG_STATE_HOME", "NO_COLOR", "DATABASE_URL", "DBTOP_TARGET", "DBTOP_ENV" };
	for (size_t i = 0; i < ARRAY_SIZE(unwanted); i++)
		unsetenv(unwanted[i]);
	if (chdir(story->home) != 0)
		return 97;
	execl(program, "dbtop", cluster_conninfo(story->servers, 0), "--dir", dir, "--env", "dev",
		(char *)NULL);
	return 98;
}

static void open_console(struct story *story, const char *awaited)
{
	pty_start(&story->pty, 120, 36, exec_dbtop, story);
	pty_wait_text(&story->pty, awaited);
}

static void close_console(struct story *story)
{
	pty_type(&story->pty, "q");
	int status = pty_wait_end(&story->pty);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	pty_assert_given_back(&story->pty);
	pty_stop(&story->pty);
}

static int story_open(void **state)
{
	struct story *story = mem_new(struct story);
	story->servers = server_start(&(struct cluster_options){ .standbys = 2 });
	story->home = scratch_new();
	*state = story;
	return 0;
}

static int story_close(void **state)
{
	struct story *story = *state;
	server_end(story->servers);
	scratch_remove(story->home);
	free(story);
	return 0;
}

static void look(struct story *story)
{
	pty_wait_text(&story->pty, " DEV  ");
	pty_wait_text(&story->pty, "streaming");
	pty_wait_text(&story->pty, "2, at most");
	pty_wait_text(&story->pty, "nothing needs attention");
}

static void step_up(struct story *story)
{
	pty_type(&story->pty, "4");
	pty_wait_text(&story->pty, "you are here: nothing applied");
	pty_type(&story->pty, "\r");
	pty_wait_text(&story->pty, "create table customer");
	pty_wait_text(&story->pty, "GATE OPEN");
	assert_null(server_cell(story->servers, 0, "select to_regclass('customer')"));
	pty_type(&story->pty, "s");
	pty_wait_text(&story->pty, "Press y to do it.");
	/* what is typed in the first moments of a prompt is not heard */
	pty_type_until(&story->pty, "y", "done   step 1 of 1");
	pty_wait_text(&story->pty, "step 20240105.1 done in ");
	pty_wait_text(&story->pty, "the database is at 20240105090000; nothing is running");
	server_expect(story->servers, 0, "select to_regclass('customer')", "customer");
	server_expect(story->servers, 0, "select rev from dbtop.revision", "20240105090000");
	server_wait(story->servers, 1, "select to_regclass('customer') is not null");
	pty_type(&story->pty, "\033");
	pty_wait_text(&story->pty, "you are here: 20240105090000");
}

static void pin_a_note(struct story *story)
{
	pty_type(&story->pty, "m");
	pty_wait_text(&story->pty, "note:");
	pty_type(&story->pty, "tell the shop it is open\r");
	pty_type(&story->pty, "6");
	pty_wait_text(&story->pty, "tell the shop it is open");
}

/* Rows may be lost: the name has to be typed, then a count runs that nothing but waiting ends. */
static void step_down(struct story *story)
{
	pty_type(&story->pty, "4");
	pty_wait_text(&story->pty, "you are here: 20240105090000");
	pty_type(&story->pty, "G");
	pty_wait_text(&story->pty, "file      ");
	pty_type(&story->pty, "R");
	pty_wait_text(&story->pty, "Rollback");
	pty_wait_text(&story->pty, "drop table orders");
	pty_type(&story->pty, "s");
	pty_wait_text(&story->pty, "L3 destructive");
	pty_type_until(&story->pty, "c", "> c");
	pty_type(&story->pty, "\025customers_and_orders\r");
	pty_wait_text(&story->pty, "Starts in");
	pty_wait_text(&story->pty, "done   step 1 of 1");
	assert_null(server_cell(story->servers, 0, "select to_regclass('customer')"));
	assert_int_equal(
		server_number(story->servers, 0, "select count(*) from dbtop.revision"), 0);
	assert_true(server_number(story->servers, 0, "select count(*) from dbtop.event") >= 2);
	pty_type(&story->pty, "\033");
	pty_wait_text(&story->pty, "you are here: nothing applied");
}

static void everything_is_still_there(struct story *story)
{
	pty_type(&story->pty, "6");
	pty_wait_text(&story->pty, "tell the shop it is open");
	pty_wait_text(&story->pty, "migration 2024");
	pty_type(&story->pty, "4");
	pty_wait_text(&story->pty, "you are here: nothing applied");
}

static void a_schema_is_changed_and_changed_back_beside_live_gauges(void **state)
{
	struct story *story = *state;
	open_console(story, "4 Migrations 12 to run");
	look(story);
	step_up(story);
	pin_a_note(story);
	step_down(story);
	close_console(story);
	open_console(story, "6 Notes 1");
	everything_is_still_there(story);
	close_console(story);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, story_open, story_close)

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	alarm(120); /* a child that hangs ends the test */
	setenv("LC_ALL", "C.UTF-8", 1);
	setlocale(LC_ALL, "");
	const struct CMUnitTest tests[] = {
		TEST(a_schema_is_changed_and_changed_back_beside_live_gauges),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
