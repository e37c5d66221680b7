// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "fault/play.h"
#include "migrate/run/repair.h"

static struct play *two_groups(void)
{
	struct play *play = play_new("dbtop", PLAN_UP);
	play_group(play, 0, "CREATE TABLE big (a int)");
	play_group(play, 1, "CREATE TABLE small (a int)");
	return play;
}

static void opening_ends_at_ready_and_changes_nothing(void **state)
{
	(void)state;
	struct play *play = two_groups();
	play_open(play);
	assert_int_equal(executor_state(play->executor), RUN_READY);
	assert_int_equal(stage_count(play->stage, "CREATE"), 0);
	assert_int_equal(stage_count(play->stage, "BEGIN"), 0);
	play_free(play);
}

static void steps_run_one_by_one_or_up_to_a_breakpoint(void **state)
{
	(void)state;
	struct play *play = two_groups();
	play_open(play);
	executor_run(play->executor, 1);
	play_ms(play, 0);
	assert_int_equal(executor_state(play->executor), RUN_READY);
	assert_int_equal(executor_next_step(play->executor), 1);
	executor_run(play->executor, 2);
	play_ms(play, 0);
	assert_int_equal(play->end.exit, EXIT_DONE);
	assert_int_equal(play->end.steps_done, 2);
	play_free(play);
}

static void what_makes_the_history_is_not_counted_into_the_first_step(void **state)
{
	(void)state;
	struct play *play = two_groups();
	stage_hold(play->stage, "CREATE SCHEMA", 1);
	play_open(play);
	executor_run(play->executor, 1);
	play_ms(play, 20);
	stage_hold(play->stage, "CREATE TABLE big", 1);
	stage_let_go(play->stage);
	play_ms(play, 3);
	stage_let_go(play->stage);
	play_ms(play, 0);
	assert_true(play_told(play, "step 0 done"));
	assert_int_equal(play->step_took_ms, 3);
	assert_int_equal(play->outcome_took_ms, 3);
	play_free(play);
}

static void stop_ends_after_the_step_under_way(void **state)
{
	(void)state;
	struct play *play = two_groups();
	stage_hold(play->stage, "CREATE TABLE big", 1);
	play_all(play);
	executor_stop(play->executor);
	stage_let_go(play->stage);
	play_ms(play, 0);
	assert_int_equal(executor_state(play->executor), RUN_READY);
	assert_int_equal(executor_next_step(play->executor), 1);
	play_free(play);
}

static void close_in_a_group_rolls_it_back_and_finishes(void **state)
{
	(void)state;
	struct play *play = two_groups();
	stage_hold(play->stage, "CREATE TABLE big", 1);
	play_all(play);
	executor_close(play->executor);
	play_ms(play, 0);
	assert_int_equal(stage_count(play->stage, "<cancel>"), 1);
	assert_int_equal(stage_count(play->stage, "ROLLBACK"), 1);
	assert_int_equal(play->end.exit, EXIT_FAILED_UNCHANGED);
	play_free(play);
}

static void close_while_commit_is_out_waits_for_its_answer(void **state)
{
	(void)state;
	struct play *play = two_groups();
	stage_hold(play->stage, "COMMIT", 1);
	play_all(play);
	executor_close(play->executor);
	play_ms(play, 0);
	assert_false(play->is_finished);
	stage_let_go(play->stage);
	play_ms(play, 0);
	assert_true(play->is_finished);
	assert_int_equal(play->end.steps_done, 1);
	play_free(play);
}

static void a_shut_gate_holds_the_step_until_it_opens(void **state)
{
	(void)state;
	struct play *play = two_groups();
	play->is_gate_shut = true;
	play_all(play);
	play_ms(play, 10000);
	assert_int_equal(executor_state(play->executor), RUN_GATED);
	assert_int_equal(stage_count(play->stage, "BEGIN"), 0);
	play->is_gate_shut = false;
	play_ms(play, 500);
	assert_int_equal(play->end.exit, EXIT_DONE);
	play_free(play);
}

static void a_skipped_step_is_recorded_with_its_reason_and_not_sent(void **state)
{
	(void)state;
	struct play *play = two_groups();
	play_open(play);
	executor_skip(play->executor, "done by hand");
	play_ms(play, 0);
	assert_int_equal(stage_count(play->stage, "CREATE TABLE big"), 0);
	assert_int_equal(stage_count(play->stage, "dbtop.revision AS old"), 1);
	assert_true(play_told(play, "step 0 skipped"));
	assert_true(play_journaled(play, "outcome 20260101000000 skipped"));
	assert_int_equal(executor_next_step(play->executor), 1);
	play_free(play);
}

static void a_history_that_changed_since_the_plan_was_made_stops_the_run(void **state)
{
	(void)state;
	struct play *play = two_groups();
	stage_rows(play->stage, "AS can_read", 0,
		"schema_name|table_name|place|can_read|columns\n"
		"dbtop|revision|~|t|project rev name parents state direction sha256 "
		"sha256_norm\ndbtop|~|~|~|~");
	stage_rows(play->stage, "FROM dbtop.revision AS r", 0,
		"kind|rev|name|state|direction|steps_total|steps_done\nr|20260101000000|first|"
		"applied|up|1|1");
	play_all(play);
	assert_true(play->end.is_stale);
	assert_int_equal(play->end.exit, EXIT_MISMATCH);
	assert_int_equal(stage_count(play->stage, "BEGIN"), 0);
	play_free(play);
}

static void a_refused_connection_ends_the_run_with_its_reason(void **state)
{
	(void)state;
	struct play *play = two_groups();
	stage_refuse(play->stage, 1, ERR_CONNECT);
	play_all(play);
	assert_int_equal(play->end.exit, EXIT_NO_CONNECTION);
	play_free(play);
}

static void a_standby_or_pooler_is_an_error_not_a_missing_connection(void **state)
{
	(void)state;
	struct play *play = two_groups();
	stage_refuse(play->stage, 1, ERR_CONFLICT);
	play_all(play);
	assert_int_equal(play->end.exit, EXIT_ERROR);
	play_free(play);
}

static void no_right_to_make_the_history_is_said_with_what_helps(void **state)
{
	(void)state;
	struct play *play = two_groups();
	stage_fail(play->stage, "CREATE SCHEMA IF NOT EXISTS dbtop", 1, "42501");
	play_all(play);
	assert_int_equal(play->end.exit, EXIT_ERROR);
	assert_non_null(strstr(play->end.error.hint, "migrate_role"));
	play_free(play);
}

static void a_schema_that_another_project_made_in_the_same_moment_is_taken_as_it_is(void **state)
{
	(void)state;
	struct play *play = two_groups();
	stage_fail(play->stage, "CREATE SCHEMA IF NOT EXISTS dbtop", 1, "23505");
	play_all(play);
	assert_int_equal(stage_count(play->stage, "CREATE SCHEMA IF NOT EXISTS dbtop"), 2);
	assert_int_equal(play->end.exit, EXIT_DONE);
	play_free(play);
}

static bool close_at_the_gate(void *arg, size_t step)
{
	struct play *play = arg;
	(void)step;
	executor_close(play->executor);
	return false;
}

static void close_when_told(void *arg, const struct run_wait *wait)
{
	struct play *play = arg;
	(void)wait;
	executor_close(play->executor);
}

static void close_at_once(void *arg, enum run_state state)
{
	struct play *play = arg;
	if (play->executor && (int)state == play->pauses)
		executor_close(play->executor);
}

static void whoever_is_told_something_may_close_the_run(void **state)
{
	(void)state;
	struct play *play = two_groups();
	play->events.may_step = close_at_the_gate;
	play_all(play);
	play_ms(play, 1000);
	assert_true(play->is_finished);
	play_free(play);

	play = two_groups();
	play->events.waiting = close_when_told;
	stage_rows(play->stage, "pg_try_advisory_lock", 0, "got\nf");
	play_all(play);
	play_ms(play, 20000);
	assert_true(play->is_finished);
	play_free(play);

	const enum run_state states[] = { RUN_OPENING, RUN_READY, RUN_STEP, RUN_RETRY, RUN_GATED };
	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		play = two_groups();
		play->events.state = close_at_once;
		play->pauses = (int)states[i]; /* where to close */
		play->is_gate_shut = states[i] == RUN_GATED;
		stage_fail(play->stage, "CREATE TABLE big", 1, "55P03");
		play_open(play);
		if (states[i] != RUN_READY)
			executor_run(play->executor, 2);
		play_ms(play, 20000);
		assert_true(play->is_finished);
		play_free(play);
	}
}

static void an_executor_may_be_freed_at_any_moment(void **state)
{
	(void)state;
	const char *const moments[] = { "pg_try_advisory_lock", "AS can_read", "BEGIN",
		"CREATE TABLE", "dbtop.revision", "COMMIT" };
	for (size_t i = 0; i < ARRAY_SIZE(moments); i++) {
		struct play *play = two_groups();
		stage_hold(play->stage, moments[i], 1);
		play_all(play);
		assert_false(play->is_finished);
		play_free(play);
	}
}

static void a_repair_writes_one_record_under_the_lock(void **state)
{
	(void)state;
	struct play *play = play_new("dbtop", PLAN_UP);
	const struct repair_request request = { .migration = play_migration(play, 0),
		.mark = REPAIR_APPLIED,
		.reason = "looked at it" };
	play->options.plan = NULL;
	play->executor = repair_start(&play->options, &request);
	play_ms(play, 0);
	const char *const order[] = { "pg_try_advisory_lock", "'stamped', 'up'", "<closed>", NULL };
	assert_true(play_sent(play, order));
	assert_int_equal(play->end.exit, EXIT_DONE);
	play_free(play);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opening_ends_at_ready_and_changes_nothing),
		cmocka_unit_test(steps_run_one_by_one_or_up_to_a_breakpoint),
		cmocka_unit_test(what_makes_the_history_is_not_counted_into_the_first_step),
		cmocka_unit_test(stop_ends_after_the_step_under_way),
		cmocka_unit_test(close_in_a_group_rolls_it_back_and_finishes),
		cmocka_unit_test(close_while_commit_is_out_waits_for_its_answer),
		cmocka_unit_test(a_shut_gate_holds_the_step_until_it_opens),
		cmocka_unit_test(a_skipped_step_is_recorded_with_its_reason_and_not_sent),
		cmocka_unit_test(a_history_that_changed_since_the_plan_was_made_stops_the_run),
		cmocka_unit_test(a_refused_connection_ends_the_run_with_its_reason),
		cmocka_unit_test(a_standby_or_pooler_is_an_error_not_a_missing_connection),
		cmocka_unit_test(no_right_to_make_the_history_is_said_with_what_helps),
		cmocka_unit_test(
			a_schema_that_another_project_made_in_the_same_moment_is_taken_as_it_is),
		cmocka_unit_test(whoever_is_told_something_may_close_the_run),
		cmocka_unit_test(an_executor_may_be_freed_at_any_moment),
		cmocka_unit_test(a_repair_writes_one_record_under_the_lock),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
