// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The demo without its console: servers, samples, and the workload on a loop, before the samples, with them, and after
 * they were undone.
 */
#include "test.h"

#include <glob.h>
#include <libpq-fe.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/path.h"
#include "demo/cluster.h"
#include "demo/demo.h"
#include "demo/workload.h"
#include "loop/loop.h"
#include "pg/server.h"

enum { LIMIT_S = 30, FILE_BYTES_MAX = 1 << 20 };

static const char rollbacks_sql[] =
	"select xact_rollback from pg_stat_database where datname = current_database()";

struct world {
	struct demo *demo;
	struct loop *loop;
};

static int world_up(void **state)
{
	struct world *w = mem_new(struct world);
	struct err e = { 0 };

	w->demo = demo_start(&(struct demo_options){ .standbys = 1 }, &e);
	if (!w->demo)
		fail_msg("%s %s", e.text, e.detail);
	w->loop = loop_new();
	*state = w;
	return 0;
}

static int world_down(void **state)
{
	struct world *w = *state;

	if (!w)
		return 0;
	demo_free(w->demo);
	loop_turn(w->loop, false);
	loop_free_deferred(w->loop);
	loop_free(w->loop);
	free(w);
	return 0;
}

/* Turn the loop until the answer of the primary is true. */
static void turn_until(struct world *w, const char *sql)
{
	int64_t end_us = clock_mono_us(&clock_system) + LIMIT_S * INT64_C(1000000);
	PGconn *conn = server_connect_to(demo_primary(w->demo));

	for (bool is_true = false; !is_true;) {
		loop_turn(w->loop, true);
		loop_free_deferred(w->loop);
		char *cell = server_cell_on(conn, sql);
		is_true = cell && strcmp(cell, "t") == 0;
		free(cell);
		if (clock_mono_us(&clock_system) > end_us)
			fail_msg("not true after %d s of work: %s", LIMIT_S, sql);
	}
	PQfinish(conn);
}

static void run_sample(struct world *w, const char *pattern)
{
	char *path = mem_printf("%s/%s", demo_migrations_dir(w->demo), pattern);
	glob_t found;
	struct err e;
	size_t len;

	assert_int_equal(glob(path, 0, NULL, &found), 0);
	char *text = path_read(found.gl_pathv[0], FILE_BYTES_MAX, &len, &e);
	assert_non_null(text);
	char *end = strstr(text, "-- dbtop: down");
	assert_non_null(end);
	*end = '\0';
	server_run(demo_cluster(w->demo), 0, text);
	globfree(&found);
	free(text);
	free(path);
}

static void the_goal_is_a_sample_with_others_behind_it(void **state)
{
	struct world *w = *state;
	const char *dir = demo_migrations_dir(w->demo);
	char *goal = mem_printf("%s/%s_*.sql", dir, demo_goal(w->demo));
	char *all = mem_printf("%s/*.sql", dir);
	glob_t one, every;

	assert_int_equal(glob(goal, 0, NULL, &one), 0);
	assert_int_equal(glob(all, 0, NULL, &every), 0);

	assert_int_equal(one.gl_pathc, 1);
	assert_string_not_equal(one.gl_pathv[0], every.gl_pathv[0]);
	assert_string_not_equal(one.gl_pathv[0], every.gl_pathv[every.gl_pathc - 1]);
	globfree(&one);
	globfree(&every);
	free(goal);
	free(all);
}

static void the_shop_works_with_the_samples_and_survives_their_end(void **state)
{
	struct world *w = *state;
	struct err e = { 0 };

	/* Before there is a table its sessions come, fail, and rest. */
	assert_true(demo_work(w->demo, w->loop, &driver_libpq, &e));
	turn_until(w, "select count(distinct application_name) = 4 from pg_stat_activity"
		      " where application_name like 'shop-%'");

	run_sample(w, "20240105090000_*.sql");
	turn_until(w, "select count(*) >= 2000 from customer");
	turn_until(w, "select count(*) > 10000 from orders");
	turn_until(w, "select count(*) > 0 from orders where state = 'shipped'");

	/* And it comes back after its tables were gone for a while. */
	server_run(demo_cluster(w->demo), 0, "drop table orders; drop table customer");
	int64_t failed = server_number(demo_cluster(w->demo), 0, rollbacks_sql);
	char *has_failed = mem_printf("select (%s) > %lld", rollbacks_sql, (long long)failed + 2);
	turn_until(w, has_failed);
	free(has_failed);
	run_sample(w, "20240105090000_*.sql");
	turn_until(w, "select count(*) > 0 from orders");
}

static void a_restarted_server_gets_its_shop_back(void **state)
{
	struct world *w = *state;
	struct err e;

	assert_true(cluster_restart_node(demo_cluster(w->demo), 0, &e));
	turn_until(w, "select count(distinct application_name) = 4 from pg_stat_activity"
		      " where application_name like 'shop-%'");
}

int main(void)
{
	server_need();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_goal_is_a_sample_with_others_behind_it),
		cmocka_unit_test(the_shop_works_with_the_samples_and_survives_their_end),
		cmocka_unit_test(a_restarted_server_gets_its_shop_back),
	};
	return cmocka_run_group_tests(tests, world_up, world_down);
}
