// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The connection breaks when it matters, the server lives: around COMMIT, and around a statement that stands alone.
 */
#include "test.h"

#include "fault/rig.h"
#include "fault/saboteur.h"

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

static struct rig *two_tables(void)
{
	struct rig *rig = rig_new(servers);
	rig_file(rig, "20260101000000_a.sql",
		"-- dbtop: up\nCREATE TABLE t1 (a int);\n-- dbtop: down\nDROP TABLE t1;\n");
	rig_file(rig, "20260102000000_b.sql",
		"-- dbtop: up\nCREATE TABLE t2 (a int);\n-- dbtop: down\nDROP TABLE t2;\n");
	return rig;
}

static void a_commit_whose_answer_is_lost_is_found_to_have_happened(void **state)
{
	(void)state;
	struct rig *rig = two_tables();
	saboteur_cut(&rig->driver, "COMMIT", true);
	assert_int_equal(rig_up(rig, "head"), EXIT_DONE);
	assert_non_null(strstr(str_c(&rig->told), "resolving"));
	assert_non_null(strstr(str_c(&rig->told), "confirmed after reconnect"));
	assert_int_equal(rig->end.steps_done, 2);
	rig_expect(rig, "SELECT count(*) FROM dbtop.revision", "2");
	rig_expect(rig, "SELECT count(*) FROM dbtop.event", "2");
	rig_free(rig);
}

static void a_commit_that_never_arrived_is_found_not_to_have_happened(void **state)
{
	(void)state;
	struct rig *rig = two_tables();
	saboteur_cut(&rig->driver, "COMMIT", false);
	assert_int_equal(rig_up(rig, "head"), EXIT_FAILED_UNCHANGED);
	assert_non_null(strstr(rig->trouble.error.text, "not applied"));
	rig_expect(rig, "SELECT count(*) FROM dbtop.revision", "0");
	rig_expect(rig, "SELECT to_regclass('t1') IS NULL", "t");
	assert_int_equal(rig_up(rig, "head"), EXIT_DONE);
	rig_free(rig);
}

static void a_lost_group_can_be_run_again_in_the_same_run(void **state)
{
	(void)state;
	struct rig *rig = two_tables();
	saboteur_cut(&rig->driver, "BEGIN", true);
	rig->choices = RUN_CHOICE_BIT(RUN_CHOICE_AGAIN);
	rig_start(rig, PLAN_UP, "20260101000000");
	assert_int_equal(rig_end(rig), EXIT_DONE);
	assert_int_equal(rig->trouble.kind, TROUBLE_LOST);
	rig_expect(rig, "SELECT count(*) FROM dbtop.revision", "1");
	rig_free(rig);
}

static void going_down_is_resolved_as_going_up_is(void **state)
{
	(void)state;
	struct rig *rig = two_tables();
	assert_int_equal(rig_up(rig, "head"), EXIT_DONE);
	struct rig *again = rig_beside(rig);
	saboteur_cut(&again->driver, "COMMIT", true);
	assert_int_equal(rig_down(again, "base"), EXIT_DONE);
	assert_non_null(strstr(str_c(&again->told), "confirmed after reconnect"));
	rig_expect(rig, "SELECT count(*) FROM dbtop.revision", "0");
	rig_free(again);
	rig_free(rig);
}

/* Our backend is ended while it builds: the index stays, invalid. */
static void end_the_builder(struct rig *rig, const char *line)
{
	if (strcmp(line, "statement 1.0 sent") != 0)
		return;
	server_wait(rig->cluster, 0,
		"select exists (select from pg_stat_activity where query like 'CREATE INDEX%' and "
		"wait_event_type = 'Lock')");
	rig_sql(rig, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE "
		     "'CREATE INDEX%' "
		     "AND pid <> pg_backend_pid()");
}

static void a_build_whose_backend_was_ended_is_cleared_and_run_again(void **state)
{
	(void)state;
	struct rig *rig = two_tables();
	rig_file(rig, "20260102000000_b.sql",
		"-- dbtop: up\nCREATE INDEX CONCURRENTLY t1_a ON t1 (a);\n");
	assert_int_equal(rig_up(rig, "20260101000000"), EXIT_DONE);
	rig_file(rig, "20260101500000_c.sql", "-- dbtop: up\nSELECT 1;\n");
	PGconn *old = server_connect_to(rig->conninfo);
	server_run_on(old, "BEGIN; INSERT INTO t1 VALUES (1)");
	rig->on_event = end_the_builder;
	rig->choices = 0;
	assert_int_equal(rig_up(rig, "head"), EXIT_FAILED_PARTWAY);
	assert_int_equal(rig->trouble.kind, TROUBLE_INTERRUPTED);
	assert_string_equal(rig->trouble.words, "index public.t1_a is there and invalid");
	server_run_on(old, "COMMIT");
	rig->on_event = NULL;
	rig->choices = RUN_CHOICE_BIT(RUN_CHOICE_CLEAR);
	assert_int_equal(rig_up(rig, "head"), EXIT_DONE);
	rig_expect(rig, "SELECT indisvalid FROM pg_index WHERE indexrelid = 't1_a'::regclass", "t");
	PQfinish(old);
	rig_free(rig);
}

/* Leave while it builds: the server finishes alone, and the next run sees that it is done. */
static void leave_the_builder(struct rig *rig, const char *line)
{
	if (strcmp(line, "statement 0.0 sent") == 0)
		executor_close(rig->executor);
}

static void a_build_that_was_left_to_the_server_is_marked_done_by_the_next_run(void **state)
{
	(void)state;
	struct rig *rig = two_tables();
	rig_file(rig, "20260102000000_b.sql",
		"-- dbtop: up\nCREATE INDEX CONCURRENTLY t1_a ON t1 (a);\n");
	assert_int_equal(rig_up(rig, "20260101000000"), EXIT_DONE);
	rig_sql(rig, "INSERT INTO t1 SELECT generate_series(1, 200000)");
	rig->on_event = leave_the_builder;
	assert_int_equal(rig_up(rig, "head"), EXIT_FAILED_PARTWAY);
	assert_int_equal(rig->end.database, DATABASE_UNKNOWN);

	rig->on_event = NULL;
	rig->choices = RUN_CHOICE_BIT(RUN_CHOICE_MARK_DONE);
	assert_int_equal(rig_up(rig, "head"),
		EXIT_DONE); /* waits for the lock our old backend still holds */
	assert_int_equal(rig->trouble.kind, TROUBLE_INTERRUPTED);
	rig_expect(rig, "SELECT indisvalid FROM pg_index WHERE indexrelid = 't1_a'::regclass", "t");
	rig_expect(rig, "SELECT state FROM dbtop.revision WHERE rev = '20260102000000'", "applied");
	rig_free(rig);
}

int main(void)
{
	server_need();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_commit_whose_answer_is_lost_is_found_to_have_happened),
		cmocka_unit_test(a_commit_that_never_arrived_is_found_not_to_have_happened),
		cmocka_unit_test(a_lost_group_can_be_run_again_in_the_same_run),
		cmocka_unit_test(going_down_is_resolved_as_going_up_is),
		cmocka_unit_test(a_build_whose_backend_was_ended_is_cleared_and_run_again),
		cmocka_unit_test(
			a_build_that_was_left_to_the_server_is_marked_done_by_the_next_run),
	};
	return cmocka_run_group_tests(tests, start_servers, end_servers);
}
