// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Fault rows 7 and 8: PgBouncer between. In transaction mode it is recognised, shown, and nothing is changed through it:
 * neither a group nor a build CONCURRENTLY. In session mode, where the target says so, operators share it as they share
 * a server. Paused, without a free server, killed and started again, in each phase of a run: what was not begun is not
 * applied, and what is waited for is said.
 */
#include "test.h"

#include <string.h>

#include "base/mem.h"
#include "fault/proxied.h"
#include "pg/pgbouncer.h"

#define BEFORE_IT "a connection pooler answers at"
#define HINT	  "give the server's own host and port"
#define ANSWERED  "upgrade --yes --allow-hazard all"

static const char is_left_alone[] =
	"select to_regnamespace('dbtop') is null and to_regclass('a') is null and "
	"not exists (select from pg_locks where locktype = 'advisory')";

/* Of the running test, before the shell's database; ended with it. */
static struct pgbouncer *pooler;

static void stand_between(struct shell *sh, const struct pgbouncer_options *options)
{
	pooler = pgbouncer_start_as(sh->cluster, 0, options);
	const char *conninfo = pgbouncer_conninfo(pooler);
	char *through = mem_printf("%.*s dbname=%s", (int)(strstr(conninfo, " dbname=") - conninfo),
		conninfo, sh->database);

	shell_env(sh, "DBTOP_TARGET", through);
	shell_env(sh, "TERM", "xterm-256color");
	shell_write(sh, "migrations/20240101000000_a.sql",
		"-- dbtop: up\ncreate table a (i int);\n-- dbtop: down\ndrop table a;\n");
	free(through);
}

static int tear_down(void **state)
{
	pgbouncer_end(pooler);
	pooler = NULL;
	return shell_tear_down(state);
}

static void transactions(struct shell *sh, int pool_size)
{
	stand_between(sh,
		&(struct pgbouncer_options){ .pool_mode = "transaction", .pool_size = pool_size });
}

static void sessions(struct shell *sh)
{
	stand_between(sh, &(struct pgbouncer_options){ .pool_mode = "session", .pool_size = 10 });

	shell_env(sh, "DBTOP_POOLER", "session");
}

static int become_console(void *sh)
{
	shell_become(sh, "");
}

static void open_console(struct shell *sh, struct pty *pty)
{
	pty_start(pty, 140, 40, become_console, sh);
	pty_wait_text(pty, "4 Migrations 1 to run");
}

/* ---- row 7 ---- */

static void refuse_all(struct shell *sh, int pool_size)
{
	transactions(sh, pool_size);
	struct shell_child children[2];

	for (size_t i = 0; i < ARRAY_SIZE(children); i++) /* two operators at once */
		shell_start(sh, &children[i], ANSWERED);
	for (size_t i = 0; i < ARRAY_SIZE(children); i++) {
		shell_finish(&children[i]);
		shell_assert(sh, 1);
		shell_assert_err(sh, BEFORE_IT);
		shell_assert_err(sh, HINT);
	}
	shell_expect(sh, is_left_alone, "t");
	shell_sql(sh, "create table big (i int)");
	shell_write(sh, "migrations/20240101000000_a.sql",
		"-- dbtop: up\ncreate index concurrently big_i on big (i);\n");
	dbtop(sh, ANSWERED);
	shell_assert(sh, 1);
	shell_assert_err(sh, BEFORE_IT);
	shell_assert_err(sh, HINT);
	shell_expect(sh, "select to_regclass('big_i') is null", "t");
	shell_expect(sh, is_left_alone, "t");
}

static void row_7_one_server_nothing_is_changed_and_the_direct_way_is_named(void **state)
{
	refuse_all(*state, 1);
}

static void row_7_five_servers_nothing_is_changed_and_the_direct_way_is_named(void **state)
{
	refuse_all(*state, 5);
}

static void row_7_a_screen_has_the_badge_and_refuses_a_step(void **state)
{
	struct shell *sh = *state;
	struct pty pty;

	transactions(sh, 1);

	open_console(sh, &pty);
	pty_wait_text(&pty, "via pooler");
	pty_type(&pty, "4");
	pty_wait_text(&pty, "you are here");
	pty_type(&pty, "\r");
	pty_wait_text(&pty, "GATE OPEN");
	proxied_step(&pty, BEFORE_IT);
	pty_wait_words(&pty, HINT);
	shell_expect(sh, is_left_alone, "t");
	proxied_leave(&pty);
}

static void row_7_two_operators_through_a_session_pooler_write_one_history(void **state)
{
	struct shell *sh = *state;
	struct shell_child children[2];

	sessions(sh);

	for (size_t i = 0; i < ARRAY_SIZE(children); i++)
		shell_start(sh, &children[i], ANSWERED);
	for (size_t i = 0; i < ARRAY_SIZE(children); i++) {
		shell_finish(&children[i]);
		shell_assert(sh, 0);
	}
	shell_expect(sh, "select count(*) from dbtop.event", "1");
	/* The sessions go on without us: what they held for us is free. */
	shell_wait(sh, "select not exists (select from pg_locks where locktype = 'advisory')");
}

/* ---- row 8 ---- */

static void row_8_paused_a_screen_says_what_it_waits_for_and_comes_back(void **state)
{
	struct shell *sh = *state;
	struct pty pty;

	transactions(sh, 1);

	shell_env(sh, "DBTOP_CONNECT_TIMEOUT", "1");
	open_console(sh, &pty);
	pgbouncer_tell(pooler, "PAUSE");
	pty_wait_text(&pty, "NO CONNECTION");
	pty_wait_text(&pty, "stale");
	pty_wait_words(&pty, "let in, still waiting for an answer");
	pgbouncer_tell(pooler, "RESUME");
	pty_type_until(&pty, "r", "nothing needs attention");
	pty_wait_text(&pty, "via pooler");
	proxied_leave(&pty);
}

static void row_8_killed_and_started_again_a_screen_comes_back(void **state)
{
	struct shell *sh = *state;
	struct pty pty;

	transactions(sh, 1);

	open_console(sh, &pty);
	pgbouncer_kill(pooler);
	pty_wait_text(&pty, "NO CONNECTION");
	pgbouncer_start_again(pooler);
	pty_type_until(&pty, "r", "nothing needs attention");
	proxied_leave(&pty);
}

static void row_8_paused_before_a_step_begins_it_is_not_applied(void **state)
{
	struct shell *sh = *state;
	sessions(sh);
	dbtop(sh, "status"); /* it lets clients in by itself from now on */
	shell_assert(sh, 0);
	pgbouncer_tell(pooler, "PAUSE");
	shell_env(sh, "DBTOP_CONNECT_TIMEOUT", "1");

	dbtop(sh, ANSWERED);

	shell_assert(sh, 12);
	shell_assert_err(sh, "let in, still waiting for an answer after 1.0 s");
	shell_assert_err(sh, "hint: the pooler there is paused or has no server free");
	shell_expect(sh, is_left_alone, "t");
	pgbouncer_tell(pooler, "RESUME");
	dbtop(sh, ANSWERED);
	shell_assert(sh, 0);
}

static void row_8_query_wait_timeout_before_a_step_begins_it_is_not_applied(void **state)
{
	struct shell *sh = *state;
	stand_between(sh,
		&(struct pgbouncer_options){
			.pool_mode = "transaction", .pool_size = 1, .query_wait_timeout_s = 1 });
	char *through = mem_printf("host=%s port=%d user=postgres dbname=%s",
		cluster_socket_dir(sh->cluster), 6432, sh->database);
	PGconn *other = server_connect_to(through);
	server_run_on(other, "begin");
	shell_env(sh, "DBTOP_CONNECT_TIMEOUT", "3");

	dbtop(sh, ANSWERED);

	shell_assert(sh, 12);
	shell_assert_err(sh, "query_wait_timeout");
	shell_assert_err(sh, "hint: the pooler there is paused or has no server free");
	server_run_on(other, "rollback");
	shell_expect(sh, is_left_alone, "t");
	dbtop(sh, "status");
	shell_assert(sh, 0);
	PQfinish(other);
	free(through);
}

static void row_8_killed_under_a_statement_it_is_not_applied(void **state)
{
	struct shell *sh = *state;
	struct shell_child child;

	sessions(sh);
	shell_sql(sh, "create table t (i int)");
	shell_write(sh, "migrations/20240101000000_a.sql",
		"-- dbtop: up\ncreate table a (i int);\nalter table t add j int;\n");
	PGconn *holder = server_connect_to(sh->conninfo);
	server_run_on(holder, "begin; lock table t");
	shell_start(sh, &child, ANSWERED " --lock-timeout 60s");
	shell_wait(sh, "select count(*) = 1 from pg_stat_activity where query like 'alter table%' "
		       "and wait_event_type = 'Lock'");

	pgbouncer_kill(pooler);
	shell_finish(&child);

	shell_assert(sh, 5);
	shell_assert_err(sh, BROKE_BEFORE);
	PQfinish(holder);
	pgbouncer_start_again(pooler);
	shell_wait(sh, "select not exists (select from pg_locks where locktype = 'advisory')");
	shell_expect(sh, "select to_regclass('a') is null", "t");
	dbtop(sh, ANSWERED);
	shell_assert(sh, 0);
}

static void row_8_killed_at_COMMIT_and_started_again_the_outcome_is_found(void **state)
{
	struct shell *sh = *state;
	struct shell_child child;

	sessions(sh);
	shell_sql(sh,
		"create table t (i int); create function wait_here() returns trigger language "
		"plpgsql as $$begin perform pg_advisory_xact_lock(7); return null; end$$; "
		"create constraint trigger w after insert on t deferrable initially deferred "
		"for each row execute function wait_here()");
	shell_write(
		sh, "migrations/20240101000000_a.sql", "-- dbtop: up\ninsert into t values (1);\n");
	PGconn *holder = server_connect_to(sh->conninfo);
	server_run_on(holder, "select pg_advisory_lock(7)");
	shell_start(sh, &child, ANSWERED " --lock-timeout 60s");
	shell_wait(sh, "select count(*) = 1 from pg_stat_activity where query like 'COMMIT%' and "
		       "wait_event_type = 'Lock'");

	pgbouncer_kill(pooler);
	pgbouncer_start_again(pooler);
	shell_wait_err(&child, STILL_OPEN);
	PQfinish(holder);
	shell_finish(&child);

	shell_assert(sh, 0);
	shell_assert_err(sh, CONFIRMED);
	shell_expect(sh, "select count(*) from t", "1");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, shell_set_up, tear_down)

int main(void)
{
	server_need();
	const struct CMUnitTest tests[] = {
		TEST(row_7_one_server_nothing_is_changed_and_the_direct_way_is_named),
		TEST(row_7_five_servers_nothing_is_changed_and_the_direct_way_is_named),
		TEST(row_7_a_screen_has_the_badge_and_refuses_a_step),
		TEST(row_7_two_operators_through_a_session_pooler_write_one_history),
		TEST(row_8_paused_a_screen_says_what_it_waits_for_and_comes_back),
		TEST(row_8_killed_and_started_again_a_screen_comes_back),
		TEST(row_8_paused_before_a_step_begins_it_is_not_applied),
		TEST(row_8_query_wait_timeout_before_a_step_begins_it_is_not_applied),
		TEST(row_8_killed_under_a_statement_it_is_not_applied),
		TEST(row_8_killed_at_COMMIT_and_started_again_the_outcome_is_found),
	};
	return cmocka_run_group_tests(tests, shell_servers_up, shell_servers_down);
}
