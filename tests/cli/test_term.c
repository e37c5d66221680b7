// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * TERM and HUP while a lone statement runs: dbtop leaves at once, the server goes on with it, its intent stays, and the
 * next run sees that it is done.
 */
#include "test.h"

#include <signal.h>

#include "cli/shell.h"

static struct cluster *servers;

static int world_up(void **state)
{
	(void)state;
	servers = server_start(NULL);
	return 0;
}

static int world_down(void **state)
{
	(void)state;
	server_end(servers);
	return 0;
}

#define BUILDERS                                                                             \
	"select count(*) from pg_stat_activity where query like 'create index%' and pid <> " \
	"pg_backend_pid()"

static void left_by(int signal)
{
	struct shell *sh = shell_new(servers);
	struct shell_child child;
	shell_write(
		sh, "migrations/20240101000000_a.sql", "-- dbtop: up\ncreate table a (i int);\n");
	dbtop(sh, "upgrade --yes");
	shell_assert(sh, 0);
	shell_write(sh, "migrations/20240102000000_b.sql",
		"-- dbtop: up\ncreate index concurrently a_i on a (i);\ncreate table b ();\n");
	PGconn *holder = server_connect_to(sh->conninfo);
	server_run_on(holder, "begin; insert into a values (1)");
	shell_start(sh, &child, "upgrade --yes --allow-hazard all");
	shell_wait(sh, "select count(*) > 0 from pg_locks where not granted");

	kill(child.pid, signal);

	shell_finish(&child);
	shell_assert(sh, 128 + signal);
	shell_assert_err(sh, "the server goes on with it; its intent is kept");
	shell_expect(sh, BUILDERS, "1");
	shell_expect(sh, "select state from dbtop.step", "intent");
	server_run_on(holder, "commit");
	PQfinish(holder);
	shell_wait(sh, "select indisvalid from pg_index where indexrelid = 'a_i'::regclass");

	dbtop(sh, "upgrade --yes --allow-hazard all");

	shell_assert(sh, 0);
	shell_assert_err(sh, "index public.a_i is there; mark it done and go on");
	shell_expect(sh, "select to_regclass('b')", "b");
	shell_free(sh);
}

static void a_term_leaves_a_lone_statement_to_the_server(void **state)
{
	(void)state;
	left_by(SIGTERM);
}

static void a_closed_terminal_leaves_a_lone_statement_to_the_server(void **state)
{
	(void)state;
	left_by(SIGHUP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_term_leaves_a_lone_statement_to_the_server),
		cmocka_unit_test(a_closed_terminal_leaves_a_lone_statement_to_the_server),
	};
	return cmocka_run_group_tests(tests, world_up, world_down);
}
