// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The pool on a real server: many tasks on few connections, backends that end, a server that goes and comes back, a
 * server without slots, and PgBouncer in transaction mode between.
 */
#include "test.h"

#include <dirent.h>

#include "base/mem.h"
#include "pg/crowd.h"
#include "pg/pgbouncer.h"
#include "pg/server.h"

enum { SLOTS = 30 };

static struct cluster *servers;

static int world_up(void **state)
{
	char *conf =
		mem_printf("max_connections = %d\nsuperuser_reserved_connections = 3\n", SLOTS);

	(void)state;
	servers = server_start(&(struct cluster_options){ .database = "shop", .extra_conf = conf });
	free(conf);
	server_run(servers, 0, "CREATE ROLE app LOGIN");
	return 0;
}

static int world_down(void **state)
{
	(void)state;
	server_end(servers);
	return 0;
}

static void open_as(struct crowd *crowd, const char *user, int size)
{
	struct pool_options options = pool_defaults;
	char *conninfo = mem_printf("host=%s port=%d dbname=shop user=%s",
		cluster_socket_dir(servers), cluster_node_port(servers, 0), user);

	options.size = size;
	crowd_open(crowd, conninfo, &options);
	free(conninfo);
}

static int64_t count_backends(void)
{
	return server_number(servers, 0,
		"select count(*) from pg_stat_activity where usename = 'app' and backend_type = "
		"'client backend'");
}

static int count_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = 0;

	while (dir && readdir(dir))
		count++;
	closedir(dir);
	return count;
}

static bool nothing_is_there(const struct pool_stats *stats)
{
	return stats->total == 0 && stats->connecting == 0;
}

static bool nobody_is_dialing(const struct pool_stats *stats)
{
	return stats->connecting == 0;
}

static bool somebody_is_there(const struct pool_stats *stats)
{
	return stats->checked_in > 0;
}

static bool some_are_at_work(const struct pool_stats *stats)
{
	return stats->checked_out > 0 && stats->acquires > 4;
}

static void many_tasks_share_a_few_connections(void **state)
{
	struct crowd crowd;
	(void)state;
	open_as(&crowd, "app", 4);

	crowd_start(&crowd, CROWD_WORKERS, 50);
	crowd_finish(&crowd);
	/* A dial that nobody waits for any more is the pool's all the same. */
	crowd_until(&crowd, nobody_is_dialing);

	struct pool_stats stats = crowd_stats(&crowd);
	assert_int_equal(crowd.answered, CROWD_WORKERS * 50);
	assert_int_equal(stats.creates, 4);
	assert_int_equal(count_backends(), 4);
	assert_int_equal(stats.acquires, CROWD_WORKERS * 50);
	assert_true(stats.hand_offs > stats.acquires / 2);
	assert_true(stats.wait.p99 >= stats.wait.p50 && stats.wait.max > 0);
	crowd_close(&crowd);
}

static void an_ended_backend_leaves_the_pool_before_it_is_wanted(void **state)
{
	struct crowd crowd;
	(void)state;
	open_as(&crowd, "app", 2);
	pool_give_back(crowd.pool, crowd_take(&crowd));

	server_run(servers, 0,
		"select pg_terminate_backend(pid) from pg_stat_activity where usename = 'app'");
	crowd_until(&crowd, nothing_is_there);
	struct pool_lease lease = crowd_take(&crowd);

	char text[64];
	assert_true(crowd_ask(&crowd, lease, "SELECT 'alive'", text));
	assert_string_equal(text, "alive");
	assert_int_equal(crowd_stats(&crowd).pings, 0);
	pool_give_back(crowd.pool, lease);
	crowd_close(&crowd);
}

static void an_open_transaction_does_not_outlive_its_lease(void **state)
{
	struct crowd crowd;
	char text[64];
	(void)state;
	open_as(&crowd, "app", 1);
	struct pool_lease lease = crowd_take(&crowd);
	assert_true(crowd_ask(&crowd, lease, "BEGIN", text));

	pool_give_back(crowd.pool, lease);
	lease = crowd_take(&crowd);

	server_expect(
		servers, 0, "select state from pg_stat_activity where usename = 'app'", "idle");
	assert_int_equal(crowd_stats(&crowd).rollbacks, 1);
	assert_int_equal(crowd_stats(&crowd).creates, 1);
	pool_give_back(crowd.pool, lease);
	crowd_close(&crowd);
}

static void a_question_given_back_unfinished_ends_on_the_server_too(void **state)
{
	struct crowd crowd;
	(void)state;
	open_as(&crowd, "app", 1);
	struct pool_lease lease = crowd_take(&crowd);
	crowd_send(&crowd, lease, "SELECT pg_sleep(600)");
	server_wait(servers, 0,
		"select count(*) = 1 from pg_stat_activity where query like '%pg_sleep(600)%' and "
		"state = 'active' and usename = 'app'");

	pool_give_back(crowd.pool, lease);
	crowd_turn_ms(&crowd, 1);

	server_wait(servers, 0,
		"select count(*) = 0 from pg_stat_activity where query like '%pg_sleep(600)%' and "
		"state = 'active' and usename = 'app'");
	crowd_close(&crowd);
}

static void a_server_that_restarts_is_met_again_by_all_who_wait(void **state)
{
	struct crowd crowd;
	struct err e;
	(void)state;
	open_as(&crowd, "app", 4);
	crowd_start(&crowd, 8, 10);
	crowd_finish(&crowd);

	assert_true(cluster_stop_node(servers, 0, CLUSTER_STOP_FAST, &e));
	crowd_until(&crowd, nothing_is_there);
	crowd_start(&crowd, 20, 5); /* the server is away: they wait */
	crowd_turn_ms(&crowd, 300);
	assert_int_equal(crowd_stats(&crowd).waiting, 20);
	assert_true(crowd_stats(&crowd).create_errors > 0);
	assert_true(cluster_start_node(servers, 0, &e));
	crowd_finish(&crowd);

	assert_int_equal(crowd.answered, 8 * 10 + 20 * 5);
	assert_int_equal(crowd.refused + crowd.lost, 0);
	crowd_close(&crowd);
}

static void a_server_without_enough_slots_serves_everybody_all_the_same(void **state)
{
	struct crowd crowd;
	(void)state;
	open_as(&crowd, "app", 2 * SLOTS);

	crowd_start(&crowd, CROWD_WORKERS, 20);
	crowd_finish(&crowd);

	struct pool_stats stats = crowd_stats(&crowd);
	assert_int_equal(crowd.answered, CROWD_WORKERS * 20);
	assert_in_range(stats.total, 1, SLOTS - 3);
	crowd_close(&crowd);
}

/* Any of them, again and again, while everybody works. */
static void backends_that_end_at_random_cost_their_question_and_nothing_else(void **state)
{
	struct crowd crowd;
	(void)state;
	int before = count_descriptors();
	open_as(&crowd, "app", 6);
	PGconn *killer = server_connect(servers, 0);
	crowd_start(&crowd, 20, 400);

	for (int i = 0; i < 40 && crowd.busy > 0; i++) {
		server_run_on(killer,
			"select pg_terminate_backend(pid) from (select pid from pg_stat_activity"
			" where usename = 'app' order by random() limit 1) one");
		crowd_turn_ms(&crowd, 5);
	}
	crowd_finish(&crowd);

	struct pool_stats stats = crowd_stats(&crowd);
	assert_int_equal(crowd.answered + crowd.lost, 20 * 400);
	assert_int_equal(crowd.refused, 0);
	assert_true(crowd.lost <= 40);
	assert_int_equal(stats.checked_out + stats.waiting, 0);
	PQfinish(killer);
	crowd_close(&crowd);
	assert_int_equal(count_descriptors(), before);
}

static void a_drain_under_load_loses_nothing(void **state)
{
	struct crowd crowd;
	(void)state;
	open_as(&crowd, "app", 4);
	crowd_start(&crowd, 12, 300);
	crowd_until(&crowd, some_are_at_work);

	pool_drain(crowd.pool, POOL_REASON_DRAIN, crowd_settled, &crowd);
	crowd_finish(&crowd);

	assert_true(crowd.is_settled);
	assert_int_equal(crowd.answered, 12 * 300);
	assert_true(crowd_stats(&crowd).destroys[POOL_REASON_DRAIN] > 0);
	crowd_close(&crowd);
}

static void closing_under_load_ends_with_no_backend_left(void **state)
{
	struct crowd crowd;
	(void)state;
	open_as(&crowd, "app", 4);
	crowd_start(&crowd, 12, 100000);
	crowd_until(&crowd, some_are_at_work);

	pool_close(crowd.pool, 5000, crowd_settled, &crowd);
	crowd_finish(&crowd);
	crowd_turn_ms(&crowd, 1);

	assert_true(crowd.is_settled);
	assert_int_equal(crowd.refused, 12); /* each is told once */
	assert_int_equal(crowd.lost, 0);
	server_wait(servers, 0, "select count(*) = 0 from pg_stat_activity where usename = 'app'");
	crowd_close(&crowd);
}

static void a_wrong_password_stops_the_pool_after_one_round(void **state)
{
	struct crowd crowd;
	(void)state;
	open_as(&crowd, "nobody_by_that_name", 4);

	crowd_start(&crowd, 8, 1);
	crowd_finish(&crowd);

	assert_int_equal(crowd.refused, 8);
	assert_int_equal(crowd_stats(&crowd).state, POOL_STOPPED);
	assert_in_range(crowd_stats(&crowd).create_errors, 1, 4);
	crowd_close(&crowd);
}

static void through_a_transaction_pooler_no_answer_goes_astray(int pool_size)
{
	struct crowd crowd;
	struct pool_options options = pool_defaults;
	struct pgbouncer *pooler = pgbouncer_start(servers, 0, "transaction", pool_size);

	options.size = 4;
	options.conn.purpose = CONN_MONITOR;
	options.conn.statement_timeout_ms = 1500;
	crowd_open(&crowd, pgbouncer_conninfo(pooler), &options);
	crowd_start(&crowd, 20, 50);
	crowd_finish(&crowd);

	assert_int_equal(crowd.answered, 20 * 50);
	assert_int_equal(crowd_stats(&crowd).total, 4);
	assert_true(pool_view(crowd.pool)->identity.is_pooled);
	crowd_until(&crowd, somebody_is_there);
	crowd_close(&crowd);
	pgbouncer_end(pooler);
}

static void a_transaction_pooler_with_one_server_serves_four_connections(void **state)
{
	(void)state;
	through_a_transaction_pooler_no_answer_goes_astray(1);
}

static void a_transaction_pooler_with_five_servers_does_too(void **state)
{
	(void)state;
	through_a_transaction_pooler_no_answer_goes_astray(5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_tasks_share_a_few_connections),
		cmocka_unit_test(an_ended_backend_leaves_the_pool_before_it_is_wanted),
		cmocka_unit_test(an_open_transaction_does_not_outlive_its_lease),
		cmocka_unit_test(a_question_given_back_unfinished_ends_on_the_server_too),
		cmocka_unit_test(a_server_that_restarts_is_met_again_by_all_who_wait),
		cmocka_unit_test(a_server_without_enough_slots_serves_everybody_all_the_same),
		cmocka_unit_test(backends_that_end_at_random_cost_their_question_and_nothing_else),
		cmocka_unit_test(a_drain_under_load_loses_nothing),
		cmocka_unit_test(closing_under_load_ends_with_no_backend_left),
		cmocka_unit_test(a_wrong_password_stops_the_pool_after_one_round),
		cmocka_unit_test(a_transaction_pooler_with_one_server_serves_four_connections),
		cmocka_unit_test(a_transaction_pooler_with_five_servers_does_too),
	};
	return cmocka_run_group_tests(tests, world_up, world_down);
}
