// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "fault/play.h"

static const char own_table[] =
	"schema_name|table_name|place|can_read|columns\n"
	"dbtop|revision|~|t|project rev name parents state direction sha256 sha256_norm\n"
	"dbtop|~|~|~|~";
static const char index_valid[] = "schema_name|name|is_valid|table_name\npublic|big_i|t|big";

static struct play *group_with_verify(const char *answer)
{
	struct play *play = play_new("dbtop", PLAN_UP);
	play_group(play, 0, "CREATE TABLE big (a int)");
	handmade_verify(&play->made, play_migration(play, 0), "SELECT is_fine()");
	stage_rows(play->stage, "is_fine", 1, answer);
	play_all(play);
	return play;
}

static void each_row_and_column_must_be_true(void **state)
{
	(void)state;
	static const struct {
		const char *answer, *says;
	} rows[] = {
		{ "is_fine\nf", "verify is not true: column \"is_fine\" says f" },
		{ "is_fine\nt\n~", "verify is not true: column \"is_fine\" says null" },
		{ "is_fine|other\nt|t\nt|2", "verify is not true: column \"other\" says 2" },
		{ "is_fine", "verify is not true: the query returned no row" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct play *play = group_with_verify(rows[i].answer);
		const char *const order[] = { "SAVEPOINT", "is_fine", "ROLLBACK", NULL };
		assert_true(play_sent(play, order));
		assert_int_equal(play->trouble.kind, TROUBLE_FAILED);
		assert_int_equal(play->trouble.database, DATABASE_UNCHANGED);
		assert_string_equal(play->trouble.error.text, rows[i].says);
		assert_non_null(play->trouble.error.file);
		assert_int_equal(stage_count(play->stage, "COMMIT"), 0);
		play_free(play);
	}
}

static void true_rows_only_let_the_group_be_committed(void **state)
{
	(void)state;
	struct play *play = group_with_verify("is_fine|other\nt|t\nt|t");
	assert_int_equal(play->end.exit, EXIT_DONE);
	assert_int_equal(play->pauses, 0);
	play_free(play);
}

/* A history whose only step, a lone one, has failed before; the index it was to build is there. */
static struct play *found_done(const char *answer)
{
	struct play *play = play_new("dbtop", PLAN_UP);
	struct plan_step *step = play_lone(play, 0);
	char rows[512];
	handmade_verify(&play->made, play_migration(play, 0), "SELECT is_fine()");
	snprintf(rows, sizeof(rows),
		"kind|rev|name|state|direction|steps_total|steps_done|ordinal|step_kind|attempt|"
		"sha256\nr|20260101000000|first|failed|up|1|0|~|~|~|~\n"
		"s|20260101000000|~|failed|up|~|~|1|lone|1|%s",
		step->sha256);
	stage_rows(play->stage, "AS can_read", 0, own_table);
	stage_rows(play->stage, "FROM dbtop.revision AS r", 0, rows);
	stage_rows(play->stage, "AND ($3::pg_catalog.text IS NULL OR t.relname", 0, index_valid);
	stage_rows(play->stage, "is_fine", 0, answer);
	struct history_row *row = arena_new(&play->history->arena, struct history_row);
	*row = (struct history_row){
		.rev = "20260101000000", .number = 20260101000000, .state = HISTORY_FAILED
	};
	play->history->rows = row;
	play->history->row_count = 1;
	play->history->schema = "dbtop";
	play->history->table = "revision";
	play->history->exists = true;
	play_all(play);
	executor_choose(play->executor, RUN_CHOICE_MARK_DONE);
	play_ms(play, 0);
	return play;
}

static void a_lone_step_found_done_is_verified_before_it_counts(void **state)
{
	(void)state;
	struct play *play = found_done("is_fine\nt");
	const char *const order[] = { "BEGIN READ ONLY", "is_fine", "ROLLBACK", "'applied'", NULL };
	assert_true(play_sent(play, order));
	assert_int_equal(play->end.exit, EXIT_DONE);
	play_free(play);
}

static void and_stays_failed_while_verify_is_not_true(void **state)
{
	(void)state;
	struct play *play = found_done("is_fine\nf");
	const char *const order[] = { "BEGIN READ ONLY", "is_fine", "ROLLBACK", "state = 'failed'",
		NULL };
	assert_true(play_sent(play, order));
	assert_int_equal(play->pauses, 2);
	assert_int_equal(play->trouble.kind, TROUBLE_FAILED);
	assert_int_equal(play->trouble.choices, RUN_CHOICE_BIT(RUN_CHOICE_MARK_DONE));
	assert_non_null(strstr(play->trouble.error.hint, "with a downgrade"));
	assert_int_equal(stage_count(play->stage, "CREATE INDEX CONCURRENTLY"), 0);
	play_free(play);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_and_column_must_be_true),
		cmocka_unit_test(true_rows_only_let_the_group_be_committed),
		cmocka_unit_test(a_lone_step_found_done_is_verified_before_it_counts),
		cmocka_unit_test(and_stays_failed_while_verify_is_not_true),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
