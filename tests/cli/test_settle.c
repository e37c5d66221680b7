// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * dbtop is killed while its COMMIT is at the server, in the first of two groups of a file: the tool's own table keeps
 * no mark of such a group, so the next run has to ask the server what became of the transaction. Run twice or left out,
 * the rows would show it.
 */
#include "test.h"

#include <signal.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/shell.h"

#define ANSWERED "--yes --allow-hazard all"
#define TWO_GROUPS \
	"BEGIN;\ninsert into t values (1);\nCOMMIT;\nBEGIN;\ninsert into u values (2);\nCOMMIT;\n"
#define AT_COMMIT                                                                   \
	"select count(*) = 1 from pg_stat_activity where query like 'COMMIT%' and " \
	"wait_event_type = "                                                        \
	"'Lock' and application_name like 'dbtop/change%'"
#define NOBODY \
	"select count(*) = 0 from pg_stat_activity where application_name like 'dbtop/change%'"

/* A row of t waits at COMMIT for whoever holds advisory lock 7. */
static PGconn *hold_commits(struct shell *sh)
{
	shell_sql(sh, "create table t (i int); create table u (i int);"
		      "create function wait_here() returns trigger language plpgsql as "
		      "$$begin perform pg_advisory_xact_lock(7); return null; end$$;"
		      "create constraint trigger w after insert on t deferrable initially "
		      "deferred for each row execute function wait_here()");
	PGconn *holder = server_connect_to(sh->conninfo);
	server_run_on(holder, "select pg_advisory_lock(7)");
	return holder;
}

static void write_golang_migrate(struct shell *sh)
{
	shell_write(sh, "migrations/1_a.up.sql", TWO_GROUPS);
	shell_write(sh, "migrations/1_a.down.sql", "delete from t; delete from u;\n");
}

static void write_goose(struct shell *sh)
{
	shell_write(sh, "migrations/00001_a.sql",
		"-- +goose NO TRANSACTION\n-- +goose Up\n" TWO_GROUPS
		"-- +goose Down\ndelete from t; delete from u;\n");
}

static void kill_at_commit(struct shell *sh)
{
	struct shell_child child;
	shell_start(sh, &child, "upgrade " ANSWERED " --lock-timeout 60s");
	shell_wait(sh, AT_COMMIT);
	kill(child.pid, SIGKILL);
	shell_finish(&child);
	shell_assert(sh, 128 + SIGKILL);
}

static void expect_each_row_once(struct shell *sh)
{
	dbtop(sh, "upgrade " ANSWERED);
	shell_assert(sh, 0);
	shell_expect(
		sh, "select string_agg(i::text, ' ') from (table t union all table u) as r", "1 2");
}

static void committed_behind_its_back(struct shell *sh, PGconn *holder)
{
	kill_at_commit(sh);
	PQfinish(holder);
	shell_wait(sh, NOBODY);
	expect_each_row_once(sh);
	shell_assert_err(sh, "applied, the server committed it");
}

static void rolled_back_behind_its_back(struct shell *sh, PGconn *holder)
{
	kill_at_commit(sh);
	shell_sql(sh, "select pg_terminate_backend(pid) from pg_stat_activity where "
		      "application_name like 'dbtop/change%'");
	shell_wait(sh, NOBODY);
	PQfinish(holder);
	expect_each_row_once(sh);
	shell_assert_err(sh, "not applied, the server rolled it back");
}

static void a_first_group_of_golang_migrate_that_committed_is_not_run_again(void **state)
{
	PGconn *holder = hold_commits(*state);
	write_golang_migrate(*state);
	committed_behind_its_back(*state, holder);
}

static void a_first_group_of_golang_migrate_that_was_rolled_back_is_run(void **state)
{
	PGconn *holder = hold_commits(*state);
	write_golang_migrate(*state);
	rolled_back_behind_its_back(*state, holder);
}

static void a_first_group_of_goose_that_committed_is_not_run_again(void **state)
{
	PGconn *holder = hold_commits(*state);
	write_goose(*state);
	committed_behind_its_back(*state, holder);
}

static void a_first_group_of_goose_that_was_rolled_back_is_run(void **state)
{
	PGconn *holder = hold_commits(*state);
	write_goose(*state);
	rolled_back_behind_its_back(*state, holder);
}

/* The step an earlier run was broken off in stands behind a migration that was added since. */
static void an_open_step_behind_a_late_migration_is_not_run_blindly(void **state)
{
	struct shell *sh = *state;
	shell_write(sh, "migrations/20240101000000_a.sql", "-- dbtop: up\ncreate table t ();\n");
	shell_write(sh, "migrations/20240103000000_c.sql",
		"-- dbtop: up\n-- dbtop: tx none\ncreate sequence s;\nselect nextval('s');\n");
	dbtop(sh, "upgrade " ANSWERED);
	shell_assert(sh, 0);
	shell_sql(sh, "update dbtop.step set state = 'intent', finished_at = null where ord = 2;"
		      "insert into dbtop.step (project, rev, direction, ord, kind, state, "
		      "started_at) values ('main', '20240103000000', 'up', 2, 'lone', 'intent', "
		      "now()) on conflict do nothing;"
		      "update dbtop.revision set state = 'partial', steps_done = 1 where rev like "
		      "'%3000000'");
	shell_write(sh, "migrations/20240102000000_b.sql", "-- dbtop: up\ncreate table u ();\n");

	dbtop(sh, "upgrade " ANSWERED " --order allow");

	shell_assert(sh, 6);
	shell_expect(sh, "select to_regclass('u')", "u");
	shell_expect(sh, "select last_value from s", "1");
	shell_assert_err(sh, "was begun and has no outcome");
}

#define with_shell(test) cmocka_unit_test_setup_teardown(test, shell_set_up, shell_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_shell(a_first_group_of_golang_migrate_that_committed_is_not_run_again),
		with_shell(a_first_group_of_golang_migrate_that_was_rolled_back_is_run),
		with_shell(a_first_group_of_goose_that_committed_is_not_run_again),
		with_shell(a_first_group_of_goose_that_was_rolled_back_is_run),
		with_shell(an_open_step_behind_a_late_migration_is_not_run_blindly),
	};
	return cmocka_run_group_tests(tests, shell_servers_up, shell_servers_down);
}
