// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "fault/play.h"

static struct play *one_group(void)
{
	struct play *play = play_new("dbtop", PLAN_UP);
	play_group(play, 0, "CREATE TABLE big (a int)");
	return play;
}

static void the_journal_knows_the_transaction_before_commit_is_sent(void **state)
{
	(void)state;
	struct play *play = one_group();
	stage_hold(play->stage, "COMMIT", 1);
	play_all(play);
	assert_true(play_journaled(play, "intent 20260101000000 up 1 xid 700\n"));
	assert_false(play_journaled(play, "outcome"));
	stage_let_go(play->stage);
	play_ms(play, 0);
	assert_true(play_journaled(play, "outcome 20260101000000 done\n"));
	play_free(play);
}

static void an_outcome_waits_for_the_next_intent_or_the_end_of_the_run(void **state)
{
	(void)state;
	struct play *play = play_new("dbtop", PLAN_UP);
	play_group(play, 0, "CREATE TABLE big (a int)");
	play_group(play, 1, "CREATE TABLE small (a int)");
	play_all(play);
	assert_int_equal(play->end.exit, EXIT_DONE);
	assert_string_equal(str_c(&play->journaled), "intent 20260101000000 up 1 xid 700\n"
						     "outcome 20260101000000 done\n"
						     "intent 20260102000000 up 1 xid 700\n"
						     "outcome 20260102000000 done\n"
						     "flush\n");
	play_free(play);
}

static void a_store_that_cannot_be_written_is_told_and_a_group_goes_on(void **state)
{
	(void)state;
	struct play *play = one_group();
	play->is_journal_full = true;
	play_all(play);
	assert_true(play_told(play, "notice WARNING the disk is full"));
	assert_int_equal(play->end.exit, EXIT_DONE);
	play_free(play);
}

static void a_failing_statement_is_rolled_back_and_placed_in_its_file(void **state)
{
	(void)state;
	struct play *play = one_group();
	stage_fail(play->stage, "CREATE TABLE big", 1, "42P07");
	play_all(play);
	assert_int_equal(play->trouble.kind, TROUBLE_FAILED);
	assert_int_equal(play->trouble.database, DATABASE_UNCHANGED);
	assert_string_equal(play->trouble.error.file, "20260101000000_first.sql");
	assert_int_equal(play->trouble.error.line, 1);
	assert_int_equal(stage_count(play->stage, "ROLLBACK"), 1);
	assert_int_equal(stage_count(play->stage, "\nCOMMIT"), 0);
	executor_close(play->executor);
	play_ms(play, 0);
	assert_int_equal(play->end.exit, EXIT_FAILED_UNCHANGED);
	play_free(play);
}

static void the_second_group_of_a_migration_that_fails_leaves_it_half_done(void **state)
{
	(void)state;
	struct play *play = one_group();
	play_group(play, 0, "CREATE TABLE small (a int)");
	stage_fail(play->stage, "CREATE TABLE small", 1, "42P07");
	play_all(play);
	assert_int_equal(play->trouble.database, DATABASE_PARTIAL);
	executor_close(play->executor);
	play_ms(play, 0);
	assert_int_equal(play->end.exit, EXIT_FAILED_PARTWAY);
	assert_int_equal(play->end.steps_done, 1);
	play_free(play);
}

static void a_lock_timeout_replays_the_whole_group_after_a_second(void **state)
{
	(void)state;
	struct play *play = one_group();
	stage_fail(play->stage, "CREATE TABLE big", 1, "55P03");
	play_all(play);
	assert_int_equal(executor_state(play->executor), RUN_RETRY);
	assert_in_range(play->retry_ms[0], 1000, 1250);
	play_ms(play, 999);
	assert_int_equal(stage_count(play->stage, "BEGIN\n"), 1);
	play_ms(play, 251);
	assert_int_equal(stage_count(play->stage, "BEGIN\n"), 2);
	assert_true(play->is_finished);
	assert_int_equal(play->end.exit, EXIT_DONE);
	play_free(play);
}

static void ten_tries_wait_longer_each_time_and_never_above_a_minute(void **state)
{
	(void)state;
	struct play *play = one_group();
	stage_fail(play->stage, "CREATE TABLE big", 0, "40P01");
	play_all(play);
	play_ms(play, 10 * 60 * 1000);
	assert_int_equal(stage_count(play->stage, "BEGIN\n"), 10);
	assert_int_equal(play->retries, 9);
	for (int i = 1; i < 9; i++)
		assert_true(play->retry_ms[i] >= play->retry_ms[i - 1]);
	assert_int_equal(play->retry_ms[8], 60000);
	assert_int_equal(play->trouble.kind, TROUBLE_FAILED);
	assert_int_equal(play->trouble.database, DATABASE_UNCHANGED);
	play_free(play);
}

static void who_stood_in_the_way_is_named(void **state)
{
	(void)state;
	struct play *play = one_group();
	stage_hold(play->stage, "CREATE TABLE big", 1);
	play_all(play);
	const struct run_blocker blocker = {
		.pid = 4242, .app = "report", .state = "idle in transaction", .query = "SELECT 1"
	};
	executor_note_blockers(play->executor, &blocker, 1);
	executor_note_blockers(play->executor, NULL, 0);
	executor_cancel(play->executor);
	play_ms(play, 0);
	assert_non_null(
		strstr(play->trouble.error.detail, "pid 4242 (report, idle in transaction)"));
	play_free(play);
}

static void cancel_rolls_the_group_back(void **state)
{
	(void)state;
	struct play *play = one_group();
	stage_hold(play->stage, "CREATE TABLE big", 1);
	play_all(play);
	executor_cancel(play->executor);
	play_ms(play, 0);
	assert_int_equal(play->trouble.kind, TROUBLE_CANCELED);
	assert_int_equal(play->trouble.database, DATABASE_UNCHANGED);
	assert_true(play_told(play, "step 0 rolled back"));
	assert_true(play_journaled(play, "outcome 20260101000000 rolled back"));
	play_free(play);
}

static void cancel_is_not_heard_while_commit_is_out(void **state)
{
	(void)state;
	struct play *play = one_group();
	stage_hold(play->stage, "COMMIT", 1);
	play_all(play);
	executor_cancel(play->executor);
	play_ms(play, 0);
	assert_int_equal(stage_count(play->stage, "<cancel>"), 0);
	stage_let_go(play->stage);
	play_ms(play, 0);
	assert_int_equal(play->end.exit, EXIT_DONE);
	play_free(play);
}

static void a_cancel_during_the_wait_for_another_try_gives_up(void **state)
{
	(void)state;
	struct play *play = one_group();
	stage_fail(play->stage, "CREATE TABLE big", 0, "55P03");
	play_all(play);
	executor_cancel(play->executor);
	play_ms(play, 100000);
	assert_int_equal(play->trouble.kind, TROUBLE_CANCELED);
	assert_int_equal(stage_count(play->stage, "BEGIN\n"), 1);
	play_free(play);
}

static void a_group_that_makes_others_wait_gives_way_and_is_tried_again(void **state)
{
	(void)state;
	struct play *play = one_group();
	stage_hold(play->stage, "CREATE TABLE big", 1);
	play_all(play);
	executor_yield(play->executor);
	play_ms(play, 0);
	assert_true(play_told(play, "retry 1 gave way to the sessions that wait behind us"));
	assert_int_equal(executor_state(play->executor), RUN_RETRY);
	play_ms(play, 2000);
	assert_int_equal(stage_count(play->stage, "BEGIN\n"), 2);
	assert_int_equal(play->end.exit, EXIT_DONE);
	play_free(play);
}

static void a_commit_answered_with_rollback_is_a_failed_step(void **state)
{
	(void)state;
	struct play *play = one_group();
	stage_tag(play->stage, "COMMIT", 1, "ROLLBACK");
	play_all(play);
	assert_int_equal(play->trouble.kind, TROUBLE_FAILED);
	assert_int_equal(play->trouble.database, DATABASE_UNCHANGED);
	assert_int_equal(play->end.steps_done, 0);
	play_free(play);
}

static void a_deferred_constraint_that_fails_at_commit_is_not_tried_again(void **state)
{
	(void)state;
	struct play *play = one_group();
	stage_fail(play->stage, "COMMIT", 1, "40001");
	play_all(play);
	play_ms(play, 100000);
	assert_int_equal(play->trouble.kind, TROUBLE_FAILED);
	assert_int_equal(play->retries, 0);
	assert_int_equal(stage_count(play->stage, "BEGIN\n"), 1);
	play_free(play);
}

static void a_connection_lost_before_commit_left_nothing_and_is_not_replayed_by_itself(void **state)
{
	(void)state;
	struct play *play = one_group();
	stage_lose(play->stage, "CREATE TABLE big", 1);
	play_all(play);
	play_ms(play, 100000);
	assert_int_equal(play->trouble.kind, TROUBLE_LOST);
	assert_int_equal(play->trouble.database, DATABASE_UNCHANGED);
	assert_int_equal(stage_count(play->stage, "<dial>"), 1);
	executor_choose(play->executor, RUN_CHOICE_AGAIN);
	play_ms(play, 0);
	assert_int_equal(stage_count(play->stage, "<dial>"), 2);
	assert_int_equal(play->end.exit, EXIT_DONE);
	play_free(play);
}

static void another_transaction_under_the_history_row_is_refused(void **state)
{
	(void)state;
	struct play *play = one_group();
	stage_rows(play->stage, "INSERT INTO dbtop.revision", 1, "xid\n701");
	play_all(play);
	assert_int_equal(play->trouble.kind, TROUBLE_FAILED);
	assert_int_equal(stage_count(play->stage, "\nCOMMIT"), 0);
	play_free(play);
}

static void verify_runs_read_only_behind_a_savepoint_before_the_history_row(void **state)
{
	(void)state;
	struct play *play = one_group();
	handmade_verify(&play->made, play_migration(play, 0), "SELECT is_fine()");
	stage_rows(play->stage, "is_fine", 1, "is_fine\nt");
	play_all(play);
	const char *const order[] = { "CREATE TABLE",
		"SAVEPOINT dbtop_verify; SET TRANSACTION READ ONLY", "is_fine",
		"ROLLBACK TO SAVEPOINT", "dbtop.revision", "COMMIT", NULL };
	assert_true(play_sent(play, order));
	assert_int_equal(play->end.exit, EXIT_DONE);
	play_free(play);
}

static void verify_that_is_not_true_rolls_the_migration_back(void **state)
{
	(void)state;
	struct play *play = one_group();
	handmade_verify(&play->made, play_migration(play, 0), "SELECT is_fine()");
	stage_rows(play->stage, "is_fine", 1, "is_fine\nt\nf");
	play_all(play);
	assert_int_equal(play->trouble.kind, TROUBLE_FAILED);
	assert_int_equal(play->trouble.error.line, 50);
	assert_int_equal(stage_count(play->stage, "\nCOMMIT"), 0);
	play_free(play);
}

static void settings_of_a_file_are_taken_back_before_the_next_migration(void **state)
{
	(void)state;
	struct play *play = play_new("dbtop", PLAN_UP);
	struct plan_step *step = play_group(play, 0, "SET search_path = elsewhere");
	struct action set = { .kind = ACTION_SET };
	((struct statement *)&step->statements[0].sql)->actions = &set;
	((struct statement *)&step->statements[0].sql)->action_count = 1;
	play_group(play, 1, "CREATE TABLE big (a int)");
	play_all(play);
	const char *const order[] = { "search_path", "COMMIT",
		"RESET ALL; RESET SESSION AUTHORIZATION", "client_connection_check_interval",
		"CREATE TABLE big", NULL };
	assert_true(play_sent(play, order));
	play_free(play);
}

static void without_settings_nothing_is_reset(void **state)
{
	(void)state;
	struct play *play = one_group();
	play_group(play, 1, "CREATE TABLE small (a int)");
	play_all(play);
	assert_int_equal(stage_count(play->stage, "RESET ALL"), 0);
	assert_int_equal(play->end.migrations_done, 2);
	play_free(play);
}

static void what_a_step_loses_is_written_into_the_event(void **state)
{
	(void)state;
	struct play *play = one_group();
	struct hazard hazard = { .kind = HAZARD_DATA_LOSS, .object = "public.big" };
	const struct table_size size = {
		.name = "big", .exists = true, .rows = 1200, .bytes = 81920
	};
	play->made.plan.steps[0].hazards = &hazard;
	play->made.plan.steps[0].hazard_count = 1;
	play->made.plan.sizes = &size;
	play->made.plan.size_count = 1;
	play_all(play);
	assert_true(stage_was_given(play->stage, "loses public.big: about 1200 rows, 81920 bytes"));
	assert_int_equal(play->end.exit, EXIT_DONE);
	play_free(play);
}

static void of_two_tables_of_one_name_the_lost_one_is_told(void **state)
{
	(void)state;
	struct play *play = one_group();
	struct hazard hazard = { .kind = HAZARD_DATA_LOSS, .object = "shop.big" };
	const struct table_size sizes[] = {
		{ .name = "big",
			.found_schema = "audit",
			.exists = true,
			.rows = 7,
			.bytes = 8192 },
		{ .schema = "shop", .name = "big", .exists = true, .rows = 1200, .bytes = 81920 },
	};
	play->made.plan.steps[0].hazards = &hazard;
	play->made.plan.steps[0].hazard_count = 1;
	play->made.plan.sizes = sizes;
	play->made.plan.size_count = 2;
	play_all(play);
	assert_true(stage_was_given(play->stage, "loses shop.big: about 1200 rows, 81920 bytes"));
	play_free(play);
}

static void a_migration_may_say_its_own_timeouts(void **state)
{
	(void)state;
	struct play *play = one_group();
	play_migration(play, 0)->lock_timeout_ms = 100;
	play_migration(play, 0)->statement_timeout_ms = 60000;
	play_all(play);
	assert_true(stage_was_given(play->stage, "\n100ms\n60000ms\n"));
	play_free(play);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_journal_knows_the_transaction_before_commit_is_sent),
		cmocka_unit_test(an_outcome_waits_for_the_next_intent_or_the_end_of_the_run),
		cmocka_unit_test(a_store_that_cannot_be_written_is_told_and_a_group_goes_on),
		cmocka_unit_test(a_failing_statement_is_rolled_back_and_placed_in_its_file),
		cmocka_unit_test(the_second_group_of_a_migration_that_fails_leaves_it_half_done),
		cmocka_unit_test(a_lock_timeout_replays_the_whole_group_after_a_second),
		cmocka_unit_test(ten_tries_wait_longer_each_time_and_never_above_a_minute),
		cmocka_unit_test(who_stood_in_the_way_is_named),
		cmocka_unit_test(cancel_rolls_the_group_back),
		cmocka_unit_test(cancel_is_not_heard_while_commit_is_out),
		cmocka_unit_test(a_cancel_during_the_wait_for_another_try_gives_up),
		cmocka_unit_test(a_group_that_makes_others_wait_gives_way_and_is_tried_again),
		cmocka_unit_test(a_commit_answered_with_rollback_is_a_failed_step),
		cmocka_unit_test(a_deferred_constraint_that_fails_at_commit_is_not_tried_again),
		cmocka_unit_test(
			a_connection_lost_before_commit_left_nothing_and_is_not_replayed_by_itself),
		cmocka_unit_test(another_transaction_under_the_history_row_is_refused),
		cmocka_unit_test(verify_runs_read_only_behind_a_savepoint_before_the_history_row),
		cmocka_unit_test(verify_that_is_not_true_rolls_the_migration_back),
		cmocka_unit_test(settings_of_a_file_are_taken_back_before_the_next_migration),
		cmocka_unit_test(without_settings_nothing_is_reset),
		cmocka_unit_test(what_a_step_loses_is_written_into_the_event),
		cmocka_unit_test(of_two_tables_of_one_name_the_lost_one_is_told),
		cmocka_unit_test(a_migration_may_say_its_own_timeouts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
