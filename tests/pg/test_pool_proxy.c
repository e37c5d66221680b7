// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The pool behind a network that fails: dials that hang, a connection cut while nobody uses it, one that is silent when
 * it is asked whether it lives, and dials that are slow while much is to be done.
 */
#include "test.h"

#include "base/mem.h"
#include "fault/proxy.h"
#include "pg/crowd.h"
#include "pg/server.h"

static struct cluster *servers;
static struct proxy *proxy;

static int world_up(void **state)
{
	(void)state;
	servers = server_start(&(struct cluster_options){ .database = "shop" });
	return 0;
}

static int world_down(void **state)
{
	(void)state;
	server_end(servers);
	return 0;
}

static int wire_up(void **state)
{
	(void)state;
	proxy = proxy_start(servers, 0);
	return 0;
}

static int wire_down(void **state)
{
	(void)state;
	proxy_end(proxy);
	return 0;
}

static void open_through(struct crowd *crowd, struct pool_options options)
{
	char *conninfo = proxy_tcp_conninfo(proxy, "user=postgres dbname=shop");

	crowd_open(crowd, conninfo, &options);
	free(conninfo);
}

static bool one_is_idle(const struct pool_stats *stats)
{
	return stats->checked_in == 1;
}

static bool nothing_is_there(const struct pool_stats *stats)
{
	return stats->total == 0;
}

static bool somebody_dials(const struct pool_stats *stats)
{
	return stats->connecting > 0;
}

static bool nobody_dials(const struct pool_stats *stats)
{
	return stats->connecting == 0;
}

/* Asked for beside the connection that is there. */
static void hang_a_dial(struct crowd *crowd)
{
	int before = proxy_count_dials(proxy);

	proxy_set_way(proxy, PROXY_SILENT);
	crowd_start(crowd, 2, 1); /* one is served at once, for the other a dial begins */
	crowd_until(crowd, somebody_dials);
	proxy_wait_dials(proxy, before + 1);
	crowd_finish(crowd);
}

static void a_dial_that_hangs_keeps_nobody_waiting(void **state)
{
	struct pool_options options = pool_defaults;
	struct crowd crowd;
	(void)state;
	options.size = 4;
	options.conn.connect_timeout_ms = 60000;
	open_through(&crowd, options);
	pool_give_back(crowd.pool, crowd_take(&crowd));
	crowd_until(&crowd, one_is_idle);
	hang_a_dial(&crowd);

	crowd_start(&crowd, 20, 20);
	crowd_finish(&crowd);

	struct pool_stats stats = crowd_stats(&crowd);
	assert_int_equal(crowd.answered, 2 + 20 * 20);
	assert_int_equal(crowd.lost + crowd.refused, 0);
	assert_int_equal(stats.total, 1); /* the one that was there did it all */
	assert_true(stats.connecting > 0);
	proxy_set_way(proxy, PROXY_FLOWS);
	proxy_heal(proxy);
	crowd_until(&crowd, nobody_dials); /* who hung comes in after all */
	assert_true(crowd_stats(&crowd).total > 1);
	crowd_close(&crowd);
}

static void a_dial_that_hangs_ends_with_its_time_and_the_next_one_serves(void **state)
{
	struct pool_options options = pool_defaults;
	struct crowd crowd;
	(void)state;
	options.size = 1;
	options.conn.connect_timeout_ms = 200;
	open_through(&crowd, options);
	proxy_set_way(proxy, PROXY_SILENT);
	crowd_start(&crowd, 3, 1);
	proxy_wait_dials(proxy, 1);
	proxy_set_way(proxy, PROXY_FLOWS);

	crowd_finish(&crowd);

	assert_int_equal(crowd.answered, 3);
	assert_true(crowd_stats(&crowd).create_errors >= 1);
	assert_int_equal(crowd_stats(&crowd).total, 1);
	crowd_close(&crowd);
}

static void one_cut_while_nobody_uses_it_leaves_the_pool_at_once(void **state)
{
	struct pool_options options = pool_defaults;
	struct crowd crowd;
	char text[64];
	(void)state;
	options.size = 2;
	open_through(&crowd, options);
	pool_give_back(crowd.pool, crowd_take(&crowd));
	crowd_until(&crowd, one_is_idle);

	proxy_cut_all(proxy);
	crowd_until(&crowd, nothing_is_there);

	struct pool_lease lease = crowd_take(&crowd);
	assert_true(crowd_ask(&crowd, lease, "SELECT 'alive'", text));
	assert_string_equal(text, "alive");
	assert_int_equal(crowd_stats(&crowd).pings, 0); /* none was needed to know it */
	pool_give_back(crowd.pool, lease);
	crowd_close(&crowd);
}

static void one_that_is_silent_when_pinged_is_replaced(void **state)
{
	struct pool_options options = pool_defaults;
	struct crowd crowd;
	char text[64];
	(void)state;
	options.size = 1;
	options.ping = POOL_PING_ALWAYS;
	open_through(&crowd, options);
	pool_give_back(crowd.pool, crowd_take(&crowd));
	crowd_until(&crowd, one_is_idle);
	proxy_stall_all(proxy);

	struct pool_lease lease = crowd_take(&crowd);

	assert_true(crowd_ask(&crowd, lease, "SELECT 'alive'", text));
	assert_string_equal(text, "alive");
	struct pool_stats stats = crowd_stats(&crowd);
	assert_int_equal(stats.ping_failures, 1);
	assert_int_equal(stats.creates, 2);
	assert_int_equal(proxy_count_dials(proxy), 2);
	pool_give_back(crowd.pool, lease);
	crowd_close(&crowd);
}

static void much_to_do_over_slow_dials_opens_no_more_than_the_pool_has(void **state)
{
	struct pool_options options = pool_defaults;
	struct crowd crowd;
	(void)state;
	options.size = 3;
	options.conn.connect_timeout_ms = 60000;
	open_through(&crowd, options);
	proxy_set_way(proxy, PROXY_SLOW);

	for (int burst = 1; burst <= 3; burst++) {
		crowd_start(&crowd, 15, 2);
		crowd_finish(&crowd);
	}
	crowd_until(&crowd, nobody_dials);

	struct pool_stats stats = crowd_stats(&crowd);
	assert_int_equal(crowd.answered, 3 * 15 * 2);
	assert_int_equal(crowd.lost + crowd.refused, 0);
	assert_in_range(stats.creates, 1, 3 + (uint64_t)options.max_overflow);
	assert_int_equal(proxy_count_dials(proxy), stats.creates);
	crowd_close(&crowd);
}

static void one_cut_under_its_question_costs_that_and_nothing_else(void **state)
{
	struct pool_options options = pool_defaults;
	struct crowd crowd;
	(void)state;
	options.size = 4;
	open_through(&crowd, options);
	proxy_arm(proxy, "SELECT $1", 100, PROXY_CUT_BEFORE);
	crowd_start(&crowd, 12, 50);
	crowd_finish(&crowd);
	assert_true(proxy_has_acted(proxy));

	assert_int_equal(crowd.lost, 1);
	assert_int_equal(crowd.answered, 12 * 50 - 1);
	assert_int_equal(crowd.refused, 0);
	crowd_close(&crowd);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, wire_up, wire_down)

int main(void)
{
	server_need();
	const struct CMUnitTest tests[] = {
		TEST(a_dial_that_hangs_keeps_nobody_waiting),
		TEST(a_dial_that_hangs_ends_with_its_time_and_the_next_one_serves),
		TEST(one_cut_while_nobody_uses_it_leaves_the_pool_at_once),
		TEST(one_that_is_silent_when_pinged_is_replaced),
		TEST(much_to_do_over_slow_dials_opens_no_more_than_the_pool_has),
		TEST(one_cut_under_its_question_costs_that_and_nothing_else),
	};
	return cmocka_run_group_tests(tests, world_up, world_down);
}
