// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The gate stands before everything that starts a step: another try, and what a person chose after a failure, as well.
 */
#include "test.h"

#include "fault/play.h"

static struct play *one_group(void)
{
	struct play *play = play_new("dbtop", PLAN_UP);
	play_group(play, 0, "ALTER TABLE big ADD b int");
	return play;
}

static void another_try_waits_for_the_gate(void **state)
{
	(void)state;
	struct play *play = one_group();
	stage_fail(play->stage, "ALTER TABLE", 1, "55P03");
	play_all(play);
	assert_int_equal(executor_state(play->executor), RUN_RETRY);
	play->is_gate_shut = true;
	play_ms(play, 30000);
	assert_int_equal(stage_count(play->stage, "ALTER TABLE"), 1);
	play->is_gate_shut = false;
	play_ms(play, 600);
	assert_int_equal(stage_count(play->stage, "ALTER TABLE"), 2);
	assert_int_equal(play->end.exit, EXIT_DONE);
	play_free(play);
}

/* Failed, and the gate has shut meanwhile. */
static struct play *failed_before_a_shut_gate(void)
{
	struct play *play = one_group();
	stage_fail(play->stage, "ALTER TABLE", 1, "42703");
	play_all(play);
	play->is_gate_shut = true;
	assert_int_equal(executor_state(play->executor), RUN_PAUSED);
	executor_choose(play->executor, RUN_CHOICE_AGAIN);
	play_ms(play, 2000);
	assert_int_equal(executor_state(play->executor), RUN_GATED);
	assert_int_equal(stage_count(play->stage, "ALTER TABLE"), 1);
	return play;
}

static void a_chosen_step_waits_for_the_gate_and_then_runs(void **state)
{
	(void)state;
	struct play *play = failed_before_a_shut_gate();
	play->is_gate_shut = false;
	play_ms(play, 600);
	assert_int_equal(stage_count(play->stage, "ALTER TABLE"), 2);
	assert_int_equal(play->end.exit, EXIT_DONE);
	play_free(play);
}

static void a_choice_taken_back_leaves_the_decision_open(void **state)
{
	(void)state;
	struct play *play = failed_before_a_shut_gate();
	executor_stop(play->executor);
	play_ms(play, 2000);
	assert_int_equal(executor_state(play->executor), RUN_PAUSED);
	assert_int_equal(play->pauses, 2);
	assert_int_equal(stage_count(play->stage, "ALTER TABLE"), 1);
	executor_close(play->executor);
	play_ms(play, 0);
	assert_int_equal(play->end.exit, EXIT_FAILED_UNCHANGED);
	play_free(play);
}

static void leaving_at_the_gate_tells_why_the_step_had_failed(void **state)
{
	(void)state;
	struct play *play = failed_before_a_shut_gate();
	executor_close(play->executor);
	play_ms(play, 0);
	assert_int_equal(play->end.exit, EXIT_FAILED_UNCHANGED);
	assert_string_equal(play->end.error.sqlstate, "42703");
	play_free(play);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_try_waits_for_the_gate),
		cmocka_unit_test(a_chosen_step_waits_for_the_gate_and_then_runs),
		cmocka_unit_test(a_choice_taken_back_leaves_the_decision_open),
		cmocka_unit_test(leaving_at_the_gate_tells_why_the_step_had_failed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
