// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What an earlier run left without an outcome, wherever it stands in the plan: settled by asking the server before the
 * step is touched, and never run a second time because nobody asked.
 */
#include "test.h"

#include "fault/play.h"

#define GROUP_ONE "INSERT INTO big VALUES (1)"
#define GROUP_TWO "INSERT INTO big VALUES (2)"

/* goose keeps no mark of a first group: only the store knows that its COMMIT was sent. */
static struct play *first_group_without_outcome(void)
{
	struct play *play = play_new("goose", PLAN_UP);
	play_group(play, 0, GROUP_ONE);
	play_group(play, 0, GROUP_TWO);
	play->has_past = true;
	play->past = (struct journal_past){ .direction = SECTION_UP, .is_open = true, .xid = "55" };
	return play;
}

static void the_server_says(struct play *play, const char *status)
{
	char rows[120];
	snprintf(rows, sizeof(rows), "status|pid|state|app|age_ms\n%s|~|~|~|~", status);
	stage_rows(play->stage, "pg_xact_status", 1, rows);
}

static void assert_left_to_a_person(struct play *play)
{
	assert_int_equal(play->trouble.kind, TROUBLE_INTERRUPTED);
	assert_true(play->trouble.needs_judgement);
	assert_int_equal(stage_count(play->stage, "INSERT INTO big"), 0);
	executor_close(play->executor);
	play_ms(play, 0);
	assert_int_equal(play->end.exit, EXIT_FAILED_PARTWAY);
	play_free(play);
}

static void a_group_the_server_committed_is_not_run_again(void **state)
{
	(void)state;
	struct play *play = first_group_without_outcome();
	the_server_says(play, "committed");
	play_all(play);
	assert_true(stage_was_given(play->stage, "55"));
	assert_int_equal(stage_count(play->stage, GROUP_ONE), 0);
	assert_int_equal(stage_count(play->stage, GROUP_TWO), 1);
	assert_true(play_told(play, "applied, the server committed it"));
	assert_true(play_journaled(play, "outcome 20260101000000 done\n"));
	assert_int_equal(play->end.exit, EXIT_DONE);
	play_free(play);
}

static void a_committed_group_whose_file_changed_since_is_for_a_person(void **state)
{
	(void)state;
	struct play *play = first_group_without_outcome();
	play->past.step_sha256 = "of other statements";
	the_server_says(play, "committed");
	play_all(play);
	assert_non_null(strstr(play->trouble.words, "what stood in the file then"));
	assert_non_null(strstr(play->trouble.error.detail, "its file is another now"));
	assert_left_to_a_person(play);
}

static void a_group_the_server_rolled_back_is_run(void **state)
{
	(void)state;
	struct play *play = first_group_without_outcome();
	the_server_says(play, "aborted");
	play_all(play);
	assert_int_equal(stage_count(play->stage, GROUP_ONE), 1);
	assert_int_equal(stage_count(play->stage, GROUP_TWO), 1);
	assert_true(play_told(play, "not applied, the server rolled it back"));
	assert_int_equal(play->end.exit, EXIT_DONE);
	play_free(play);
}

static void a_group_the_server_no_longer_knows_is_for_a_person(void **state)
{
	(void)state;
	struct play *play = first_group_without_outcome();
	the_server_says(play, "~");
	play_all(play);
	assert_non_null(strstr(play->trouble.words, "no longer knows"));
	assert_left_to_a_person(play);
}

static void after_a_failover_the_transaction_id_is_a_strangers_and_is_not_asked_about(void **state)
{
	(void)state;
	struct play *play = first_group_without_outcome();
	play->past.timeline = 7;
	the_server_says(play, "committed");
	play_all(play);
	assert_int_equal(stage_count(play->stage, "pg_xact_status"), 0);
	assert_non_null(strstr(play->trouble.words, "another server has taken over"));
	assert_left_to_a_person(play);
}

static void a_last_group_that_committed_without_its_row_is_a_contradiction(void **state)
{
	(void)state;
	struct play *play = play_new("goose", PLAN_UP);
	play_group(play, 0, GROUP_ONE);
	play->has_past = true;
	play->past = (struct journal_past){ .direction = SECTION_UP, .is_open = true, .xid = "55" };
	the_server_says(play, "committed");
	play_all(play);
	assert_non_null(strstr(play->trouble.words, "the history does not show it"));
	assert_left_to_a_person(play);
}

/* After a crash the server may not even have given out that number yet; the row, part of the transaction, is missing. */
static void a_last_group_whose_number_is_lost_was_rolled_back(void **state)
{
	(void)state;
	struct play *play = play_new("goose", PLAN_UP);
	play_group(play, 0, GROUP_ONE);
	play->has_past = true;
	play->past = (struct journal_past){ .direction = SECTION_UP, .is_open = true, .xid = "55" };
	stage_fail(play->stage, "pg_xact_status", 1, "22023");
	play_all(play);
	assert_int_equal(stage_count(play->stage, GROUP_ONE), 1);
	assert_int_equal(play->end.exit, EXIT_DONE);
	play_free(play);
}

/* The second migration's build was begun by an earlier run; the first one was added since. */
static void a_step_left_open_behind_another_migration_is_looked_at_before_it_runs(void **state)
{
	(void)state;
	struct play *play = play_new("dbtop", PLAN_UP);
	play_group(play, 0, GROUP_ONE);
	play_lone(play, 1);
	stage_rows(play->stage, "AS can_read", 0,
		"schema_name|table_name|place|can_read|columns\n"
		"dbtop|revision|~|t|project rev name parents state direction sha256 sha256_norm\n"
		"dbtop|~|~|~|~");
	stage_rows(play->stage, "FROM dbtop.revision AS r", 0,
		"kind|rev|name|state|direction|steps_total|steps_done|ordinal|step_kind|attempt|"
		"sha256\n"
		"r|20260102000000|second|partial|up|1|0|~|~|~|~\n"
		"s|20260102000000|~|intent|up|~|~|1|lone|1|~");
	stage_rows(play->stage, "AND ($3::pg_catalog.text IS NULL OR t.relname", 0,
		"schema_name|name|is_valid|table_name\npublic|big_i|t|big");
	struct history_row row = {
		.rev = "20260102000000", .number = 20260102000000, .state = HISTORY_PARTIAL
	};
	play->history->rows = &row;
	play->history->row_count = 1;
	play->history->schema = "dbtop";
	play->history->table = "revision";
	play->history->exists = true;
	play_all(play);
	assert_int_equal(stage_count(play->stage, GROUP_ONE), 1);
	assert_int_equal(stage_count(play->stage, "CREATE INDEX CONCURRENTLY"), 0);
	assert_int_equal(play->trouble.kind, TROUBLE_INTERRUPTED);
	assert_int_equal(play->trouble.step, 1);
	assert_int_equal(play->trouble.proposed, RUN_CHOICE_MARK_DONE);
	play_free(play);
}

/* A step left out whose record had no answer: it is recorded again, and never run instead. */
static void a_skip_whose_record_was_lost_is_recorded_again_and_not_run(void **state)
{
	(void)state;
	struct play *play = play_new("dbtop", PLAN_UP);
	play_group(play, 0, GROUP_ONE);
	play_open(play);
	stage_lose(play->stage, "INSERT INTO dbtop.revision", 1);
	executor_skip(play->executor, "done by hand");
	play_ms(play, 1000);
	assert_int_equal(stage_count(play->stage, GROUP_ONE), 0);
	assert_int_equal(stage_count(play->stage, "INSERT INTO dbtop.revision"), 2);
	assert_true(play_journaled(play, "outcome 20260101000000 skipped\n"));
	assert_int_equal(play->pauses, 0);
	assert_int_equal(play->end.exit, EXIT_DONE);
	play_free(play);
}

static void a_step_is_left_out_under_the_lock_only(void **state)
{
	(void)state;
	struct play *play = play_new("dbtop", PLAN_UP);
	play_group(play, 0, GROUP_ONE);
	play_open(play);
	stage_rows(play->stage, "EXECUTE dbtop_locks", 1, "class_id|object_id|xid");
	executor_skip(play->executor, "done by hand");
	play_ms(play, 0);
	assert_int_equal(stage_count(play->stage, "INSERT INTO dbtop.revision"), 0);
	assert_non_null(strstr(play->end.error.text, "lock is no longer ours"));
	play_free(play);
}

/* Nobody could tell after a crash whether it was committed: so it is not. */
static void a_first_group_nobody_would_know_of_is_not_committed_without_a_store(void **state)
{
	(void)state;
	struct play *play = play_new("goose", PLAN_UP);
	play_group(play, 0, GROUP_ONE);
	play_group(play, 0, GROUP_TWO);
	play->is_journal_full = true;
	play_all(play);
	assert_int_equal(stage_count(play->stage, "COMMIT\n"), 0);
	assert_int_equal(stage_count(play->stage, "ROLLBACK\n"), 1);
	assert_int_equal(play->trouble.database, DATABASE_UNCHANGED);
	assert_non_null(strstr(play->trouble.error.hint, "--store FILE"));
	play_free(play);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_group_the_server_committed_is_not_run_again),
		cmocka_unit_test(a_committed_group_whose_file_changed_since_is_for_a_person),
		cmocka_unit_test(a_group_the_server_rolled_back_is_run),
		cmocka_unit_test(a_group_the_server_no_longer_knows_is_for_a_person),
		cmocka_unit_test(
			after_a_failover_the_transaction_id_is_a_strangers_and_is_not_asked_about),
		cmocka_unit_test(a_last_group_that_committed_without_its_row_is_a_contradiction),
		cmocka_unit_test(a_last_group_whose_number_is_lost_was_rolled_back),
		cmocka_unit_test(
			a_step_left_open_behind_another_migration_is_looked_at_before_it_runs),
		cmocka_unit_test(a_step_is_left_out_under_the_lock_only),
		cmocka_unit_test(a_skip_whose_record_was_lost_is_recorded_again_and_not_run),
		cmocka_unit_test(
			a_first_group_nobody_would_know_of_is_not_committed_without_a_store),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
