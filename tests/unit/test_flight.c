// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What of a group travels together, and what does not: an answer that decides comes before what it decides about.
 */
#include "test.h"

#include "fault/play.h"

static struct play *one_group(void)
{
	struct play *play = play_new("dbtop", PLAN_UP);
	play_group(play, 0, "CREATE TABLE big (a int)");
	return play;
}

static void a_group_takes_two_flights_and_commit_is_one_of_them(void **state)
{
	(void)state;
	struct play *play = one_group();
	play_open(play);
	stage_forget_log(play->stage);
	executor_run(play->executor, 1);
	play_ms(play, 0);
	const char *const order[] = { "<flight>\n", "BEGIN\n", " AS ours\n",
		"CREATE TABLE big (a int)\n", "INSERT INTO dbtop.revision", "\nCOMMIT\n", NULL };
	assert_true(play_sent(play, order));
	assert_true(stage_was_given(play->stage, "\n3000ms\n"));
	assert_int_equal(play->end.exit, EXIT_DONE);
	assert_int_equal(play->end.steps_done, 1);
	assert_int_equal(play->end.migrations_done, 1);
	/* the history's tables are made, then the flight of four, COMMIT, and the connection closes */
	assert_int_equal(stage_count(play->stage, "\n"), 1 + 1 + 4 + 1 + 1);
	play_free(play);
}

static void of_several_statements_the_last_one_takes_the_history_row_along(void **state)
{
	(void)state;
	struct play *play = one_group();
	struct plan_step *step = &play->made.plan.steps[0];
	struct migration_statement statements[3] = { step->statements[0], step->statements[0],
		step->statements[0] };
	statements[1].sql.text = span_of("CREATE TABLE middle (a int)");
	statements[2].sql.text = span_of("CREATE TABLE last (a int)");
	step->statements = statements;
	step->statement_count = 3;
	play_all(play);
	const char *const order[] = { "<flight>\n", "BEGIN\n", "TABLE big", "<flight>\n",
		"TABLE middle", "<flight>\n", "TABLE last", "INSERT INTO dbtop.revision",
		"\nCOMMIT\n", NULL };
	assert_true(play_sent(play, order));
	assert_int_equal(stage_count(play->stage, "<flight>"), 3);
	assert_int_equal(play->end.exit, EXIT_DONE);
	play_free(play);
}

static void rows_for_the_server_do_not_travel_with_others(void **state)
{
	(void)state;
	struct play *play = one_group();
	struct migration_statement copy = play->made.plan.steps[0].statements[0];
	copy.sql.text = span_of("COPY big FROM stdin");
	copy.sql.tag = "COPY";
	copy.sql.data = span_of("1\n");
	play->made.plan.steps[0].statements = &copy;
	play_all(play);
	const char *const order[] = { "<flight>\nBEGIN\n",
		" AS ours\nCOPY big FROM stdin\nWITH r AS", "\nCOMMIT\n", NULL };
	assert_true(play_sent(play, order));
	assert_int_equal(stage_count(play->stage, "<flight>"), 1);
	assert_true(play_journaled(play, "intent 20260101000000 up 1 xid 700\n"));
	assert_int_equal(play->end.exit, EXIT_DONE);
	play_free(play);
}

static void behind_a_deallocate_the_history_row_is_sent_by_itself(void **state)
{
	(void)state;
	struct play *play = one_group();
	struct migration_statement gone = play->made.plan.steps[0].statements[0];
	gone.sql.text = span_of("DEALLOCATE ALL");
	gone.sql.tag = "DEALLOCATE ALL";
	play->made.plan.steps[0].statements = &gone;
	stage_hold(play->stage, "DEALLOCATE ALL", 1);
	play_all(play);
	stage_let_go(play->stage);
	play_ms(play, 0);
	assert_int_equal(play->end.exit, EXIT_DONE);
	assert_int_equal(stage_count(play->stage, "<flight>"), 1);
	assert_int_equal(stage_count(play->stage, "INSERT INTO dbtop.revision"), 1);
	play_free(play);
}

static void a_step_is_told_before_anything_of_it_is_sent(void **state)
{
	(void)state;
	struct play *play = one_group();
	stage_hold(play->stage, "BEGIN", 1);
	play_all(play);
	assert_true(play_told(play, "step 0 running"));
	assert_int_equal(stage_count(play->stage, "CREATE TABLE big"), 0);
	stage_let_go(play->stage);
	play_ms(play, 0);
	assert_int_equal(play->end.exit, EXIT_DONE);
	play_free(play);
}

static void a_cancel_heard_before_the_guards_answer_is_sent_once_more(void **state)
{
	(void)state;
	struct play *play = one_group();
	stage_hold(play->stage, " AS ours", 1);
	stage_hold(play->stage, "CREATE TABLE big", 1);
	play_all(play);
	stage_let_go(play->stage);
	executor_cancel(play->executor);
	play_ms(play, 0);
	assert_true(stage_count(play->stage, "<cancel>") >= 1);
	assert_int_equal(play->trouble.kind, TROUBLE_CANCELED);
	assert_int_equal(stage_count(play->stage, "\nCOMMIT"), 0);
	assert_int_equal(stage_count(play->stage, "ROLLBACK"), 1);
	play_free(play);
}

static void nothing_is_run_once_the_lock_is_no_longer_ours(void **state)
{
	(void)state;
	struct play *play = one_group();
	stage_fail(play->stage, " AS ours", 1, "22P02");
	play_all(play);
	assert_int_equal(stage_count(play->stage, "CREATE TABLE big"), 0);
	assert_int_equal(play->trouble.kind, TROUBLE_LOST);
	assert_non_null(strstr(play->trouble.error.text, "lock is no longer ours"));
	play_free(play);
}

static void while_a_step_commits_the_next_one_may_be_got_ready(void **state)
{
	(void)state;
	struct play *play = one_group();
	play_group(play, 1, "CREATE TABLE small (a int)");
	stage_hold(play->stage, "COMMIT", 1);
	play_all(play);
	assert_true(play_told(play, "ahead 1\n"));
	assert_false(play_told(play, "step 1 running"));
	stage_let_go(play->stage);
	play_ms(play, 0);
	assert_false(play_told(play, "ahead 2"));
	assert_int_equal(play->end.exit, EXIT_DONE);
	play_free(play);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_group_takes_two_flights_and_commit_is_one_of_them),
		cmocka_unit_test(of_several_statements_the_last_one_takes_the_history_row_along),
		cmocka_unit_test(rows_for_the_server_do_not_travel_with_others),
		cmocka_unit_test(behind_a_deallocate_the_history_row_is_sent_by_itself),
		cmocka_unit_test(a_step_is_told_before_anything_of_it_is_sent),
		cmocka_unit_test(a_cancel_heard_before_the_guards_answer_is_sent_once_more),
		cmocka_unit_test(nothing_is_run_once_the_lock_is_no_longer_ours),
		cmocka_unit_test(while_a_step_commits_the_next_one_may_be_got_ready),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
