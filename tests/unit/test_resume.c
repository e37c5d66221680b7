// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "fault/play.h"

static const char own_table[] =
	"schema_name|table_name|place|can_read|columns\n"
	"dbtop|revision|~|t|project rev name parents state direction sha256 sha256_norm\n"
	"dbtop|~|~|~|~";
static const char golang_table[] = "schema_name|table_name|place|can_read|columns\n"
				   "public|schema_migrations|1|t|version dirty\npublic|~|~|~|~";

/* A history whose only migration was begun: what the plan was made on, and what the server says again. */
static void begun_on_the_server(struct play *play, const char *state, const char *sha256)
{
	char rows[512];
	snprintf(rows, sizeof(rows),
		"kind|rev|name|state|direction|steps_total|steps_done|ordinal|step_kind|attempt|"
		"sha256\n"
		"r|20260101000000|first|%s|up|1|0|~|~|~|~\ns|20260101000000|~|%s|up|~|~|1|lone|1|%"
		"s",
		strcmp(state, "failed") == 0 ? "failed" : "partial", state, sha256);
	stage_rows(play->stage, "AS can_read", 0, own_table);
	stage_rows(play->stage, "FROM dbtop.revision AS r", 0, rows);
	struct history_row *row = arena_new(&play->history->arena, struct history_row);
	*row = (struct history_row){ .rev = "20260101000000",
		.number = 20260101000000,
		.state = strcmp(state, "failed") == 0 ? HISTORY_FAILED : HISTORY_PARTIAL };
	play->history->rows = row;
	play->history->row_count = 1;
	play->history->schema = "dbtop";
	play->history->table = "revision";
	play->history->exists = true;
}

static void found(struct play *play, const char *schema_name_valid)
{
	char rows[200];
	snprintf(rows, sizeof(rows), "schema_name|name|is_valid|table_name%s%s",
		*schema_name_valid ? "\n" : "", schema_name_valid);
	stage_rows(play->stage, "AND ($3::pg_catalog.text IS NULL OR t.relname", 0, rows);
}

static struct play *interrupted(const char *state, const char *index)
{
	struct play *play = play_new("dbtop", PLAN_UP);
	struct plan_step *step = play_lone(play, 0);
	begun_on_the_server(play, state, step->sha256);
	found(play, index);
	play_all(play);
	return play;
}

static void a_build_that_came_to_its_end_is_marked_done(void **state)
{
	(void)state;
	struct play *play = interrupted("intent", "public|big_i|t|big");
	assert_int_equal(play->trouble.kind, TROUBLE_INTERRUPTED);
	assert_false(play->trouble.needs_judgement);
	assert_int_equal(play->trouble.choices, RUN_CHOICE_BIT(RUN_CHOICE_MARK_DONE));
	executor_choose(play->executor, RUN_CHOICE_MARK_DONE);
	play_ms(play, 0);
	assert_int_equal(play->end.exit, EXIT_DONE);
	assert_int_equal(stage_count(play->stage, "CREATE INDEX CONCURRENTLY"), 0);
	play_free(play);
}

static void a_build_that_never_began_is_run(void **state)
{
	(void)state;
	struct play *play = interrupted("intent", "");
	assert_int_equal(play->trouble.choices, RUN_CHOICE_BIT(RUN_CHOICE_AGAIN));
	assert_int_equal(play->trouble.database, DATABASE_UNCHANGED);
	assert_false(play->trouble.needs_judgement);
	play_free(play);
}

static void remains_are_offered_to_be_cleared_after_an_intent_and_after_a_failure(void **state)
{
	(void)state;
	const char *const states[] = { "intent", "failed" };
	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		struct play *play = interrupted(states[i], "public|big_i|f|big");
		assert_int_equal(play->trouble.choices, RUN_CHOICE_BIT(RUN_CHOICE_CLEAR));
		assert_int_equal(play->trouble.database, DATABASE_PARTIAL);
		play_free(play);
	}
}

static void a_file_that_changed_since_needs_a_persons_judgement(void **state)
{
	(void)state;
	struct play *play = play_new("dbtop", PLAN_UP);
	play_lone(play, 0);
	begun_on_the_server(play, "intent", "another");
	found(play, "");
	play_all(play);
	assert_true(play->trouble.needs_judgement);
	assert_non_null(strstr(play->trouble.error.detail, "another now"));
	play_free(play);
}

static void stopping_there_ends_part_way(void **state)
{
	(void)state;
	struct play *play = interrupted("intent", "public|big_i|f|big");
	executor_close(play->executor);
	play_ms(play, 0);
	assert_int_equal(play->end.exit, EXIT_FAILED_PARTWAY);
	play_free(play);
}

static void an_intent_of_goose_is_known_by_the_store(void **state)
{
	(void)state;
	struct play *play = play_new("goose", PLAN_UP);
	play_lone(play, 0);
	play->has_past = true;
	play->past =
		(struct journal_past){ .direction = SECTION_UP, .is_open = true, .is_lone = true };
	found(play, "public|big_i|t|big");
	play_all(play);
	assert_int_equal(play->trouble.kind, TROUBLE_INTERRUPTED);
	assert_int_equal(play->trouble.proposed, RUN_CHOICE_MARK_DONE);
	play_free(play);
}

static void a_group_without_outcome_in_the_store_was_rolled_back_and_runs(void **state)
{
	(void)state;
	struct play *play = play_new("dbtop", PLAN_UP);
	play_group(play, 0, "CREATE TABLE big (a int)");
	play->has_past = true;
	play->past = (struct journal_past){ .direction = SECTION_UP, .is_open = true };
	play_all(play);
	assert_int_equal(play->pauses, 0);
	assert_true(play_told(play, "not applied, the server rolled it back"));
	assert_true(play_journaled(play, "outcome 20260101000000 rolled back\nintent"));
	assert_int_equal(play->end.exit, EXIT_DONE);
	play_free(play);
}

static void a_dirty_row_nobody_here_wrote_is_for_a_person(void **state)
{
	(void)state;
	struct play *play = play_new("golang-migrate", PLAN_UP);
	play_group(play, 0, "CREATE TABLE big (a int)");
	struct history_row row = {
		.rev = "20260101000000", .number = 20260101000000, .state = HISTORY_PARTIAL
	};
	row.steps_done = row.steps_total = VALUE_UNKNOWN;
	play->history->rows = &row;
	play->history->row_count = 1;
	play->history->is_dirty = true;
	stage_rows(play->stage, "AS can_read", 0, golang_table);
	stage_rows(play->stage, "schema_migrations\" AS t", 0, "rev|dirty\n20260101000000|t");
	play_all(play);
	assert_int_equal(play->trouble.kind, TROUBLE_INTERRUPTED);
	assert_true(play->trouble.needs_judgement);
	assert_int_equal(stage_count(play->stage, "CREATE TABLE big"), 0);
	assert_int_equal(play->trouble.choices,
		RUN_CHOICE_BIT(RUN_CHOICE_AGAIN) | RUN_CHOICE_BIT(RUN_CHOICE_MARK_DONE));
	play_free(play);
}

static void a_remain_that_cannot_be_dropped_keeps_the_choice(void **state)
{
	(void)state;
	struct play *play = interrupted("failed", "public|big_i|f|big");
	stage_fail(play->stage, "DROP INDEX CONCURRENTLY", 1, "42501");
	executor_choose(play->executor, RUN_CHOICE_CLEAR);
	play_ms(play, 0);
	assert_string_equal(play->trouble.error.sqlstate, "42501");
	assert_int_equal(play->trouble.choices, RUN_CHOICE_BIT(RUN_CHOICE_CLEAR));
	assert_int_equal(stage_count(play->stage, "CREATE INDEX CONCURRENTLY"), 0);
	play_free(play);
}

static void settings_of_the_steps_before_are_made_again_in_a_new_session(void **state)
{
	(void)state;
	struct play *play = play_new("dbtop", PLAN_UP);
	struct action set = { .kind = ACTION_SET };
	struct migration_statement first = { .sql = { .text = span_of("SET search_path = app"),
						     .line = 1,
						     .column = 1,
						     .actions = &set,
						     .action_count = 1 } };
	struct migration_script *script = &play_migration(play, 0)->sections[SECTION_UP];
	script->statements = &first;
	script->statement_count = 1;
	play_group(play, 0, "CREATE TABLE small (a int)");
	handmade_finish(&play->made);
	play->made.plan.steps[0].ordinal = 2;
	play->made.plan.steps[0].ordinal_count = 2;
	play->executor = executor_new(&play->options);
	executor_start(play->executor);
	executor_run(play->executor, 1);
	play_ms(play, 0);
	const char *const order[] = { "<dial>", "SET search_path = app", "BEGIN",
		"CREATE TABLE small", NULL };
	assert_true(play_sent(play, order));
	play_free(play);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_build_that_came_to_its_end_is_marked_done),
		cmocka_unit_test(a_build_that_never_began_is_run),
		cmocka_unit_test(
			remains_are_offered_to_be_cleared_after_an_intent_and_after_a_failure),
		cmocka_unit_test(a_file_that_changed_since_needs_a_persons_judgement),
		cmocka_unit_test(stopping_there_ends_part_way),
		cmocka_unit_test(an_intent_of_goose_is_known_by_the_store),
		cmocka_unit_test(a_group_without_outcome_in_the_store_was_rolled_back_and_runs),
		cmocka_unit_test(a_dirty_row_nobody_here_wrote_is_for_a_person),
		cmocka_unit_test(a_remain_that_cannot_be_dropped_keeps_the_choice),
		cmocka_unit_test(settings_of_the_steps_before_are_made_again_in_a_new_session),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
