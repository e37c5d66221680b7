// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The gate of a run without a screen: it waits before a step, says why, goes on when the numbers turn, and gives up with
 * exit 9 after --gate-wait. What a statement waited for is over with it.
 */
#include "test.h"

#include "base/mem.h"
#include "cli/shell.h"

#define ANSWERED "--yes --allow-hazard all"

/* A table, and a migration of two steps behind it: a build that waits for old transactions, and a group. */
static void write_two_steps(struct shell *sh)
{
	shell_write(
		sh, "migrations/20240101000000_a.sql", "-- dbtop: up\ncreate table a (i int);\n");
	dbtop(sh, "upgrade " ANSWERED);
	shell_assert(sh, 0);
	shell_write(sh, "migrations/20240102000000_b.sql",
		"-- dbtop: up\ncreate index concurrently a_i on a (i);\ncreate table b ();\n");
}

#define OLD_ENOUGH(age)                                                                      \
	"select count(*) = 1 from pg_stat_activity where state = 'idle in transaction' and " \
	"xact_start < now() - interval '" age "'"

static PGconn *hold(const struct shell *sh, const char *sql)
{
	PGconn *holder = server_connect_to(sh->conninfo);
	server_run_on(holder, "begin");
	server_run_on(holder, sql);
	return holder;
}

static void release(PGconn *holder)
{
	server_run_on(holder, "commit");
	PQfinish(holder);
}

static void a_shut_gate_ends_with_nine_and_nothing_was_sent(void **state)
{
	struct shell *sh = *state;
	shell_write(sh, "migrations/20240101000000_a.sql", "-- dbtop: up\ncreate table a ();\n");
	PGconn *holder = hold(sh, "select txid_current()");
	shell_wait(sh, OLD_ENOUGH("1 s"));

	dbtop(sh, "upgrade " ANSWERED " --gate-oldest 1s --gate-wait 1s --json");

	shell_json(sh, "upgrade");
	shell_assert(sh, 9);
	shell_assert_out(sh, "the gate stayed shut: the oldest transaction is open for");
	shell_assert_out(sh, "\"database\":\"unchanged\"");
	shell_expect(sh, "select to_regclass('a')", NULL);
	release(holder);
}

static void a_gate_that_opens_in_time_lets_the_run_go_on(void **state)
{
	struct shell *sh = *state;
	struct shell_child child;
	shell_write(sh, "migrations/20240101000000_a.sql", "-- dbtop: up\ncreate table a ();\n");
	PGconn *holder = hold(sh, "select txid_current()");
	shell_wait(sh, OLD_ENOUGH("1 s"));
	shell_start(sh, &child, "upgrade " ANSWERED " --gate-oldest 1s --gate-wait 60s");
	shell_wait_err(&child, "gate shut: the oldest transaction");
	shell_expect(sh, "select to_regclass('a')", NULL);

	release(holder);

	shell_finish(&child);
	shell_assert(sh, 0);
	shell_expect(sh, "select to_regclass('a')", "a");
}

static void a_gate_that_shuts_within_a_migration_says_that_part_of_it_stands(void **state)
{
	struct shell *sh = *state;
	struct shell_child child;
	PGconn *lock = server_connect_to(sh->conninfo);
	server_run_on(lock, "select pg_advisory_lock(7)");
	shell_write(sh, "migrations/20240101000000_a.sql",
		"-- dbtop: up\n-- dbtop: tx none\nselect pg_advisory_lock(7);\n"
		"create table b ();\n");
	shell_start(sh, &child, "upgrade " ANSWERED " --gate-oldest 2s --gate-wait 1s --json");
	shell_wait(sh,
		"select count(*) = 1 from pg_locks where locktype = 'advisory' and objid = 7 "
		"and not granted");
	PGconn *holder = hold(sh, "select txid_current()");
	shell_wait(sh, OLD_ENOUGH("5 s"));

	server_run_on(lock, "select pg_advisory_unlock(7)");
	PQfinish(lock);
	shell_finish(&child);

	shell_json(sh, "upgrade");
	shell_assert(sh, 9);
	shell_assert_out(sh, "\"database\":\"partial\"");
	shell_expect(sh, "select to_regclass('b')", NULL);
	release(holder);
	dbtop(sh, "upgrade " ANSWERED);
	shell_assert(sh, 0);
	shell_expect(sh, "select to_regclass('b')", "b");
}

/* A role that may not see others cannot tell how old their transactions are. */
static void what_cannot_be_read_is_said_and_does_not_hold_the_run(void **state)
{
	struct shell *sh = *state;
	shell_sql(sh, "create role blind login; grant all on schema public to blind;"
		      "do $$begin execute format('grant create on database %I to blind', "
		      "current_database()); end$$");
	shell_write(sh, "migrations/20240101000000_a.sql", "-- dbtop: up\ncreate table a ();\n");
	char *target = mem_printf("%s user=blind", sh->conninfo);
	shell_env(sh, "DBTOP_TARGET", target);
	PGconn *holder = hold(sh, "select txid_current()");

	dbtop(sh, "upgrade " ANSWERED " --json");

	shell_assert(sh, 0);
	release(holder);
	free(target);
	const struct json *warnings = json_get(shell_json(sh, "upgrade"), "warnings");
	assert_int_equal(json_count(warnings), 1);
	assert_string_equal(json_text(json_at(warnings, 0)),
		"gate.oldest: oldest cannot be read, so it does not hold the run");
}

/* The build waits longer than lock_timeout for an old transaction; the step after it has nothing to do with that. */
static void a_wait_that_is_over_does_not_hold_the_next_step(void **state)
{
	struct shell *sh = *state;
	struct shell_child child;
	write_two_steps(sh);
	PGconn *holder = hold(sh, "insert into a values (1)");
	shell_start(sh, &child, "upgrade " ANSWERED " --lock-timeout 200ms --gate-wait 3s");
	shell_wait(sh, "select count(*) = 1 from pg_locks where not granted and "
		       "waitstart < now() - interval '2.5 s'");

	release(holder);

	shell_finish(&child);
	shell_assert(sh, 0);
	shell_assert_no(sh, "gate shut");
	shell_expect(sh, "select to_regclass('b')", "b");
}

#define with_shell(test) cmocka_unit_test_setup_teardown(test, shell_set_up, shell_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_shell(a_shut_gate_ends_with_nine_and_nothing_was_sent),
		with_shell(a_gate_that_opens_in_time_lets_the_run_go_on),
		with_shell(a_gate_that_shuts_within_a_migration_says_that_part_of_it_stands),
		with_shell(what_cannot_be_read_is_said_and_does_not_hold_the_run),
		with_shell(a_wait_that_is_over_does_not_hold_the_next_step),
	};
	return cmocka_run_group_tests(tests, shell_servers_up, shell_servers_down);
}
