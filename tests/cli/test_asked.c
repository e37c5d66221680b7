// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * A command on a terminal: a password is asked for without echo, a change is asked about, states have colours.
 */
#include "test.h"

#include <sys/wait.h>

#include "base/mem.h"
#include "cli/shell.h"
#include "screen/pty.h"

static struct cluster *servers;

struct seat {
	struct shell *sh;
	char *line;
	struct pty pty;
};

static int world_up(void **state)
{
	(void)state;
	servers = server_start_guarded("login password 'tr0ubadour'");
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

	seat->sh = shell_new(servers);
	shell_env(seat->sh, "TERM", "xterm-256color");
	shell_write(
		seat->sh, "migrations/20240101000000_a.sql", "-- dbtop: up\ncreate table a ();\n");
	*state = seat;
	return 0;
}

static int seat_down(void **state)
{
	struct seat *seat = *state;

	pty_stop(&seat->pty);
	shell_free(seat->sh);
	free(seat->line);
	free(seat);
	return 0;
}

static int body(void *arg)
{
	struct seat *seat = arg;

	shell_become(seat->sh, seat->line);
}

static void run_guarded(struct seat *seat, const char *command)
{
	const char *port = strstr(cluster_tcp_conninfo(servers, 0), "port=");

	seat->line = mem_printf("%s -d 'host=127.0.0.1 %.*s user=guarded dbname=%s'", command,
		(int)strcspn(port, " "), port, seat->sh->database);
	pty_start(&seat->pty, 120, 30, body, seat);
}

static void a_password_the_server_wants_is_asked_for_without_echo(void **state)
{
	struct seat *seat = *state;

	run_guarded(seat, "status");
	pty_wait_text(&seat->pty, "Password for guarded@127.0.0.1:");
	pty_type(&seat->pty, "tr0ubadourx\177\n");
	pty_wait_text(&seat->pty, "0 applied, 1 pending in migrations (dbtop)");
	int status = pty_wait_end(&seat->pty);

	assert_int_equal(WEXITSTATUS(status), 0);
	assert_null(strstr(str_c(&seat->pty.bytes), "tr0ubadour"));
	assert_non_null(strstr(str_c(&seat->pty.bytes), "\033[33mpending\033[0m"));
}

static void who_gives_up_gets_the_word_of_the_server_and_the_echo_back(void **state)
{
	struct seat *seat = *state;

	run_guarded(seat, "status");
	pty_wait_text(&seat->pty, "Password for guarded@127.0.0.1:");
	pty_type(&seat->pty, "\003");
	pty_wait_text(&seat->pty, "no password supplied");
	struct termios now;
	assert_int_equal(tcgetattr(seat->pty.fd, &now), 0);
	int status = pty_wait_end(&seat->pty);

	assert_int_equal(WEXITSTATUS(status), 12);
	assert_int_equal(now.c_lflag, seat->pty.before.c_lflag);
}

static void no_password_means_nobody_is_asked(void **state)
{
	struct seat *seat = *state;

	run_guarded(seat, "status -w");
	int status = pty_wait_end(&seat->pty);

	assert_int_equal(WEXITSTATUS(status), 12);
	assert_null(strstr(str_c(&seat->pty.bytes), "Password for"));
}

/* The one server stands for primary and standbys, by three names of it: what counts is who gets in. */
static void a_password_typed_once_opens_the_standbys_too(void **state)
{
	struct seat *seat = *state;
	struct shell *sh = seat->sh;
	const char *port = strstr(cluster_tcp_conninfo(servers, 0), "port=") + 5;
	int digits = (int)strcspn(port, " ");
	char *conf = mem_printf("[target shop]\nprimary = postgres://guarded@127.0.0.1:%.*s/%s\n"
				"replicas = postgres://guarded@localhost:%.*s/postgres "
				"postgres://postgres@/%s?host=%s&port=%.*s\nenv = dev\n",
		digits, port, sh->database, digits, port, sh->database, cluster_socket_dir(servers),
		digits, port);
	shell_write(sh, "dbtop.conf", conf);
	shell_env(sh, "DBTOP_TARGET", "shop");

	seat->line = mem_strdup("-W");
	pty_start(&seat->pty, 120, 30, body, seat);
	pty_wait_text(&seat->pty, "Password for guarded@127.0.0.1:");
	pty_type(&seat->pty, "tr0ubadour\n");
	pty_wait_text(&seat->pty, "Migrations");
	shell_wait(sh,
		"select bool_or(usename = 'guarded' and datname = current_database()) and "
		"bool_or(usename = 'guarded' and datname = 'postgres') and bool_or(usename = "
		"'postgres' and datname = current_database()) from pg_stat_activity where "
		"application_name like 'dbtop/%'");

	assert_null(strstr(str_c(&seat->pty.bytes), "tr0ubadour"));
	free(conf);
}

int main(void)
{
#define AT_SEAT(test) cmocka_unit_test_setup_teardown(test, seat_up, seat_down)
	const struct CMUnitTest tests[] = {
		AT_SEAT(a_password_the_server_wants_is_asked_for_without_echo),
		AT_SEAT(who_gives_up_gets_the_word_of_the_server_and_the_echo_back),
		AT_SEAT(no_password_means_nobody_is_asked),
		AT_SEAT(a_password_typed_once_opens_the_standbys_too),
	};
	return cmocka_run_group_tests(tests, world_up, world_down);
}
