// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * A lone statement has no lock_timeout. While it waits and others queue behind it, it is broken off and tried again, but
 * only where that leaves nothing behind; and "the server rolled it back" is said only of what it does roll back.
 */
#include "test.h"

#include "fault/play.h"

/* `is_lone`: it may not stand in a transaction; else its author has it run alone. */
static struct play *one_alone(enum action_kind kind, const char *sql, bool is_lone)
{
	struct play *play = play_new("dbtop", PLAN_UP);
	struct action action = { .kind = kind, .table = { NULL, "big" } };
	struct plan_step *step = handmade_lone(&play->made, play_migration(play, 0), sql, action);
	struct statement *s = (struct statement *)&step->statements[0].sql;
	s->is_lone = is_lone;
	s->tag = kind == ACTION_OPAQUE ? *sql == 'C' ? "CALL" : "DO" : "";
	return play;
}

static void assert_gives_way(struct play *play, const char *sql)
{
	stage_hold(play->stage, sql, 1);
	play_all(play);
	executor_yield(play->executor);
	play_ms(play, 0);
	assert_true(play_told(play, "retry 1 gave way to the sessions that wait behind us"));
	assert_int_equal(executor_state(play->executor), RUN_RETRY);
	play_ms(play, 2000);
	assert_int_equal(stage_count(play->stage, sql), 2);
	assert_int_equal(play->end.exit, EXIT_DONE);
	play_free(play);
}

static void what_the_server_rolls_back_or_may_be_repeated_gives_way(void **state)
{
	(void)state;
	assert_gives_way(one_alone(ACTION_VACUUM_FULL, "VACUUM FULL big", true), "VACUUM FULL");
	assert_gives_way(
		one_alone(ACTION_OTHER, "ALTER TABLE big ADD b int", false), "ALTER TABLE big");
}

static void assert_stays(struct play *play, const char *sql)
{
	stage_hold(play->stage, sql, 1);
	play_all(play);
	executor_yield(play->executor);
	play_ms(play, 60000);
	assert_int_equal(executor_state(play->executor), RUN_STEP);
	assert_int_equal(stage_count(play->stage, sql), 1);
	play_free(play);
}

static void what_would_leave_something_half_done_stays(void **state)
{
	(void)state;
	struct play *play = play_new("dbtop", PLAN_UP);
	play_lone(play, 0);
	assert_stays(play, "CREATE INDEX CONCURRENTLY");
	assert_stays(one_alone(ACTION_OPAQUE, "CALL fill()", false), "CALL fill()");
}

static void giving_up_between_two_tries_leaves_the_database_as_it_was(void **state)
{
	(void)state;
	struct play *play = one_alone(ACTION_VACUUM_FULL, "VACUUM FULL big", true);
	stage_hold(play->stage, "VACUUM FULL", 1);
	play_all(play);
	executor_yield(play->executor);
	play_ms(play, 0);
	executor_cancel(play->executor);
	play_ms(play, 0);
	assert_int_equal(play->trouble.kind, TROUBLE_CANCELED);
	assert_int_equal(play->trouble.database, DATABASE_UNCHANGED);
	assert_int_equal(stage_count(play->stage, "VACUUM FULL"), 1);
	play_free(play);
}

static enum database_state state_after_failure(struct play *play, const char *sql)
{
	stage_fail(play->stage, sql, 1, "P0001");
	play_all(play);
	enum database_state state = play->trouble.database;
	bool needs_judgement = play->trouble.choices & RUN_CHOICE_BIT(RUN_CHOICE_MARK_DONE);
	assert_int_equal(needs_judgement, state == DATABASE_PARTIAL);
	play_free(play);
	return state;
}

/* A procedure may have committed before it failed. */
static void a_procedure_that_failed_alone_may_have_left_something(void **state)
{
	(void)state;
	assert_int_equal(
		state_after_failure(one_alone(ACTION_OPAQUE, "CALL fill()", false), "CALL fill()"),
		DATABASE_PARTIAL);
	assert_int_equal(state_after_failure(one_alone(ACTION_OPAQUE, "DO $$…$$", false), "DO $$"),
		DATABASE_PARTIAL);
	assert_int_equal(state_after_failure(one_alone(ACTION_OTHER, "INSERT INTO big", false),
				 "INSERT INTO big"),
		DATABASE_UNCHANGED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_server_rolls_back_or_may_be_repeated_gives_way),
		cmocka_unit_test(what_would_leave_something_half_done_stays),
		cmocka_unit_test(giving_up_between_two_tries_leaves_the_database_as_it_was),
		cmocka_unit_test(a_procedure_that_failed_alone_may_have_left_something),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
