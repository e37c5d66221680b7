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

enum { MOMENTS_MAX = 400 };

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

static void kill_self(void *arg)
{
	(void)arg;
	kill(getpid(), SIGKILL);
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
		enum exit_code exit =
			direction == PLAN_UP ? rig_up(own, "head") : rig_down(own, "base");
		_exit(exit);
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

/* Each migration makes one table; both are there or none is. golang-migrate keeps the newest only. */
static const char *const truth_of_own = "SELECT bool_and((to_regclass('t' || n) IS NOT NULL) = "
					"EXISTS (SELECT FROM dbtop.revision WHERE rev = '2026010' "
					"|| n || '000000' AND state = 'applied')) "
					"FROM generate_series(1, 2) AS n";
static const char *const truth_of_golang_migrate =
	"SELECT bool_and((to_regclass('t' || n) IS NOT NULL) = "
	"(n <= coalesce((SELECT version FROM schema_migrations WHERE NOT dirty), 0))) "
	"AND NOT coalesce((SELECT bool_or(dirty) FROM schema_migrations), false) FROM "
	"generate_series(1, 2) AS n";
static const char *const truth_of_goose = "SELECT bool_and((to_regclass('t' || n) IS NOT NULL) = "
					  "EXISTS (SELECT FROM goose_db_version WHERE version_id = "
					  "n AND is_applied)) FROM generate_series(1, 2) AS n";

static void own_files(struct rig *rig)
{
	rig_file(rig, "20260101000000_a.sql",
		"-- dbtop: up\nCREATE TABLE t1 (a int);\nINSERT INTO t1 VALUES (1);\n-- dbtop: "
		"down\nDROP TABLE t1;\n");
	rig_file(rig, "20260102000000_b.sql",
		"-- dbtop: up\nCREATE TABLE t2 (a int);\n-- dbtop: verify\nSELECT count(*) = 0 "
		"FROM t2;\n"
		"-- dbtop: down\nDROP TABLE t2;\n");
}

static void golang_migrate_files(struct rig *rig)
{
	rig_file(rig, "1_a.up.sql", "CREATE TABLE t1 (a int); INSERT INTO t1 VALUES (1);");
	rig_file(rig, "1_a.down.sql", "DROP TABLE t1;");
	rig_file(rig, "2_b.up.sql", "CREATE TABLE t2 (a int);");
	rig_file(rig, "2_b.down.sql", "DROP TABLE t2;");
}

static void goose_files(struct rig *rig)
{
	rig_file(rig, "00001_a.sql",
		"-- +goose Up\nCREATE TABLE t1 (a int);\nINSERT INTO t1 VALUES (1);\n-- +goose "
		"Down\nDROP TABLE t1;\n");
	rig_file(rig, "00002_b.sql",
		"-- +goose Up\nCREATE TABLE t2 (a int);\n-- +goose Down\nDROP TABLE t2;\n");
}

/* Walk through the moments of going up and of going down. */
static void walk(void (*files)(struct rig *), const char *truth)
{
	struct rig *rig = rig_new(servers);
	files(rig);
	assert_int_equal(
		rig_up(rig, "head"), EXIT_DONE); /* the history's tables are there from now on */
	assert_int_equal(rig_down(rig, "base"), EXIT_DONE);
	for (int direction = PLAN_UP; direction <= PLAN_DOWN; direction++) {
		int at = 1;
		for (; at < MOMENTS_MAX; at++) {
			if (!run_and_be_killed(rig, (enum plan_direction)direction, at))
				break;
			wait_for_orphans(rig);
			rig_expect(rig, truth, "t");
			rig_expect(rig, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'",
				"0");
			/* The next run goes on where that one was, and then back to where it began. */
			bool is_up = direction == PLAN_UP;
			assert_int_equal(
				is_up ? rig_up(rig, "head") : rig_down(rig, "base"), EXIT_DONE);
			rig_expect(rig, truth, "t");
			assert_int_equal(
				is_up ? rig_down(rig, "base") : rig_up(rig, "head"), EXIT_DONE);
		}
		assert_in_range(at, 20, MOMENTS_MAX - 1);
		rig_expect(rig, truth, "t");
	}
	rig_free(rig);
}

static void dbtop_may_be_killed_at_any_moment_of_its_own_format(void **state)
{
	(void)state;
	walk(own_files, truth_of_own);
}

static void dbtop_may_be_killed_at_any_moment_as_guest_of_golang_migrate(void **state)
{
	(void)state;
	walk(golang_migrate_files, truth_of_golang_migrate);
}

static void dbtop_may_be_killed_at_any_moment_as_guest_of_goose(void **state)
{
	(void)state;
	walk(goose_files, truth_of_goose);
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
