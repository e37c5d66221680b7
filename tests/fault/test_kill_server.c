// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Fault row 1: SIGKILL of the server and its backends at every boundary of a transactional run, up and down, in three
 * formats: dbtop says what is true once the server is back, the catalog says what the history says, and the next run
 * continues. What the program says of it is in test_row_killed, what a screen shows in story/test_return.
 */
#include "test.h"

#include "fault/rig.h"
#include "fault/saboteur.h"
#include "fault/trio.h"

enum { MOMENTS_MIN = 15, MOMENTS_MAX = 200 };

static struct cluster *servers;
static int unknowns; /* runs that could not say what COMMIT did */

/* A killed process loses nothing it gave to the kernel: the disk need not be waited for, but COMMIT must be told last. */
static int start_servers(void **state)
{
	(void)state;
	servers = server_start(
		&(struct cluster_options){ .extra_conf = "synchronous_commit = on\n" });
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

/* What the run said, against what is there now. */
static void check_words(const struct rig *rig, const struct trio *trio,
	enum plan_direction direction, enum exit_code exit)
{
	char applied[24];
	size_t done = rig->end.steps_done;
	snprintf(applied, sizeof(applied), "%zu", direction == PLAN_UP ? done : 2 - done);
	rig_expect(rig, trio->truth, "t");
	unknowns += exit == EXIT_OUTCOME_UNKNOWN;
	if (exit == EXIT_OUTCOME_UNKNOWN) { /* only COMMIT may leave a question */
		assert_non_null(strstr(str_c(&rig->told), "resolving"));
		return;
	}
	/* Between two steps it finds nobody there: no connection. */
	assert_true(
		exit == EXIT_DONE || exit == EXIT_FAILED_UNCHANGED || exit == EXIT_NO_CONNECTION);
	assert_int_equal(exit == EXIT_DONE, done == 2);
	rig_expect(rig, trio->applied, applied);
}

static enum exit_code go(struct rig *rig, enum plan_direction direction)
{
	return direction == PLAN_UP ? rig_up(rig, "head") : rig_down(rig, "base");
}

/* False when the run came to its end before the moment. */
static bool kill_at(
	const struct rig *rig, const struct trio *trio, enum plan_direction direction, int at)
{
	struct rig *own = rig_beside(rig);
	own->on_event = start_when_missed;
	saboteur_arm(&own->driver, at, kill_server, NULL);
	enum exit_code exit = go(own, direction);
	bool has_acted = saboteur_has_acted();
	start_server_again();
	check_words(own, trio, direction, exit);
	rig_free(own);
	return has_acted;
}

/* Up and killed, on to the end, down and killed, on to the end: and so at each moment. */
static void walk(const struct trio *trio)
{
	struct rig *rig = rig_new(servers);
	bool has_acted[2] = { true, true };
	int at = 0;

	unknowns = 0;
	trio->write(rig);
	assert_int_equal(
		go(rig, PLAN_UP), EXIT_DONE); /* the history's tables are there from now on */
	assert_int_equal(go(rig, PLAN_DOWN), EXIT_DONE);
	while ((has_acted[PLAN_UP] || has_acted[PLAN_DOWN]) && ++at < MOMENTS_MAX) {
		for (int direction = PLAN_UP; direction <= PLAN_DOWN; direction++) {
			has_acted[direction] = kill_at(rig, trio, direction, at);
			assert_true(at > MOMENTS_MIN || has_acted[direction]);
			assert_int_equal(go(rig, direction), EXIT_DONE);
			rig_expect(rig, trio->truth, "t");
			rig_expect(rig, trio->applied, direction == PLAN_UP ? "2" : "0");
		}
	}
	print_message(
		"%s: %d moments up and down, %d outcomes not learned\n", trio->name, at, unknowns);
	assert_true(at < MOMENTS_MAX);
	rig_free(rig);
}

/* Before there is a history nothing may be there; from then on it tells the truth. */
static void expect_truth_from_the_start(const struct rig *rig)
{
	char *history = rig_cell(rig, "SELECT to_regclass('dbtop.revision')");
	if (history)
		rig_expect(rig, trio_own.truth, "t");
	else
		rig_expect(rig,
			"SELECT to_regclass('t1') IS NULL AND to_regclass('t2') IS NULL AND "
			"to_regnamespace('dbtop') IS NULL",
			"t");
	free(history);
}

static void the_server_may_be_killed_at_any_moment_of_the_very_first_run(void **state)
{
	(void)state;
	struct rig *rig = rig_new(servers);
	bool has_acted = true;
	int at = 0;

	trio_own.write(rig);
	while (has_acted && ++at < MOMENTS_MAX) {
		struct rig *own = rig_beside(rig);
		own->on_event = start_when_missed;
		saboteur_arm_at_once(&own->driver, at, kill_server, NULL);
		go(own, PLAN_UP);
		has_acted = saboteur_has_acted();
		start_server_again();
		expect_truth_from_the_start(own);
		rig_free(own);
		assert_int_equal(go(rig, PLAN_UP), EXIT_DONE);
		rig_expect(rig, trio_own.truth, "t");
		rig_expect(rig, trio_own.applied, "2");
		rig_sql(rig, "SET client_min_messages = warning; DROP SCHEMA dbtop CASCADE; DROP "
			     "TABLE t1, t2");
	}
	print_message("first run: %d moments\n", at);
	assert_in_range(at, MOMENTS_MIN, MOMENTS_MAX - 1);
	rig_free(rig);
}

static void the_server_may_be_killed_at_any_moment_of_the_own_format(void **state)
{
	(void)state;
	walk(&trio_own);
}

static void the_server_may_be_killed_at_any_moment_as_guest_of_golang_migrate(void **state)
{
	(void)state;
	walk(&trio_golang_migrate);
}

static void the_server_may_be_killed_at_any_moment_as_guest_of_goose(void **state)
{
	(void)state;
	walk(&trio_goose);
}

int main(void)
{
	server_need();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_server_may_be_killed_at_any_moment_of_the_very_first_run),
		cmocka_unit_test(the_server_may_be_killed_at_any_moment_of_the_own_format),
		cmocka_unit_test(the_server_may_be_killed_at_any_moment_as_guest_of_golang_migrate),
		cmocka_unit_test(the_server_may_be_killed_at_any_moment_as_guest_of_goose),
	};
	return cmocka_run_group_tests(tests, start_servers, end_servers);
}
