// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "fault/play.h"

/* A group whose COMMIT is sent and never answered. */
static struct play *lost_commit(void)
{
	struct play *play = play_new("dbtop", PLAN_UP);
	play_group(play, 0, "CREATE TABLE big (a int)");
	stage_lose(play->stage, "COMMIT", 1);
	return play;
}

static const char row_applied[] = "kind|rev|name|state|direction|applied_us|took_ms|actor|sha256|"
				  "sha256_norm|parents|steps_total|steps_done|error\n"
				  "m|layout|1|~|~|~|~|~|~|~|~|~|~|~\n"
				  "r|20260101000000|first|applied|up|5|1|ann|~|~|~|1|1|~";

static const char table_there[] =
	"schema_name|table_name|place|can_read|columns\n"
	"dbtop|revision|~|t|project rev name parents state direction sha256 sha256_norm\n"
	"dbtop|~|~|~|~";

/* From the second look on, the history has the row. */
static void the_row_is_there(struct play *play)
{
	stage_rows(play->stage, "AS can_read", 0, table_there);
	stage_rows(play->stage, "FROM dbtop.revision AS r", 0, row_applied);
	stage_rows(play->stage, "AS can_read", 1,
		"schema_name|table_name|place|can_read|columns\npublic|~|~|~|~");
}

static void a_committed_transaction_is_found_and_the_step_is_done(void **state)
{
	(void)state;
	struct play *play = lost_commit();
	the_row_is_there(play);
	stage_rows(
		play->stage, "pg_xact_status", 0, "status|pid|state|app|age_ms\ncommitted|~|~|~|~");
	play_all(play);
	play_ms(play, 1000);
	assert_true(play->is_finished);
	assert_int_equal(play->end.exit, EXIT_DONE);
	assert_int_equal(play->end.steps_done, 1);
	assert_int_equal(stage_count(play->stage, "COMMIT\n"), 1);
	assert_true(play_told(play, "confirmed after reconnect"));
	play_free(play);
}

static void an_aborted_transaction_is_not_applied_and_not_sent_again(void **state)
{
	(void)state;
	struct play *play = lost_commit();
	stage_rows(
		play->stage, "pg_xact_status", 0, "status|pid|state|app|age_ms\naborted|~|~|~|~");
	play_all(play);
	play_ms(play, 1000);
	assert_int_equal(play->trouble.kind, TROUBLE_LOST);
	assert_int_equal(play->trouble.database, DATABASE_UNCHANGED);
	assert_non_null(strstr(play->trouble.error.text, "not applied"));
	assert_int_equal(stage_count(play->stage, "COMMIT\n"), 1);
	executor_close(play->executor);
	play_ms(play, 0);
	assert_int_equal(play->end.exit, EXIT_FAILED_UNCHANGED);
	play_free(play);
}

static void a_transaction_in_progress_is_asked_about_until_it_settles_and_its_backend_is_named(
	void **state)
{
	(void)state;
	struct play *play = lost_commit();
	the_row_is_there(play);
	stage_rows(
		play->stage, "pg_xact_status", 0, "status|pid|state|app|age_ms\ncommitted|~|~|~|~");
	stage_rows(play->stage, "pg_xact_status", 5,
		"status|pid|state|app|age_ms\nin progress|100|active|dbtop/change|7000");
	play_all(play);
	play_ms(play, 300);
	assert_int_equal(executor_state(play->executor), RUN_RESOLVING);
	assert_true(play_told(play, "pid 100, active, for 7 s"));
	play_ms(play, 60000);
	assert_int_equal(stage_count(play->stage, "pg_xact_status"), 6);
	assert_int_equal(play->end.exit, EXIT_DONE);
	play_free(play);
}

static void the_backend_that_still_holds_the_transaction_can_be_ended(void **state)
{
	(void)state;
	struct play *play = lost_commit();
	stage_rows(
		play->stage, "pg_xact_status", 0, "status|pid|state|app|age_ms\naborted|~|~|~|~");
	stage_rows(play->stage, "pg_xact_status", 1,
		"status|pid|state|app|age_ms\nin progress|100|idle in transaction|x|1");
	play_all(play);
	executor_terminate_backend(play->executor);
	play_ms(play, 0);
	assert_int_equal(stage_count(play->stage, "pg_terminate_backend"), 1);
	assert_int_equal(play->trouble.kind, TROUBLE_LOST);
	play_free(play);
}

static void an_id_the_server_no_longer_knows_is_unknown_and_nothing_else_may_run(void **state)
{
	(void)state;
	struct play *play = lost_commit();
	stage_rows(play->stage, "pg_xact_status", 0, "status|pid|state|app|age_ms\n~|~|~|~|~");
	play_all(play);
	play_ms(play, 1000);
	assert_int_equal(play->trouble.kind, TROUBLE_UNKNOWN);
	assert_int_equal(play->trouble.database, DATABASE_UNKNOWN);
	assert_int_equal(play->trouble.choices, 0);
	executor_choose(play->executor, RUN_CHOICE_AGAIN);
	executor_run(play->executor, 1);
	play_ms(play, 1000);
	assert_int_equal(stage_count(play->stage, "BEGIN\n"), 1);
	executor_close(play->executor);
	play_ms(play, 0);
	assert_int_equal(play->end.exit, EXIT_OUTCOME_UNKNOWN);
	play_free(play);
}

static void an_id_in_the_future_is_unknown(void **state)
{
	(void)state;
	struct play *play = lost_commit();
	stage_fail(play->stage, "pg_xact_status", 0, "22023");
	play_all(play);
	play_ms(play, 1000);
	assert_int_equal(play->trouble.kind, TROUBLE_UNKNOWN);
	assert_string_equal(play->trouble.error.sqlstate, "22023");
	play_free(play);
}

static void another_server_at_the_old_address_is_unknown(void **state)
{
	(void)state;
	struct play *play = lost_commit();
	stage_hold(play->stage, "CREATE TABLE big", 1);
	play_all(play);
	stage_refuse(play->stage, 1, ERR_CONFLICT);
	stage_let_go(play->stage);
	play_ms(play, 1000);
	assert_int_equal(play->trouble.kind, TROUBLE_UNKNOWN);
	assert_int_equal(stage_count(play->stage, "pg_xact_status"), 0);
	play_free(play);
}

static void a_server_that_is_gone_is_dialed_again_with_growing_pauses(void **state)
{
	(void)state;
	struct play *play = lost_commit();
	the_row_is_there(play);
	stage_rows(
		play->stage, "pg_xact_status", 0, "status|pid|state|app|age_ms\ncommitted|~|~|~|~");
	stage_hold(play->stage, "CREATE TABLE big", 1);
	play_all(play);
	stage_refuse(play->stage, 4, ERR_CONNECT);
	stage_let_go(play->stage);
	play_ms(play, 0);
	play_ms(play, 3000);
	assert_int_equal(stage_count(play->stage, "<dial>"), 5); /* at 0, 250, 750 and 1750 ms */
	assert_true(play_told(play, "the server is gone"));
	play_ms(play, 1000);
	assert_int_equal(play->end.exit, EXIT_DONE);
	play_free(play);
}

static void a_headless_run_stops_asking_when_its_time_is_up(void **state)
{
	(void)state;
	struct play *play = lost_commit();
	play->options.resolve_ms = 5000;
	stage_hold(play->stage, "CREATE TABLE big", 1);
	play_all(play);
	stage_refuse(play->stage, 1000, ERR_CONNECT);
	stage_let_go(play->stage);
	play_ms(play, 0);
	play_ms(play, 20000);
	assert_int_equal(play->trouble.kind, TROUBLE_UNKNOWN);
	executor_close(play->executor);
	play_ms(play, 0);
	assert_int_equal(play->end.exit, EXIT_OUTCOME_UNKNOWN);
	play_free(play);
}

static void a_committed_transaction_without_its_row_is_a_contradiction(void **state)
{
	(void)state;
	struct play *play = lost_commit();
	stage_rows(
		play->stage, "pg_xact_status", 0, "status|pid|state|app|age_ms\ncommitted|~|~|~|~");
	play_all(play);
	play_ms(play, 1000);
	assert_int_equal(play->trouble.kind, TROUBLE_UNKNOWN);
	assert_non_null(strstr(play->trouble.words, "contradict"));
	play_free(play);
}

static void leaving_while_it_is_asked_says_that_it_is_not_known(void **state)
{
	(void)state;
	struct play *play = lost_commit();
	stage_rows(play->stage, "pg_xact_status", 0,
		"status|pid|state|app|age_ms\nin progress|~|~|~|~");
	play_all(play);
	executor_close(play->executor);
	play_ms(play, 0);
	assert_int_equal(play->end.exit, EXIT_OUTCOME_UNKNOWN);
	assert_int_equal(play->end.database, DATABASE_UNKNOWN);
	play_free(play);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_committed_transaction_is_found_and_the_step_is_done),
		cmocka_unit_test(an_aborted_transaction_is_not_applied_and_not_sent_again),
		cmocka_unit_test(
			a_transaction_in_progress_is_asked_about_until_it_settles_and_its_backend_is_named),
		cmocka_unit_test(the_backend_that_still_holds_the_transaction_can_be_ended),
		cmocka_unit_test(
			an_id_the_server_no_longer_knows_is_unknown_and_nothing_else_may_run),
		cmocka_unit_test(an_id_in_the_future_is_unknown),
		cmocka_unit_test(another_server_at_the_old_address_is_unknown),
		cmocka_unit_test(a_server_that_is_gone_is_dialed_again_with_growing_pauses),
		cmocka_unit_test(a_headless_run_stops_asking_when_its_time_is_up),
		cmocka_unit_test(a_committed_transaction_without_its_row_is_a_contradiction),
		cmocka_unit_test(leaving_while_it_is_asked_says_that_it_is_not_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
