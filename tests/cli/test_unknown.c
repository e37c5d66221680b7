// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Exit 13: COMMIT was sent, the server died with it, and another one answers at its address. Nobody can say there what
 * became of the step, so nothing is claimed; once the server is back, it is asked.
 */
#include "test.h"

#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/shell.h"

/* Two servers of their own; the target's host is a link to the socket directory of one of them. */
static struct cluster *first, *second;
static char *link_path;

static int world_up(void **state)
{
	(void)state;
	first = server_start_new(NULL);
	second = server_start_new(NULL);
	return 0;
}

static int world_down(void **state)
{
	(void)state;
	server_end(first);
	server_end(second);
	free(link_path);
	return 0;
}

/* The directory after "host=", and what stands behind it; free the directory. */
static char *host_of(const char *conninfo, const char **rest)
{
	const char *host = strstr(conninfo, "host=");
	assert_non_null(host);
	host += 5;
	size_t len = strcspn(host, " ");
	*rest = host + len;
	return mem_strndup(host, len);
}

static void point_at(struct cluster *cluster)
{
	const char *rest;
	char *host = host_of(cluster_conninfo(cluster, 0), &rest);
	unlink(link_path);
	assert_int_equal(symlink(host, link_path), 0);
	free(host);
}

static void target_by_link(struct shell *sh)
{
	const char *rest;
	char *host = host_of(sh->conninfo, &rest);
	char *create = mem_printf("create database %s", sh->database);
	server_run(second, 0, create);
	link_path = mem_printf("%s/at", sh->dir);
	point_at(first);
	char *config = mem_printf("[target t]\ndsn = host=%s%s\nenv = dev\n", link_path, rest);
	shell_env(sh, "DBTOP_TARGET", NULL);
	shell_write(sh, "dbtop.conf", config);
	free(config);
	free(create);
	free(host);
}

static void at_another_servers_answer_the_outcome_is_unknown(void **state)
{
	(void)state;
	struct shell *sh = shell_new(first);
	struct shell_child child;
	struct err e;
	target_by_link(sh);
	shell_sql(sh, "create table t (i int);"
		      "create function wait_here() returns trigger language plpgsql as "
		      "$$begin perform pg_advisory_xact_lock(7); return null; end$$;"
		      "create constraint trigger w after insert on t deferrable initially "
		      "deferred for each row execute function wait_here()");
	PGconn *holder = server_connect_to(sh->conninfo);
	server_run_on(holder, "select pg_advisory_lock(7)");
	shell_write(
		sh, "migrations/20240101000000_a.sql", "-- dbtop: up\ninsert into t values (1);\n");
	shell_start(sh, &child, "upgrade --yes --allow-hazard all --lock-timeout 60s --json");
	shell_wait(sh, "select count(*) = 1 from pg_stat_activity where query like 'COMMIT%' and "
		       "wait_event_type = 'Lock'");

	point_at(second);
	cluster_kill_node(first, 0);
	shell_finish(&child);

	shell_assert(sh, 13);
	shell_json(sh, "upgrade");
	shell_assert_out(sh, "another server answers");
	shell_assert_out(sh, "\"database\":\"unknown\"");
	PQfinish(holder);

	assert_true(cluster_start_node(first, 0, &e));
	point_at(first);
	dbtop(sh, "upgrade --yes --allow-hazard all");
	shell_assert(sh, 0);
	shell_assert_err(sh, "not applied, the server rolled it back");
	shell_expect(sh, "select count(*) from t", "1");
	shell_free(sh);
}

int main(void)
{
	server_need();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_another_servers_answer_the_outcome_is_unknown),
	};
	return cmocka_run_group_tests(tests, world_up, world_down);
}
