// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Failover under load: the primary goes, a standby is promoted and the other one follows it, while writers and readers go
 * on through the layer. Nothing acknowledged may be lost, nothing may be done twice, and no writer may read behind itself.
 */
#include "test.h"

#include "pg/server.h"
#include "pg/traffic.h"

static struct traffic *new_traffic(void)
{
	struct traffic *t = calloc(1, sizeof(*t));

	assert_non_null(t);
	return t;
}

static bool is_flowing(const struct traffic *t)
{
	return t->acknowledged >= 200 && t->reads >= 200;
}

static bool is_flowing_again(const struct traffic *t)
{
	return servers_primary(t->servers) == 1 && t->acknowledged >= t->mark + 200;
}

static void promote(void *arg)
{
	struct err e;

	if (!cluster_promote_node(arg, 1, &e))
		fail_msg("%s", e.text);
}

static void switch_over(void *arg)
{
	struct err e;

	if (!cluster_stop_node(arg, 0, CLUSTER_STOP_FAST, &e))
		fail_msg("%s", e.text);
	promote(arg);
}

/* The standby's own words: asked of it, since it reads them at once. */
static void follow(struct cluster *servers, int node, int upstream)
{
	struct err e;

	if (!cluster_follow_node(servers, node, upstream, &e))
		fail_msg("%s", e.text);
	server_wait(servers, node, "select status = 'streaming' from pg_stat_wal_receiver");
}

static void assert_followed(struct traffic *t)
{
	assert_int_equal(servers_primary(t->servers), 1);
	assert_int_equal(servers_circuit(t->servers, 1)->timeline, 2);
	assert_string_equal(servers_trouble(t->servers), "");
	assert_true(t->reads_of[2] > 0);
}

static void a_killed_primary_is_replaced_and_nothing_acknowledged_is_lost(void **state)
{
	struct cluster *servers = server_start(&(struct cluster_options){ .standbys = 2 });
	struct traffic *t = new_traffic();
	struct err e;
	(void)state;
	assert_true(cluster_configure_node(servers, 0,
		"synchronous_commit = on\nsynchronous_standby_names = '\"pg-b\"'\n", &e));
	server_wait(servers, 0,
		"select count(*) = 1 from pg_stat_replication where sync_state = 'sync'");
	server_expect(servers, 0, "show synchronous_commit", "on");
	traffic_open(t, servers);
	traffic_start(t);
	traffic_until(t, is_flowing, "writes and reads before the failover");

	t->mark = t->acknowledged;
	cluster_kill_node(servers, 0);
	traffic_run_ms(t, 200);
	traffic_meanwhile(t, promote, servers);
	traffic_until(t, is_flowing_again, "writes on the new primary");
	follow(servers, 2, 1);
	traffic_run_ms(t, 1000);
	traffic_stop(t);

	assert_followed(t);
	traffic_check(t, servers, 1);
	traffic_close(t);
	free(t);
	server_end(servers);
}

static void a_planned_switch_loses_nothing_at_all(void **state)
{
	struct cluster *servers = server_start(&(struct cluster_options){ .standbys = 2 });
	struct traffic *t = new_traffic();
	(void)state;
	traffic_open(t, servers);
	traffic_start(t);
	traffic_until(t, is_flowing, "writes and reads before the switch");

	t->mark = t->acknowledged;
	traffic_meanwhile(t, switch_over, servers);
	traffic_until(t, is_flowing_again, "writes on the new primary");
	follow(servers, 2, 1);
	traffic_run_ms(t, 1000);
	traffic_stop(t);

	assert_followed(t);
	traffic_check(t, servers, 1);
	traffic_close(t);
	free(t);
	server_end(servers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_killed_primary_is_replaced_and_nothing_acknowledged_is_lost),
		cmocka_unit_test(a_planned_switch_loses_nothing_at_all),
	};
	server_need();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
