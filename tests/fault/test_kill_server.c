// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * SIGKILL of the server and its backends at every boundary of a transactional run: dbtop says what is true once the
 * server is back, the catalog says what the history says, and the next run continues.
 */
#include "test.h"

#include "fault/rig.h"
#include "fault/saboteur.h"

enum { MOMENTS_MAX = 200 };

static struct cluster *servers;

static int start_servers(void **state)
{
	(void)state;
	servers = server_start(&(struct cluster_options){ .is_durable = true });
	return 0;
}

static int end_servers(void **state)
{
	(void)state;
	server_end(servers);
	return 0;
}

static void kill_server(void *arg)
{
	(void)arg;
	cluster_kill_node(servers, 0);
}

static void start_server_again(void)
{
	struct err e;
	if (cluster_node_pid(servers, 0) == 0 && !cluster_start_node(servers, 0, &e))
		fail_msg("%s", e.text);
}

static void start_when_missed(struct rig *rig, const char *line)
{
	(void)rig;
	if (strstr(line, "the server is gone"))
		start_server_again();
}

static const char *const truth = "SELECT bool_and((to_regclass('t' || n) IS NOT NULL) = "
				 "EXISTS (SELECT FROM dbtop.revision WHERE rev = '2026010' || n || "
				 "'000000' AND state = 'applied')) "
				 "FROM generate_series(1, 2) AS n";

/* What the run said, against what is there now. */
static void check_words(const struct rig *rig, enum exit_code exit)
{
	char applied[24];
	snprintf(applied, sizeof(applied), "%zu", rig->end.steps_done);
	rig_expect(rig, truth, "t");
	if (exit == EXIT_OUTCOME_UNKNOWN)
		return; /* it said that it does not know */
	/* Between two steps it finds nobody there: no connection. */
	assert_true(
		exit == EXIT_DONE || exit == EXIT_FAILED_UNCHANGED || exit == EXIT_NO_CONNECTION);
	assert_int_equal(exit == EXIT_DONE, rig->end.steps_done == 2);
	rig_expect(rig, "SELECT count(*) FROM dbtop.revision", applied);
}

static void a_server_may_be_killed_at_any_moment(void **state)
{
	(void)state;
	struct rig *rig = rig_new(servers);
	rig_file(rig, "20260101000000_a.sql",
		"-- dbtop: up\nCREATE TABLE t1 (a int);\n-- dbtop: down\nDROP TABLE t1;\n");
	rig_file(rig, "20260102000000_b.sql",
		"-- dbtop: up\nCREATE TABLE t2 (a int);\n-- dbtop: down\nDROP TABLE t2;\n");
	assert_int_equal(rig_up(rig, "head"), EXIT_DONE);
	assert_int_equal(rig_down(rig, "base"), EXIT_DONE);

	int at = 1;
	for (; at < MOMENTS_MAX; at++) {
		struct rig *own = rig_beside(rig);
		own->on_event = start_when_missed;
		saboteur_arm(&own->driver, at, kill_server, NULL);
		enum exit_code exit = rig_up(own, "head");
		bool has_acted = saboteur_has_acted();
		start_server_again();
		check_words(own, exit);
		rig_free(own);
		if (!has_acted)
			break;
		assert_int_equal(rig_up(rig, "head"), EXIT_DONE);
		rig_expect(rig, truth, "t");
		assert_int_equal(rig_down(rig, "base"), EXIT_DONE);
	}
	assert_in_range(at, 15, MOMENTS_MAX - 1);
	rig_free(rig);
}

int main(void)
{
	server_need();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_server_may_be_killed_at_any_moment),
	};
	return cmocka_run_group_tests(tests, start_servers, end_servers);
}
