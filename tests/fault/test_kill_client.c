// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * kill -9 of dbtop at every boundary of a transactional run: whatever the moment, the catalog says what the history says,
 * no lock is left behind, and the next run continues.
 */
#include "test.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "fault/rig.h"
#include "fault/saboteur.h"
#include "fault/trio.h"

enum { MOMENTS_MIN = 20, MOMENTS_MAX = 400 };

static struct cluster *servers;

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

static void kill_self(void *arg)
{
	(void)arg;
	kill(getpid(), SIGKILL);
}

static enum exit_code go(struct rig *rig, enum plan_direction direction)
{
	return direction == PLAN_UP ? rig_up(rig, "head") : rig_down(rig, "base");
}

/* A child runs the whole plan and is killed at that moment; false when it came to its end first. */
static bool run_and_be_killed(const struct rig *rig, enum plan_direction direction, int at)
{
	int status;
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct rig *own = rig_beside(rig);
		saboteur_arm(&own->driver, at, kill_self, NULL);
		_exit(go(own, direction));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status))
		assert_int_equal(WTERMSIG(status), SIGKILL);
	else
		assert_int_equal(WEXITSTATUS(status), EXIT_DONE);
	return WIFSIGNALED(status);
}

/* The server notices that its client is gone, and rolls back. */
static void wait_for_orphans(const struct rig *rig)
{
	char *sql = mem_printf("select count(*) = 0 from pg_stat_activity where datname = '%s' and "
			       "pid <> pg_backend_pid()",
		rig->database);
	server_wait(rig->cluster, 0, sql);
	free(sql);
}

/* Up and killed, on to the end, down and killed, on to the end: and so at each moment. */
static void walk(const struct trio *trio)
{
	struct rig *rig = rig_new(servers);
	bool was_killed[2] = { true, true };
	int at = 0;

	trio->write(rig);
	/* the history's tables are there from now on */
	assert_int_equal(go(rig, PLAN_UP), EXIT_DONE);
	assert_int_equal(go(rig, PLAN_DOWN), EXIT_DONE);
	while ((was_killed[PLAN_UP] || was_killed[PLAN_DOWN]) && ++at < MOMENTS_MAX) {
		for (int direction = PLAN_UP; direction <= PLAN_DOWN; direction++) {
			was_killed[direction] = run_and_be_killed(rig, direction, at);
			assert_true(at > MOMENTS_MIN || was_killed[direction]);
			wait_for_orphans(rig);
			rig_expect(rig, trio->truth, "t");
			rig_expect(rig, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'",
				"0");
			assert_int_equal(go(rig, direction), EXIT_DONE);
			rig_expect(rig, trio->truth, "t");
			rig_expect(rig, trio->applied, direction == PLAN_UP ? "2" : "0");
		}
	}
	assert_true(at < MOMENTS_MAX);
	rig_free(rig);
}

static void dbtop_may_be_killed_at_any_moment_of_its_own_format(void **state)
{
	(void)state;
	walk(&trio_own);
}

static void dbtop_may_be_killed_at_any_moment_as_guest_of_golang_migrate(void **state)
{
	(void)state;
	walk(&trio_golang_migrate);
}

static void dbtop_may_be_killed_at_any_moment_as_guest_of_goose(void **state)
{
	(void)state;
	walk(&trio_goose);
}

int main(void)
{
	server_need();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dbtop_may_be_killed_at_any_moment_of_its_own_format),
		cmocka_unit_test(dbtop_may_be_killed_at_any_moment_as_guest_of_golang_migrate),
		cmocka_unit_test(dbtop_may_be_killed_at_any_moment_as_guest_of_goose),
	};
	return cmocka_run_group_tests(tests, start_servers, end_servers);
}
