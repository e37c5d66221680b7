// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * `dbtop setup` on a terminal: what is missing is shown and asked about, a password is asked for.
 */
#include "test.h"

#include <sys/wait.h>

#include "base/mem.h"
#include "cli/setup_world.h"
#include "screen/pty.h"

static struct cluster *servers;

struct seat {
	struct setup_world *w;
	struct pty pty;
};

static int world_up(void **state)
{
	(void)state;
	servers = server_start_guarded("login createdb password 'tr0ubadour'");
	return 0;
}

static int world_down(void **state)
{
	(void)state;
	server_end(servers);
	return 0;
}

static int seat_up(void **state)
{
	struct seat *seat = mem_new(struct seat);

	seat->w = setup_world_new(servers);
	shell_env(seat->w->sh, "TERM", "xterm-256color");
	setup_describe(seat->w, "app_roles = $_web\n");
	*state = seat;
	return 0;
}

static int seat_down(void **state)
{
	struct seat *seat = *state;

	pty_stop(&seat->pty);
	setup_world_free(seat->w);
	free(seat);
	return 0;
}

static int body(void *arg)
{
	struct seat *seat = arg;

	shell_become(seat->w->sh, "setup");
}

static int answer(struct seat *seat, const char *key)
{
	pty_start(&seat->pty, 120, 40, body, seat);
	pty_wait_text(&seat->pty, "Set up shop: make what is missing?");
	pty_wait_text(&seat->pty, "application role");
	pty_wait_text(&seat->pty, "anything else means no:");
	return WEXITSTATUS(pty_type_to_end(&seat->pty, key));
}

static void yes_makes_it(void **state)
{
	struct seat *seat = *state;

	assert_int_equal(answer(seat, "y\n"), 0);

	setup_sql(seat->w, "$_web", "select 1");
}

static void anything_else_makes_nothing(void **state)
{
	struct seat *seat = *state;

	assert_int_equal(answer(seat, "\n"), 8);

	setup_expect_server(seat->w, "select count(*) from pg_roles where rolname = '$_web'", "0");
}

static void a_password_the_server_wants_is_asked_for(void **state)
{
	struct seat *seat = *state;
	const char *port = strstr(cluster_tcp_conninfo(servers, 0), "port=");
	char *conf = mem_printf("[target shop]\ndsn = host=127.0.0.1 %.*s user=guarded "
				"dbname=%s\nenv = dev\n",
		(int)strcspn(port, " "), port, seat->w->database);
	shell_write(seat->w->sh, "dbtop.conf", conf);
	free(conf);

	pty_start(&seat->pty, 120, 40, body, seat);
	pty_wait_text(&seat->pty, "Password for guarded@127.0.0.1:");
	pty_type(&seat->pty, "tr0ubadour\n");
	pty_wait_text(&seat->pty, "anything else means no:");

	assert_int_equal(WEXITSTATUS(pty_type_to_end(&seat->pty, "y\n")), 0);
	assert_null(strstr(str_c(&seat->pty.bytes), "tr0ubadour"));
	setup_expect_server(seat->w,
		"select pg_get_userbyid(datdba) from pg_database where datname = '$_shop'",
		"guarded");
}

#define test(name) cmocka_unit_test_setup_teardown(name, seat_up, seat_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(yes_makes_it),
		test(anything_else_makes_nothing),
		test(a_password_the_server_wants_is_asked_for),
	};
	return cmocka_run_group_tests(tests, world_up, world_down);
}
