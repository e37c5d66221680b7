// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What an operator sees of the servers behind a target: a pooler in the way, a standby that is missing, a second primary.
 */
#include "test.h"

#include <locale.h>
#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "pg/pgbouncer.h"
#include "scratch.h"
#include "story/world.h"

static void configure(struct world *w, const char *dsn, const char *lines)
{
	char *text = mem_printf(
		"[target shop]\ndsn = %s\nenv = dev\nmigrations = %s\n%s", dsn, w->dir, lines);

	free(scratch_write(w->home, "dbtop.conf", text));
	free(text);
}

static void all_panels_work_through_a_transaction_pooler_and_no_step_does(void **state)
{
	struct world *w = *state;
	struct pgbouncer *pooler = pgbouncer_start(w->servers, 0, "transaction", 1);
	configure(w, pgbouncer_conninfo(pooler), "");

	world_open(w, 120, 36, "4 Migrations 12 to run");
	pty_wait_text(&w->pty, "via pooler");
	pty_type(&w->pty, "2");
	pty_wait_text(&w->pty, "› Pool");
	pty_wait_text(&w->pty, "Server slots");
	pty_type(&w->pty, "3");
	pty_wait_text(&w->pty, "› Replicas");
	pty_wait_text(&w->pty, "pg-b ●");
	pty_wait_text(&w->pty, "streaming");
	world_enter(w);
	pty_type(&w->pty, "s");
	pty_wait_text(&w->pty, "Press y to do it.");
	pty_type_until(&w->pty, "y", "a connection pooler answers at");

	server_expect(w->servers, 0, "select to_regnamespace('dbtop') is null", "t");
	pty_type_until(&w->pty, "\033", "you are here");
	world_close(w);
	pgbouncer_end(pooler);
}

/* The other server of the world, as a URI: the configuration splits its replicas at blanks. */
static char *replicas_line(const struct world *w)
{
	return mem_printf("replicas = postgresql://postgres@/postgres?host=%s&port=%d\n",
		cluster_socket_dir(w->servers), cluster_node_port(w->servers, 1));
}

static void a_second_primary_shuts_the_gate_until_it_is_gone(void **state)
{
	struct world *w = *state;
	struct err e;
	char *lines = replicas_line(w);
	world_migration(w, "20240101000000_a.sql",
		"-- dbtop: up\ncreate table a (i int);\n-- dbtop: down\ndrop table a;\n");
	configure(w, cluster_conninfo(w->servers, 0), lines);
	world_open(w, 120, 36, "4 Migrations 1 to run");
	world_enter(w);

	assert_true(cluster_promote_node(w->servers, 1, &e));
	pty_wait_text(&w->pty, "GATE SHUT");
	pty_wait_words(&w->pty, "split brain: local:");
	pty_type(&w->pty, "s");
	pty_wait_words(
		&w->pty, "is a primary, on timeline 2, and this server is one, on timeline 1");
	pty_type_until(&w->pty, "3", "› Replicas");
	pty_wait_words(&w->pty, "split brain: is a primary too, on timeline 2");
	server_expect(w->servers, 0, "select to_regclass('a') is null", "t");

	assert_true(cluster_stop_node(w->servers, 1, CLUSTER_STOP_FAST, &e));
	pty_wait_text(&w->pty, "missing: not");
	free(lines);
	world_close(w);
}

/* From now on the second server hears of nothing. */
static void cut_off(struct world *w)
{
	server_run(w->servers, 1, "alter system set primary_conninfo = ''");
	server_run(w->servers, 1, "select pg_reload_conf()");
	server_wait(w->servers, 1, "select count(*) = 0 from pg_stat_wal_receiver");
}

/* A run that is open stays with its server; closed, the console goes and says what the new primary never heard of. */
static void the_console_goes_where_the_primary_is(void **state)
{
	struct world *w = *state;
	struct err e;
	char *lines = replicas_line(w);
	world_migration(w, "20240101000000_a.sql",
		"-- dbtop: up\ncreate table a (i int);\n-- dbtop: down\ndrop table a;\n");
	configure(w, cluster_conninfo(w->servers, 0), lines);
	world_open(w, 120, 36, "4 Migrations 1 to run");
	server_wait_replayed(w->servers, 1);
	cut_off(w);
	world_enter(w);
	world_step(w, "the database is at 2024");

	assert_true(cluster_stop_node(w->servers, 0, CLUSTER_STOP_FAST, &e));
	pty_wait_text(&w->pty, "NO CONNECTION");
	assert_true(cluster_promote_node(w->servers, 1, &e));

	pty_wait_words(&w->pty, "now (timeline 2): leave this run");
	pty_type_until(&w->pty, "\033", "this is another server (timeline 1 -> 2)");
	pty_wait_text(&w->pty, "primary");
	pty_type_until(&w->pty, "3", "› Replicas");
	pty_wait_text(&w->pty, "missing");
	pty_type_until(&w->pty, "4", "1 to run");
	world_enter(w);
	pty_type_until(&w->pty, "s", "LOCKED session; W arms it");
	pty_type_until(&w->pty, "W", "ARMED");
	pty_type_until(&w->pty, "s", "Press y to do it.");
	pty_type_until(&w->pty, "y", "the database is at 2024");
	server_expect(w->servers, 1, "select to_regclass('a') is not null", "t");
	free(lines);
	world_close(w);
}

static int count_in_log(const struct world *w, const char *words)
{
	struct err e;
	size_t len;
	int count = 0;
	char *path = path_join(w->home, "said.log");
	char *text = path_read(path, 1 << 20, &len, &e);

	assert_non_null(text);
	for (const char *at = text; (at = strstr(at, words)); at++)
		count++;
	free(text);
	free(path);
	return count;
}

static void pools_that_do_not_fit_are_told_and_no_step_is_taken(void **state)
{
	struct world *w = *state;
	world_migration(w, "20240101000000_a.sql", "-- dbtop: up\ncreate table a (i int);\n");
	configure(w, cluster_conninfo(w->servers, 0),
		"pool_size = 90\n[pool web]\nmatch = application_name:web-*\nsize = 20\n"
		"workers = 50\n");
	free(scratch_write(w->home, ".config/dbtop/config", "[dbtop]\nlog = said.log\n"));

	world_open(w, 120, 36, "4 Migrations 1 to run");
	pty_wait_text(&w->pty, "dbtop's own pool is too large for this server: (90 + 0) * 1 = 90");
	pty_wait_text(&w->pty, "no room for web: (20 + 0) * 50");
	pty_wait_text(&w->pty, "no room for all of them: 2 pool");
	world_enter(w);
	pty_type(&w->pty, ":nonsense\r"); /* another message takes its place */
	pty_wait_text(&w->pty, "no command");
	pty_type(&w->pty, "s");
	pty_wait_text(&w->pty, "Press y to do it.");
	pty_type_until(&w->pty, "y", "dbtop's own pool is too large for this server");

	server_expect(w->servers, 0, "select to_regclass('a') is null", "t");
	server_expect(w->servers, 0, "select to_regnamespace('dbtop') is null", "t");
	pty_type_until(&w->pty, "\033", "you are here");
	world_close(w);
	/* at the start, and instead of the step */
	assert_true(count_in_log(w, "message: dbtop's own pool is too large") >= 2);
}

int main(void)
{
	setlocale(LC_ALL, "C.UTF-8");
#define WITH_STANDBY(name) \
	cmocka_unit_test_setup_teardown(name, world_open_with_standby, world_close_all)
	const struct CMUnitTest tests[] = {
		WITH_STANDBY(all_panels_work_through_a_transaction_pooler_and_no_step_does),
		WITH_STANDBY(a_second_primary_shuts_the_gate_until_it_is_gone),
		WITH_STANDBY(the_console_goes_where_the_primary_is),
		cmocka_unit_test_setup_teardown(pools_that_do_not_fit_are_told_and_no_step_is_taken,
			world_open_alone, world_close_all),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
