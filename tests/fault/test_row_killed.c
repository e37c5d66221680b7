// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Fault row 1, as the shipped program tells it: SIGKILL of the server and its backends at BEGIN, each statement, the
 * history row and COMMIT. Words, exit code, catalog, history and the journal say the same; nothing is tried again
 * unasked. test_kill_server walks every boundary of the engine, story/test_return is the same on a screen.
 */
#include "test.h"

#include <string.h>

#include "base/mem.h"
#include "fault/proxied.h"

static int servers_up(void **state)
{
	/* A killed process loses nothing it gave to the kernel, but COMMIT must be told last. */
	*state = server_start(
		&(struct cluster_options){ .extra_conf = "synchronous_commit = on\n" });
	return 0;
}

/* The server dies once the message is where the fault says, comes back, and the run ends. */
static void die_at(struct proxied *p, const char *text, enum proxy_fault fault)
{
	struct shell_child child;
	struct err e;

	proxy_arm(p->proxy, text, 1, fault);
	shell_start(p->sh, &child, "upgrade --yes");
	proxy_wait_acted(p->proxy);
	/* What it knows by now outlives it: COMMIT, once it has done it, or else the number of our transaction. */
	if (fault == PROXY_HOLE_BEFORE)
		shell_sql(p->sh,
			"select pg_switch_wal(); create table flushed (); drop table flushed");
	else if (strcmp(text, "COMMIT") == 0)
		shell_wait(p->sh, "select count(*) = 1 from dbtop.revision");
	cluster_kill_node(p->sh->cluster, 0);
	if (!cluster_start_node(p->sh->cluster, 0, &e))
		fail_msg("%s", e.text);
	proxy_cut_all(p->proxy); /* what the server still said is lost with it */
	shell_finish(&child);
}

static void make_history(struct proxied *p)
{
	dbtop(p->sh, "upgrade --yes");
	dbtop(p->sh, "downgrade base --yes --allow-hazard all");
	shell_assert(p->sh, 0);
}

static void row_1_killed_at_each_message_before_COMMIT_it_is_not_applied(void **state)
{
	struct proxied *p = *state;
	make_history(p);

	for (size_t i = 0; i < PROXIED_TEXTS; i++) {
		die_at(p, proxied_texts[i], PROXY_MUTE_AFTER);
		shell_assert(p->sh, 5);
		shell_assert_err(p->sh, BROKE_BEFORE);
		shell_assert_err(p->sh, "now: the database is as it was before");
		proxied_expect(p, "0");
		shell_expect(
			p->sh, "select count(*) from dbtop.event where event = 'upgrade'", "2");
	}
	proxied_go_on(p);
}

static void row_1_killed_before_COMMIT_arrives_it_is_not_applied(void **state)
{
	struct proxied *p = *state;
	make_history(p);

	die_at(p, "COMMIT", PROXY_HOLE_BEFORE);

	shell_assert(p->sh, 5);
	shell_assert_err(p->sh, BROKE_AT);
	proxied_expect(p, "0");
	proxied_go_on(p);
}

static void row_1_killed_after_COMMIT_it_is_applied_and_the_run_goes_on(void **state)
{
	struct proxied *p = *state;
	make_history(p);

	die_at(p, "COMMIT", PROXY_MUTE_AFTER);

	shell_assert(p->sh, 0);
	shell_assert_err(p->sh, CONFIRMED);
	proxied_expect(p, "2");
	proxied_go_on(p);
	shell_assert_err(p->sh, "nothing to do");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, proxied_up, proxied_down)

int main(void)
{
	server_need();
	const struct CMUnitTest tests[] = {
		TEST(row_1_killed_at_each_message_before_COMMIT_it_is_not_applied),
		TEST(row_1_killed_before_COMMIT_arrives_it_is_not_applied),
		TEST(row_1_killed_after_COMMIT_it_is_applied_and_the_run_goes_on),
	};
	return cmocka_run_group_tests(tests, servers_up, shell_servers_down);
}
