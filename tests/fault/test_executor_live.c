// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The executor against a real server: what it says is true of the catalog and of the history, whatever happens.
 */
#include "test.h"

#include "base/mem.h"
#include "fault/rig.h"

static struct cluster *servers;

static int start_servers(void **state)
{
	(void)state;
	servers = server_start(NULL);
	return 0;
}

static int end_servers(void **state)
{
	(void)state;
	server_end(servers);
	return 0;
}

static void two_files(struct rig *rig)
{
	rig_file(rig, "20260101000000_first.sql",
		"-- dbtop: up\nCREATE TABLE big (a int);\nINSERT INTO big VALUES (1), (2);\n"
		"-- dbtop: verify\nSELECT count(*) = 2 FROM big;\n"
		"-- dbtop: down\nDROP TABLE big;\n");
	rig_file(rig, "20260102000000_second.sql",
		"-- dbtop: up\nALTER TABLE big ADD b text;\nCREATE INDEX big_b ON big (b);\n"
		"-- dbtop: down\nDROP INDEX big_b;\nALTER TABLE big DROP b;\n");
}

static void up_and_down_leave_catalog_and_history_in_step(void **state)
{
	(void)state;
	struct rig *rig = rig_new(servers);
	two_files(rig);

	assert_int_equal(rig_up(rig, "head"), EXIT_DONE);
	assert_int_equal(rig->end.migrations_done, 2);
	rig_expect(rig,
		"SELECT string_agg(rev || ' ' || state, ',' ORDER BY rev) FROM dbtop.revision",
		"20260101000000 applied,20260102000000 applied");
	rig_expect(rig, "SELECT to_regclass('big_b') IS NOT NULL", "t");
	rig_expect(rig, "SELECT client FROM dbtop.event ORDER BY id LIMIT 1", "tester@rig");

	assert_int_equal(rig_up(rig, "head"), EXIT_DONE);
	assert_int_equal(rig->end.steps_done, 0);

	assert_int_equal(rig_down(rig, "base"), EXIT_DONE);
	rig_expect(rig, "SELECT count(*) FROM dbtop.revision", "0");
	rig_expect(rig, "SELECT to_regclass('big') IS NULL", "t");
	rig_expect(rig, "SELECT string_agg(event, ',' ORDER BY id) FROM dbtop.event",
		"upgrade,upgrade,downgrade,downgrade");
	rig_free(rig);
}

static void a_failing_statement_in_any_place_leaves_the_state_before(void **state)
{
	(void)state;
	static const char *const good[] = { "CREATE TABLE one (a int)", "CREATE TABLE two (a int)",
		"CREATE TABLE three (a int)" };
	struct rig *rig = rig_new(servers);
	two_files(rig);
	assert_int_equal(rig_up(rig, "head"), EXIT_DONE);
	for (int bad = 0; bad < 3; bad++) {
		struct str text = { 0 };
		str_add(&text, "-- dbtop: up\n");
		for (int i = 0; i < 3; i++)
			str_addf(&text, "%s;\n", i == bad ? "SELECT 1 /\n  0" : good[i]);
		rig_file(rig, "20260103000000_third.sql", str_c(&text));
		str_release(&text);

		assert_int_equal(rig_up(rig, "head"), EXIT_FAILED_UNCHANGED);
		assert_int_equal(rig->trouble.database, DATABASE_UNCHANGED);
		assert_string_equal(rig->trouble.error.sqlstate, "22012");
		assert_int_equal(rig->trouble.error.line, 2 + bad);
		rig_expect(rig, "SELECT count(*) FROM dbtop.revision", "2");
		rig_expect(rig,
			"SELECT count(*) FROM pg_class WHERE relname IN ('one', 'two', 'three')",
			"0");
	}
	rig_free(rig);
}

static void a_position_of_the_server_becomes_a_place_in_the_file(void **state)
{
	(void)state;
	struct rig *rig = rig_new(servers);
	rig_file(rig, "20260101000000_typo.sql",
		"-- dbtop: up\nCREATE TABLE t (a int);\n\n  SELECT a,\n    nope\n  FROM t;\n");
	assert_int_equal(rig_up(rig, "head"), EXIT_FAILED_UNCHANGED);
	assert_non_null(strstr(rig->trouble.error.file, "20260101000000_typo.sql"));
	assert_int_equal(rig->trouble.error.line, 5);
	assert_int_equal(rig->trouble.error.column, 5);
	assert_string_equal(rig->trouble.error.sqlstate, "42703");
	rig_free(rig);
}

static void verify_that_fails_takes_the_migration_back(void **state)
{
	(void)state;
	struct rig *rig = rig_new(servers);
	rig_file(rig, "20260101000000_first.sql",
		"-- dbtop: up\nCREATE TABLE big (a int);\n-- dbtop: verify\nSELECT true;\nSELECT "
		"count(*) = 7 FROM big;\n");
	assert_int_equal(rig_up(rig, "head"), EXIT_FAILED_UNCHANGED);
	rig_expect(rig, "SELECT to_regclass('big') IS NULL", "t");
	rig_expect(rig, "SELECT count(*) FROM dbtop.revision", "0");
	assert_int_equal(rig->trouble.error.line, 5);
	rig_free(rig);
}

static void rows_of_copy_go_in_with_the_group(void **state)
{
	(void)state;
	struct rig *rig = rig_new(servers);
	rig_file(rig, "20260101000000_rows.sql",
		"-- dbtop: up\nCREATE TABLE t (a int, b text);\nCOPY t FROM "
		"stdin;\n1\tone\n2\ttwo\n\\.\n"
		"-- dbtop: down\nDROP TABLE t;\n");
	assert_int_equal(rig_up(rig, "head"), EXIT_DONE);
	rig_expect(rig, "SELECT string_agg(b, ',' ORDER BY a) FROM t", "one,two");
	rig_free(rig);
}

static void a_build_that_fails_is_cleared_and_done_on_resume(void **state)
{
	(void)state;
	struct rig *rig = rig_new(servers);
	two_files(rig);
	assert_int_equal(rig_up(rig, "head"), EXIT_DONE);
	rig_sql(rig, "INSERT INTO big VALUES (1)");
	rig_file(rig, "20260103000000_unique.sql",
		"-- dbtop: up\nCREATE TABLE before (a int);\nCREATE UNIQUE INDEX CONCURRENTLY "
		"big_a ON big (a);\n"
		"CREATE TABLE after (a int);\n-- dbtop: down\nDROP TABLE after;\nDROP INDEX "
		"CONCURRENTLY big_a;\n"
		"DROP TABLE before;\n");

	assert_int_equal(rig_up(rig, "head"), EXIT_FAILED_PARTWAY);
	assert_string_equal(rig->trouble.words, "index public.big_a is there and invalid");
	rig_expect(
		rig, "SELECT indisvalid FROM pg_index WHERE indexrelid = 'big_a'::regclass", "f");
	rig_expect(rig,
		"SELECT state || steps_done FROM dbtop.revision WHERE rev = '20260103000000'",
		"failed1");

	rig_sql(rig, "DELETE FROM big WHERE ctid IN (SELECT max(ctid) FROM big)");
	rig->choices = RUN_CHOICE_BIT(RUN_CHOICE_CLEAR);
	assert_int_equal(rig_up(rig, "head"), EXIT_DONE);
	assert_int_equal(rig->trouble.kind, TROUBLE_INTERRUPTED);
	rig_expect(
		rig, "SELECT indisvalid FROM pg_index WHERE indexrelid = 'big_a'::regclass", "t");
	rig_expect(rig, "SELECT state FROM dbtop.revision WHERE rev = '20260103000000'", "applied");
	rig_expect(rig, "SELECT to_regclass('after') IS NOT NULL", "t");

	assert_int_equal(rig_down(rig, "base"), EXIT_DONE);
	rig_expect(rig, "SELECT count(*) FROM dbtop.step", "0");
	rig_expect(rig, "SELECT to_regclass('before') IS NULL", "t");
	rig_free(rig);
}

/* Somebody holds the table until the first retry is told. */
static void let_go_at_retry(struct rig *rig, const char *line)
{
	if (strstr(line, "retry 1"))
		server_run_on(rig->arg, "COMMIT");
}

static void a_group_that_waits_too_long_for_a_lock_is_tried_again(void **state)
{
	(void)state;
	struct rig *rig = rig_new(servers);
	two_files(rig);
	assert_int_equal(rig_up(rig, "20260101000000"), EXIT_DONE);
	PGconn *holder = server_connect_to(rig->conninfo);
	server_run_on(holder, "BEGIN; LOCK TABLE big IN ACCESS SHARE MODE");
	rig->lock_timeout_ms = 50;
	rig->on_event = let_go_at_retry;
	rig->arg = holder;

	assert_int_equal(rig_up(rig, "head"), EXIT_DONE);
	assert_non_null(strstr(str_c(&rig->told), "retry 1"));
	assert_null(strstr(str_c(&rig->told), "retry 2"));
	rig_expect(rig, "SELECT count(*) FROM dbtop.revision", "2");
	PQfinish(holder);
	rig_free(rig);
}

/* We hold `one` and want `two`; the other holds `two` and wants `one`. */
static void make_the_deadlock(struct rig *rig, const char *line)
{
	if (strcmp(line, "statement 0.0 done") != 0 || strstr(str_c(&rig->told), "retry"))
		return;
	PQsendQuery(rig->arg,
		"SELECT pg_catalog.set_config('deadlock_timeout', '10s', false); LOCK TABLE one");
}

static void a_deadlock_is_replayed(void **state)
{
	(void)state;
	struct rig *rig = rig_new(servers);
	rig_sql(rig, "CREATE TABLE one (a int); CREATE TABLE two (a int)");
	rig_file(rig, "20260101000000_both.sql",
		"-- dbtop: up\nLOCK TABLE one;\nLOCK TABLE two;\nCREATE TABLE three (a int);\n");
	PGconn *other = server_connect_to(rig->conninfo);
	server_run_on(other, "SET deadlock_timeout = '60s'; BEGIN; LOCK TABLE two");
	rig->lock_timeout_ms = 20000;
	rig->on_event = make_the_deadlock;
	rig->arg = other;

	rig_start(rig, PLAN_UP, "head");
	rig_turn_until(rig, "retry 1");
	assert_non_null(strstr(str_c(&rig->told), "deadlock"));
	for (PGresult *r; (r = PQgetResult(other));)
		PQclear(r);
	server_run_on(other, "ROLLBACK");
	assert_int_equal(rig_end(rig), EXIT_DONE);
	rig_expect(rig, "SELECT to_regclass('three') IS NOT NULL", "t");
	PQfinish(other);
	rig_free(rig);
}

static void the_second_operator_names_the_first_and_there_is_one_history(void **state)
{
	(void)state;
	struct rig *first = rig_new(servers);
	two_files(first);
	struct rig *second = rig_beside(first);
	second->lock_wait_ms = 300;
	PGconn *holder = server_connect_to(first->conninfo);
	server_run_on(holder, "CREATE TABLE gate (a int)");
	server_run_on(holder, "BEGIN; LOCK TABLE gate");
	rig_file(first, "20260100000000_wait.sql", "-- dbtop: up\nLOCK TABLE gate;\n");
	first->lock_timeout_ms = 60000;

	rig_start(first, PLAN_UP, "head");
	rig_turn_until(first, "statement 0.0 sent");
	int64_t pid = executor_identity(first->executor)->backend_pid;
	assert_int_equal(rig_up(second, "head"), EXIT_LOCKED);
	char *words = mem_printf("pid %d", (int)pid);
	assert_non_null(strstr(second->end.error.text, words));
	free(words);

	server_run_on(holder, "COMMIT");
	assert_int_equal(rig_end(first), EXIT_DONE);
	assert_int_equal(rig_up(second, "head"), EXIT_DONE);
	assert_int_equal(second->end.steps_done, 0);
	rig_expect(first, "SELECT count(*) FROM dbtop.revision", "3");
	rig_expect(first, "SELECT count(*) FROM dbtop.event", "3");
	PQfinish(holder);
	rig_free(second);
	rig_free(first);
}

static void a_plan_made_before_another_run_is_stale_and_sends_nothing(void **state)
{
	(void)state;
	struct rig *first = rig_new(servers);
	two_files(first);
	struct rig *second = rig_beside(first);
	rig_start(second, PLAN_UP, "head"); /* its plan is made, its connection not yet */
	assert_int_equal(rig_up(first, "head"), EXIT_DONE);
	assert_int_equal(rig_end(second), EXIT_MISMATCH);
	assert_true(second->end.is_stale);
	rig_expect(first, "SELECT count(*) FROM dbtop.event", "2");
	rig_free(second);
	rig_free(first);
}

static void golang_migrates_table_holds_what_the_tool_writes(void **state)
{
	(void)state;
	struct rig *rig = rig_new(servers);
	rig_file(rig, "000001_first.up.sql", "CREATE TABLE big (a int);");
	rig_file(rig, "000001_first.down.sql", "DROP TABLE big;");
	rig_file(rig, "000002_index.up.sql", "CREATE INDEX CONCURRENTLY big_a ON big (a);");
	rig_file(rig, "000002_index.down.sql", "DROP INDEX big_a;");

	assert_int_equal(rig_up(rig, "head"), EXIT_DONE);
	rig_expect(rig, "SELECT string_agg(version || ' ' || dirty, ',') FROM schema_migrations",
		"2 false");
	rig_expect(rig,
		"SELECT string_agg(column_name || ' ' || data_type || ' ' || is_nullable, ',' "
		"ORDER BY ordinal_position) "
		"FROM information_schema.columns WHERE table_name = 'schema_migrations'",
		"version bigint NO,dirty boolean NO");
	assert_int_equal(rig_down(rig, "-1"), EXIT_DONE);
	rig_expect(rig, "SELECT string_agg(version || ' ' || dirty, ',') FROM schema_migrations",
		"1 false");
	assert_int_equal(rig_down(rig, "base"), EXIT_DONE);
	rig_expect(rig, "SELECT count(*) FROM schema_migrations", "0");
	rig_expect(rig, "SELECT to_regnamespace('dbtop') IS NULL", "t");
	rig_free(rig);
}

static void a_failed_build_leaves_golang_migrates_row_dirty_until_it_is_resumed(void **state)
{
	(void)state;
	struct rig *rig = rig_new(servers);
	rig_file(rig, "1_first.up.sql",
		"CREATE TABLE big (a int); INSERT INTO big VALUES (1), (1);");
	rig_file(rig, "2_index.up.sql", "CREATE UNIQUE INDEX CONCURRENTLY big_a ON big (a);");

	assert_int_equal(rig_up(rig, "head"), EXIT_FAILED_PARTWAY);
	rig_expect(rig, "SELECT string_agg(version || ' ' || dirty, ',') FROM schema_migrations",
		"2 true");
	rig_sql(rig, "TRUNCATE big");
	rig->choices = RUN_CHOICE_BIT(RUN_CHOICE_CLEAR);
	assert_int_equal(rig_up(rig, "head"), EXIT_DONE);
	rig_expect(rig, "SELECT string_agg(version || ' ' || dirty, ',') FROM schema_migrations",
		"2 false");
	rig_free(rig);
}

static void gooses_table_holds_what_the_tool_writes(void **state)
{
	(void)state;
	struct rig *rig = rig_new(servers);
	rig_file(rig, "00001_first.sql",
		"-- +goose Up\nCREATE TABLE big (a int);\n-- +goose Down\nDROP TABLE big;\n");
	rig_file(rig, "00002_second.sql",
		"-- +goose Up\nALTER TABLE big ADD b int;\n-- +goose Down\nALTER TABLE big DROP "
		"b;\n");

	assert_int_equal(rig_up(rig, "head"), EXIT_DONE);
	rig_expect(rig,
		"SELECT string_agg(id || ' ' || version_id || ' ' || is_applied, ',' ORDER BY id) "
		"FROM goose_db_version",
		"1 0 true,2 1 true,3 2 true");
	rig_expect(rig,
		"SELECT count(*) FROM goose_db_version WHERE tstamp > now()::timestamp - interval "
		"'1 minute'",
		"3");
	assert_int_equal(rig_down(rig, "-1"), EXIT_DONE);
	rig_expect(rig,
		"SELECT string_agg(version_id::text, ',' ORDER BY id) FROM goose_db_version",
		"0,1");
	rig_free(rig);
}

static void without_a_store_a_lone_goose_step_is_refused_before_it_is_sent(void **state)
{
	(void)state;
	struct rig *rig = rig_new(servers);
	rig_file(rig, "00001_first.sql",
		"-- +goose NO TRANSACTION\n-- +goose Up\nCREATE TABLE big (a int);\n");
	assert_int_equal(rig_up(rig, "head"), EXIT_ERROR);
	assert_int_equal(rig->trouble.error.kind, ERR_STORE);
	rig_expect(rig, "SELECT to_regclass('big') IS NULL", "t");
	rig_free(rig);
}

static void what_a_file_sets_for_the_session_ends_with_it(void **state)
{
	(void)state;
	struct rig *rig = rig_new(servers);
	rig_file(rig, "20260101000000_path.sql",
		"-- dbtop: up\nCREATE SCHEMA other;\nSET search_path = other;\nSELECT "
		"set_config('work_mem', '1MB', false);\n"
		"SET SESSION AUTHORIZATION pg_monitor;\nRESET SESSION AUTHORIZATION;\n");
	rig_file(rig, "20260102000000_table.sql",
		"-- dbtop: up\nCREATE TABLE here AS SELECT current_setting('work_mem') AS m, "
		"current_setting('search_path') AS p;\n");
	assert_int_equal(rig_up(rig, "head"), EXIT_DONE);
	rig_expect(rig, "SELECT m || ' ' || p FROM public.here", "4MB \"$user\", public");
	rig_free(rig);
}

static void a_migration_that_takes_prepared_statements_away_does_not_stop_the_run(void **state)
{
	(void)state;
	struct rig *rig = rig_new(servers);
	rig_file(rig, "20260101000000_all.sql",
		"-- dbtop: up\nDEALLOCATE ALL;\nCREATE TABLE one (a int);\n");
	rig_file(rig, "20260102000000_two.sql", "-- dbtop: up\nCREATE TABLE two (a int);\n");
	assert_int_equal(rig_up(rig, "head"), EXIT_DONE);
	rig_expect(rig, "SELECT count(*) FROM dbtop.revision", "2");
	rig_free(rig);
}

static void everything_belongs_to_the_role_that_is_to_own_it(void **state)
{
	(void)state;
	struct rig *rig = rig_new(servers);
	rig_sql(rig, "CREATE ROLE keeper; GRANT ALL ON SCHEMA public TO keeper; "
		     "DO $$BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO keeper', "
		     "current_database()); END$$");
	rig->migrate_role = "keeper";
	rig_file(rig, "20260101000000_one.sql",
		"-- dbtop: up\nCREATE TABLE one (a int);\nRESET ROLE;\nRESET SESSION "
		"AUTHORIZATION;\n");
	rig_file(rig, "20260102000000_two.sql", "-- dbtop: up\nCREATE TABLE two (a int);\n");
	assert_int_equal(rig_up(rig, "head"), EXIT_DONE);
	rig_expect(rig,
		"SELECT string_agg(DISTINCT tableowner, ',') FROM pg_tables WHERE tablename IN "
		"('one', 'two', 'revision', 'event')",
		"keeper");
	rig_expect(
		rig, "SELECT has_table_privilege('pg_monitor', 'dbtop.revision', 'SELECT')", "t");
	rig_free(rig);
}

static void a_lost_lock_stops_the_run_before_the_next_step(void **state)
{
	(void)state;
	struct rig *rig = rig_new(servers);
	rig_file(rig, "20260101000000_all.sql", "-- dbtop: up\nSELECT pg_advisory_unlock_all();\n");
	rig_file(rig, "20260102000000_two.sql", "-- dbtop: up\nCREATE TABLE two (a int);\n");
	assert_int_equal(rig_up(rig, "head"), EXIT_FAILED_UNCHANGED);
	assert_non_null(strstr(rig->trouble.error.text, "lock is no longer ours"));
	rig_expect(rig, "SELECT to_regclass('two') IS NULL", "t");
	rig_free(rig);
}

static void a_deferred_constraint_fails_at_commit_and_leaves_nothing(void **state)
{
	(void)state;
	struct rig *rig = rig_new(servers);
	rig_sql(rig, "CREATE TABLE a (i int PRIMARY KEY); "
		     "CREATE TABLE b (i int REFERENCES a DEFERRABLE INITIALLY DEFERRED)");
	rig_file(rig, "20260101000000_dangling.sql", "-- dbtop: up\nINSERT INTO b VALUES (1);\n");
	assert_int_equal(rig_up(rig, "head"), EXIT_FAILED_UNCHANGED);
	assert_string_equal(rig->trouble.error.sqlstate, "23503");
	rig_expect(rig, "SELECT count(*) FROM dbtop.revision", "0");
	rig_free(rig);
}

static void cancel_at_the_first_statement(struct rig *rig, const char *line)
{
	if (strcmp(line, "statement 0.0 sent") == 0)
		executor_cancel(rig->executor);
}

static void cancel_ends_a_running_statement_and_leaves_nothing(void **state)
{
	(void)state;
	struct rig *rig = rig_new(servers);
	rig_file(rig, "20260101000000_slow.sql", "-- dbtop: up\nSELECT pg_sleep(60);\n");
	rig->on_event = cancel_at_the_first_statement;
	assert_int_equal(rig_up(rig, "head"), EXIT_FAILED_UNCHANGED);
	assert_int_equal(rig->trouble.kind, TROUBLE_CANCELED);
	rig_expect(rig, "SELECT count(*) FROM dbtop.revision", "0");
	rig_free(rig);
}

int main(void)
{
	server_need();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(up_and_down_leave_catalog_and_history_in_step),
		cmocka_unit_test(a_failing_statement_in_any_place_leaves_the_state_before),
		cmocka_unit_test(a_position_of_the_server_becomes_a_place_in_the_file),
		cmocka_unit_test(verify_that_fails_takes_the_migration_back),
		cmocka_unit_test(rows_of_copy_go_in_with_the_group),
		cmocka_unit_test(a_build_that_fails_is_cleared_and_done_on_resume),
		cmocka_unit_test(a_group_that_waits_too_long_for_a_lock_is_tried_again),
		cmocka_unit_test(a_deadlock_is_replayed),
		cmocka_unit_test(the_second_operator_names_the_first_and_there_is_one_history),
		cmocka_unit_test(a_plan_made_before_another_run_is_stale_and_sends_nothing),
		cmocka_unit_test(golang_migrates_table_holds_what_the_tool_writes),
		cmocka_unit_test(
			a_failed_build_leaves_golang_migrates_row_dirty_until_it_is_resumed),
		cmocka_unit_test(gooses_table_holds_what_the_tool_writes),
		cmocka_unit_test(without_a_store_a_lone_goose_step_is_refused_before_it_is_sent),
		cmocka_unit_test(what_a_file_sets_for_the_session_ends_with_it),
		cmocka_unit_test(
			a_migration_that_takes_prepared_statements_away_does_not_stop_the_run),
		cmocka_unit_test(everything_belongs_to_the_role_that_is_to_own_it),
		cmocka_unit_test(a_lost_lock_stops_the_run_before_the_next_step),
		cmocka_unit_test(a_deferred_constraint_fails_at_commit_and_leaves_nothing),
		cmocka_unit_test(cancel_ends_a_running_statement_and_leaves_nothing),
	};
	return cmocka_run_group_tests(tests, start_servers, end_servers);
}
