// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "fault/play.h"

static const char index_absent[] = "schema_name|name|is_valid|table_name";
static const char index_valid[] = "schema_name|name|is_valid|table_name\npublic|big_i|t|big";
static const char index_invalid[] = "schema_name|name|is_valid|table_name\npublic|big_i|f|big";

static struct play *one_lone(const char *format)
{
	struct play *play = play_new(format, PLAN_UP);
	play_lone(play, 0);
	return play;
}

static void intent_comes_first_and_the_outcome_after_the_probe(void **state)
{
	(void)state;
	struct play *play = one_lone("dbtop");
	stage_rows(play->stage, "AND ($3::pg_catalog.text IS NULL OR t.relname", 0, index_valid);
	play_all(play);
	const char *const order[] = { "SET lock_timeout = 0; SET client_connection_check_interval "
				      "= 0; EXECUTE dbtop_locks",
		"'lone', 'intent'", "CREATE INDEX CONCURRENTLY",
		"client_connection_check_interval = '5s'", "pg_index", "'applied', 'up'", NULL };
	assert_true(play_sent(play, order));
	assert_int_equal(play->end.exit, EXIT_DONE);
	assert_int_equal(stage_count(play->stage, "BEGIN"), 0);
	play_free(play);
}

static void a_build_that_fails_and_leaves_an_invalid_index_offers_to_clear_it(void **state)
{
	(void)state;
	struct play *play = one_lone("dbtop");
	stage_fail(play->stage, "CREATE INDEX CONCURRENTLY", 1, "23505");
	stage_rows(play->stage, "AND ($3::pg_catalog.text IS NULL OR t.relname", 0, index_valid);
	stage_rows(play->stage, "AND ($3::pg_catalog.text IS NULL OR t.relname", 1, index_absent);
	stage_rows(play->stage, "AND ($3::pg_catalog.text IS NULL OR t.relname", 2, index_invalid);
	play_all(play);
	assert_int_equal(play->trouble.kind, TROUBLE_FAILED);
	assert_int_equal(play->trouble.database, DATABASE_PARTIAL);
	assert_int_equal(play->trouble.choices, RUN_CHOICE_BIT(RUN_CHOICE_CLEAR));
	assert_string_equal(play->trouble.words, "index public.big_i is there and invalid");
	assert_int_equal(stage_count(play->stage, "state = 'failed'"), 2);
	executor_choose(play->executor, RUN_CHOICE_CLEAR);
	play_ms(play, 0);
	assert_int_equal(
		stage_count(play->stage, "DROP INDEX CONCURRENTLY IF EXISTS \"public\".\"big_i\""),
		1);
	assert_int_equal(stage_count(play->stage, "CREATE INDEX CONCURRENTLY"), 2);
	assert_int_equal(play->end.exit, EXIT_DONE);
	play_free(play);
}

static void a_build_that_fails_and_leaves_nothing_leaves_the_database_unchanged(void **state)
{
	(void)state;
	struct play *play = one_lone("dbtop");
	stage_fail(play->stage, "CREATE INDEX CONCURRENTLY", 1, "42703");
	play_all(play);
	assert_int_equal(play->trouble.database, DATABASE_UNCHANGED);
	assert_int_equal(play->trouble.choices, RUN_CHOICE_BIT(RUN_CHOICE_AGAIN));
	executor_close(play->executor);
	play_ms(play, 0);
	assert_int_equal(play->end.exit, EXIT_FAILED_UNCHANGED);
	play_free(play);
}

static void success_beside_an_invalid_index_is_a_failure(void **state)
{
	(void)state;
	struct play *play = one_lone("dbtop");
	stage_rows(play->stage, "AND ($3::pg_catalog.text IS NULL OR t.relname", 0, index_invalid);
	play_all(play);
	assert_int_equal(play->trouble.kind, TROUBLE_FAILED);
	assert_non_null(
		strstr(play->trouble.error.text, "reported success, but index public.big_i"));
	assert_int_equal(play->end.steps_done, 0);
	play_free(play);
}

static void a_deadlock_in_a_lone_step_waits_for_a_person(void **state)
{
	(void)state;
	struct play *play = one_lone("dbtop");
	stage_fail(play->stage, "CREATE INDEX CONCURRENTLY", 1, "40P01");
	stage_rows(play->stage, "AND ($3::pg_catalog.text IS NULL OR t.relname", 0, index_invalid);
	play_all(play);
	play_ms(play, 100000);
	assert_int_equal(play->retries, 0);
	assert_string_equal(play->trouble.error.sqlstate, "40P01");
	assert_int_equal(play->trouble.proposed, RUN_CHOICE_CLEAR);
	play_free(play);
}

static void without_a_store_goose_refuses_before_anything_is_sent(void **state)
{
	(void)state;
	struct play *play = one_lone("goose");
	play->is_journal_full = true;
	play_all(play);
	assert_int_equal(stage_count(play->stage, "CREATE INDEX CONCURRENTLY"), 0);
	assert_int_equal(play->trouble.error.kind, ERR_STORE);
	assert_int_equal(play->trouble.database, DATABASE_UNCHANGED);
	executor_close(play->executor);
	play_ms(play, 0);
	assert_int_equal(play->end.exit, EXIT_ERROR);
	play_free(play);
}

static void a_cancel_is_sent_to_the_server_and_what_is_left_is_looked_at(void **state)
{
	(void)state;
	struct play *play = one_lone("dbtop");
	stage_hold(play->stage, "CREATE INDEX CONCURRENTLY", 1);
	stage_rows(play->stage, "AND ($3::pg_catalog.text IS NULL OR t.relname", 0, index_invalid);
	play_all(play);
	executor_cancel(play->executor);
	play_ms(play, 0);
	assert_int_equal(play->trouble.kind, TROUBLE_CANCELED);
	assert_int_equal(play->trouble.choices, RUN_CHOICE_BIT(RUN_CHOICE_CLEAR));
	play_free(play);
}

static void leaving_while_it_runs_leaves_it_to_the_server_with_its_intent(void **state)
{
	(void)state;
	struct play *play = one_lone("dbtop");
	stage_hold(play->stage, "CREATE INDEX CONCURRENTLY", 1);
	play_all(play);
	executor_close(play->executor);
	play_ms(play, 0);
	assert_int_equal(stage_count(play->stage, "<cancel>"), 0);
	assert_int_equal(play->end.exit, EXIT_FAILED_PARTWAY);
	assert_int_equal(play->end.database, DATABASE_UNKNOWN);
	play_free(play);
}

static void a_lost_connection_is_made_again_and_the_catalog_is_asked(void **state)
{
	(void)state;
	struct play *play = one_lone("dbtop");
	stage_lose(play->stage, "CREATE INDEX CONCURRENTLY", 1);
	stage_rows(play->stage, "AS can_read", 0,
		"schema_name|table_name|place|can_read|columns\n"
		"dbtop|revision|~|t|project rev name parents state direction sha256 "
		"sha256_norm\ndbtop|~|~|~|~");
	stage_rows(play->stage, "AS can_read", 1,
		"schema_name|table_name|place|can_read|columns\npublic|~|~|~|~");
	stage_rows(play->stage, "FROM dbtop.revision AS r", 0,
		"kind|rev|name|state|direction|steps_total|steps_done|ordinal|step_kind|attempt\n"
		"r|20260101000000|first|partial|up|1|0|~|~|~\ns|20260101000000|~|intent|up|~|~|1|"
		"lone|1");
	stage_rows(play->stage, "AND ($3::pg_catalog.text IS NULL OR t.relname", 0, index_valid);
	play_all(play);
	play_ms(play, 1000);
	assert_int_equal(play->trouble.kind, TROUBLE_INTERRUPTED);
	assert_false(play->trouble.needs_judgement);
	assert_int_equal(play->trouble.proposed, RUN_CHOICE_MARK_DONE);
	executor_choose(play->executor, RUN_CHOICE_MARK_DONE);
	play_ms(play, 0);
	assert_int_equal(stage_count(play->stage, "CREATE INDEX CONCURRENTLY"), 1);
	assert_int_equal(play->end.exit, EXIT_DONE);
	play_free(play);
}

static void a_record_that_may_have_arrived_is_read_back_and_not_written_twice(void **state)
{
	(void)state;
	struct play *play = one_lone("goose");
	stage_rows(play->stage, "AND ($3::pg_catalog.text IS NULL OR t.relname", 0, index_valid);
	stage_lose(play->stage,
		"INSERT INTO \"public\".\"goose_db_version\" (version_id, is_applied) VALUES ($1",
		1);
	stage_rows(play->stage, "AS can_read", 0,
		"schema_name|table_name|place|can_read|columns\n"
		"public|goose_db_version|1|t|id version_id is_applied tstamp\npublic|~|~|~|~");
	stage_rows(play->stage, "AS can_read", 1,
		"schema_name|table_name|place|can_read|columns\npublic|~|~|~|~");
	stage_rows(play->stage, "AS t WHERE", 0, "rev|is_applied|applied_us\n20260101000000|t|5");
	stage_rows(
		play->stage, "version_id > 0", 0, "rev|is_applied|applied_us\n20260101000000|t|5");
	play_all(play);
	play_ms(play, 1000);
	assert_int_equal(play->end.exit, EXIT_DONE);
	assert_int_equal(play->pauses, 0);
	assert_int_equal(stage_count(play->stage, "VALUES ($1"), 1);
	play_free(play);
}

static void what_may_have_left_something_stays_open_in_the_journal(void **state)
{
	(void)state;
	struct play *play = one_lone("goose");
	stage_fail(play->stage, "CREATE INDEX CONCURRENTLY", 1, "23505");
	stage_rows(play->stage, "AND ($3::pg_catalog.text IS NULL OR t.relname", 0, index_invalid);
	play_all(play);
	assert_true(play_journaled(play, "outcome 20260101000000 unknown\n"));
	play_free(play);

	play = one_lone("goose");
	stage_fail(play->stage, "CREATE INDEX CONCURRENTLY", 1, "42703");
	play_all(play);
	assert_true(play_journaled(play, "outcome 20260101000000 failed\n"));
	play_free(play);
}

static void verify_after_a_lone_step_has_a_transaction_of_its_own(void **state)
{
	(void)state;
	struct play *play = one_lone("dbtop");
	handmade_verify(&play->made, play_migration(play, 0), "SELECT is_fine()");
	stage_rows(play->stage, "AND ($3::pg_catalog.text IS NULL OR t.relname", 0, index_valid);
	stage_rows(play->stage, "is_fine", 1, "is_fine\nf");
	play_all(play);
	const char *const order[] = { "CREATE INDEX", "BEGIN READ ONLY", "is_fine", "ROLLBACK",
		"state = 'failed'", NULL };
	assert_true(play_sent(play, order));
	assert_int_equal(play->trouble.database, DATABASE_PARTIAL);
	play_free(play);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(intent_comes_first_and_the_outcome_after_the_probe),
		cmocka_unit_test(a_build_that_fails_and_leaves_an_invalid_index_offers_to_clear_it),
		cmocka_unit_test(
			a_build_that_fails_and_leaves_nothing_leaves_the_database_unchanged),
		cmocka_unit_test(success_beside_an_invalid_index_is_a_failure),
		cmocka_unit_test(a_deadlock_in_a_lone_step_waits_for_a_person),
		cmocka_unit_test(without_a_store_goose_refuses_before_anything_is_sent),
		cmocka_unit_test(a_cancel_is_sent_to_the_server_and_what_is_left_is_looked_at),
		cmocka_unit_test(leaving_while_it_runs_leaves_it_to_the_server_with_its_intent),
		cmocka_unit_test(a_lost_connection_is_made_again_and_the_catalog_is_asked),
		cmocka_unit_test(a_record_that_may_have_arrived_is_read_back_and_not_written_twice),
		cmocka_unit_test(what_may_have_left_something_stays_open_in_the_journal),
		cmocka_unit_test(verify_after_a_lone_step_has_a_transaction_of_its_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
