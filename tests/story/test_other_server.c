// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Another server answers where the target was, in the middle of a plan: a cluster that took its address (fault row 34), a
 * standby that was promoted without the last step (row 9), and the same server as a standby (row 10).
 */
#include "test.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "scratch.h"
#include "story/world.h"

static const char first_step[] =
	"-- dbtop: up\ncreate table a (i int);\n-- dbtop: down\ndrop table a;\n";
static const char second_step[] =
	"-- dbtop: up\ncreate table b (i int);\n-- dbtop: down\ndrop table b;\n";

/* The target's host: a link to the socket directory of the cluster that has its address. */
static char *address_of(const struct world *w)
{
	return mem_printf("%s/at", w->home);
}

static void give_address_to(const struct world *w, const struct cluster *cluster)
{
	char *address = address_of(w);

	unlink(address);
	assert_int_equal(symlink(cluster_socket_dir(cluster), address), 0);
	free(address);
}

static void two_steps(struct world *w, const char *dsn)
{
	world_migration(w, "20240101000000_a.sql", first_step);
	world_migration(w, "20240102000000_b.sql", second_step);
	world_conf_dsn(w, dsn, "dev", "");
	world_open(w, 160, 40, "4 Migrations 2 to run");
	pty_type(&w->pty, ":run.up\r");
	pty_wait_text(&w->pty, "step 1 of 2");
	pty_wait_text(&w->pty, "GATE OPEN");
	world_step(w, "ready   step 2 of 2");
}

static void assert_nothing_on(struct cluster *cluster, int node)
{
	server_expect(cluster, node, "select to_regnamespace('dbtop') is null", "t");
	server_expect(
		cluster, node, "select to_regclass('a') is null and to_regclass('b') is null", "t");
}

/* ---- another cluster ---- */

static int open_new_server(void **state)
{
	*state = world_new_on(server_start_new(NULL));
	return 0;
}

static void a_cluster_that_took_the_address_gets_no_step_of_this_plan(void **state)
{
	struct world *w = *state;
	struct cluster *other = server_start_new(NULL);
	char *address = address_of(w);
	char *dsn = mem_printf("host=%s port=%d user=postgres dbname=postgres", address,
		cluster_node_port(w->servers, 0));
	struct err e;
	assert_int_equal(cluster_node_port(other, 0), cluster_node_port(w->servers, 0));
	give_address_to(w, w->servers);
	two_steps(w, dsn);

	assert_true(cluster_stop_node(w->servers, 0, CLUSTER_STOP_FAST, &e));
	pty_wait_text(&w->pty, "NO CONNECTION");
	give_address_to(w, other);
	pty_type_until(&w->pty, "r", "primary │");
	pty_type(&w->pty, "s");
	pty_wait_text(&w->pty, "Press y to do it.");
	pty_type_until(&w->pty, "y", "not the server this plan was made for");
	pty_wait_words(&w->pty, "another server answers at");

	assert_nothing_on(other, 0);
	assert_true(cluster_start_node(w->servers, 0, &e));
	server_expect(w->servers, 0, "select count(*) from dbtop.revision", "1");
	world_close(w);
	free(dsn);
	free(address);
	server_end(other);
}

/* ---- a standby ---- */

/* A standby of the other one from now on, where the primary was; and a primary again. */
static void demote(struct world *w)
{
	struct err e;

	assert_true(cluster_stop_node(w->servers, 0, CLUSTER_STOP_FAST, &e));
	assert_true(cluster_promote_node(w->servers, 1, &e));
	assert_true(cluster_follow_node(w->servers, 0, 1, &e));
	assert_true(cluster_start_node(w->servers, 0, &e));
}

static void promote_again(struct world *w)
{
	struct err e;

	assert_true(cluster_stop_node(w->servers, 1, CLUSTER_STOP_FAST, &e));
	assert_true(cluster_promote_node(w->servers, 0, &e));
}

static void a_server_that_becomes_a_standby_is_watched_and_takes_no_step(void **state)
{
	struct world *w = *state;
	two_steps(w, cluster_conninfo(w->servers, 0));

	demote(w);
	pty_wait_text(&w->pty, "standby │");
	pty_type_until(&w->pty, "s", "this is a read-only standby: steps run on the primary");
	server_wait(w->servers, 0,
		"select count(*) > 0 from pg_stat_activity where application_name like "
		"'dbtop/monitor%' and pid <> pg_backend_pid()");
	pty_wait_text(&w->pty, "│ ● ");

	promote_again(w);
	pty_wait_text(&w->pty, "primary │");
	pty_type_until(&w->pty, "s", "Press y to do it.");
	pty_type_until(&w->pty, "y", "not the server this plan was made for");
	pty_wait_words(&w->pty, "(timeline 1 -> 3)");
	server_expect(w->servers, 0, "select to_regclass('b') is null", "t");
	/* the plan made anew is this server's */
	pty_type_until(&w->pty, "\033", "NEXT   20240102");
	pty_type(&w->pty, ":run.up\r");
	pty_wait_text(&w->pty, "step 1 of 1");
	pty_wait_text(&w->pty, "GATE OPEN");
	world_step(w, "done   step 1 of 1");
	server_expect(w->servers, 0, "select count(*) from dbtop.revision", "2");
	world_close(w);
}

/* ---- a failover that lost the last step ---- */

static void a_promoted_standby_that_missed_the_step_is_told_and_the_plan_stops(void **state)
{
	struct world *w = *state;
	struct err e;
	char *lines = mem_printf("replicas = postgresql://postgres@/postgres?host=%s&port=%d\n",
		cluster_socket_dir(w->servers), cluster_node_port(w->servers, 1));
	world_migration(w, "20240101000000_a.sql", first_step);
	world_migration(w, "20240102000000_b.sql", second_step);
	world_conf(w, "dev", lines);
	world_open(w, 160, 40, "4 Migrations 2 to run");
	server_wait_replayed(w->servers, 1);
	assert_true(cluster_stop_node(w->servers, 1, CLUSTER_STOP_FAST, &e));
	pty_type(&w->pty, ":run.up\r");
	pty_wait_text(&w->pty, "GATE OPEN");
	world_step(w, "ready   step 2 of 2");

	cluster_kill_node(w->servers, 0);
	pty_wait_text(&w->pty, "NO CONNECTION");
	assert_true(cluster_start_node(w->servers, 1, &e));
	assert_true(cluster_promote_node(w->servers, 1, &e));
	/* the run stays with its server; who leaves it goes where the primary is */
	pty_type_until(&w->pty, "s", "no connection");
	pty_type_until(&w->pty, "\033", "primary │");
	pty_wait_text(&w->pty, "this is another server (timeline 1 -> 2): 20240101000000,");
	pty_wait_text(&w->pty, "is missing here");
	pty_wait_text(&w->pty, "4 Migrations 2 to run");
	assert_nothing_on(w->servers, 1);

	/* both truths: it was applied there, and it is not here */
	char *journal = world_stored(w, "select result || ' on ' || timeline from intent");
	assert_string_equal(journal, "done on 1");
	world_close(w);
	struct pty pty;
	assert_int_equal(world_run(w, &pty, "status"), 0);
	pty_wait_words(&pty, "is missing here");
	pty_stop(&pty);
	free(journal);
	free(lines);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	alarm(300); /* a child that hangs ends the test */
	setlocale(LC_ALL, "C.UTF-8");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_cluster_that_took_the_address_gets_no_step_of_this_plan, open_new_server,
			world_close_all),
		cmocka_unit_test_setup_teardown(
			a_promoted_standby_that_missed_the_step_is_told_and_the_plan_stops,
			world_open_with_standby, world_close_all),
		cmocka_unit_test_setup_teardown(
			a_server_that_becomes_a_standby_is_watched_and_takes_no_step,
			world_open_with_standby, world_close_all),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
