// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "migration_world.h"

static void halves_become_pairs_by_number(void **state)
{
	struct migration_world *w = *state;

	world_file(w, "000002_b.up.sql", "CREATE TABLE b ();\n");
	world_file(w, "000001_a.up.sql", "CREATE TABLE a ();\n");
	world_file(w, "1_a.down.sql", "DROP TABLE a;\n");
	world_file(w, "000002_b.down.sql", "DROP TABLE b;\n");
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	assert_int_equal(w->set.count, 2);
	assert_int_equal(w->set.warning_count, 0);
	assert_string_equal(world_order(w), "000001 000002");
	assert_true(world_load(w, 0, SECTION_DOWN));
	assert_int_equal(w->set.items[0]->sections[SECTION_DOWN].statement_count, 1);
}

static void half_a_pair_is_said(void **state)
{
	struct migration_world *w = *state;

	world_file(w, "1_a.up.sql", "CREATE TABLE a ();\n");
	world_file(w, "2_b.down.sql", "DROP TABLE b;\n");
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	assert_int_equal(w->set.warning_count, 2);
	assert_non_null(strstr(w->set.warnings[0],
		"/1_a.up.sql:1:1: half a pair: there is no 1_a.down.sql, so it cannot be undone"));
	assert_non_null(strstr(w->set.warnings[1],
		"/2_b.down.sql:1:1: half a pair: there is no 2_b.up.sql, so it cannot be applied"));
}

static void an_up_that_is_not_there_cannot_be_applied(void **state)
{
	struct migration_world *w = *state;

	world_file(w, "2_b.down.sql", "DROP TABLE b;\n");
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	assert_int_equal(world_plan(w, PLAN_UP, "head"), EXIT_ERROR);
	assert_string_equal(w->said, "2_b.down.sql:1:1: half a pair: there is no 2_b.up.sql to "
				     "apply; write it; an empty "
				     "file is enough when nothing is meant");
}

static void two_halves_of_one_kind_are_refused(void **state)
{
	struct migration_world *w = *state;

	world_file(w, "1_a.up.sql", "");
	world_file(w, "01_b.up.sql", "");
	assert_int_equal(world_open(w, NULL), EXIT_GRAPH);
	assert_non_null(strstr(w->said, "1_a.up.sql:1:1: has the same version as "));
}

static void a_name_without_a_version_is_refused(void **state)
{
	struct migration_world *w = *state;

	world_file(w, "init.up.sql", "");
	assert_int_equal(world_open(w, NULL), EXIT_ERROR);
	assert_string_equal(w->said,
		"init.up.sql:1:1: the name has no version; name it <version>_init.up.sql; the tool "
		"would skip it silently");
}

static void a_version_no_bigint_holds_is_refused(void **state)
{
	struct migration_world *w = *state;

	world_file(w, "9223372036854775808_a.up.sql", "");
	assert_int_equal(world_open(w, NULL), EXIT_ERROR);
	assert_string_equal(w->said,
		"9223372036854775808_a.up.sql:1:1: version 9223372036854775808 is greater than a "
		"bigint holds; use at most 18 digits");
}

static void other_sql_files_are_left_out_and_said(void **state)
{
	struct migration_world *w = *state;

	world_file(w, "1_a.up.sql", "");
	world_file(w, "1_a.down.sql", "");
	world_file(w, "notes.sql", "");
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	assert_int_equal(w->set.count, 1);
	assert_int_equal(w->set.warning_count, 1);
	assert_non_null(strstr(
		w->set.warnings[0], "/notes.sql:1:1: is neither .up.sql nor .down.sql: not read"));
}

static void one_lone_statement_is_fine_alone_and_refused_beside_others(void **state)
{
	struct migration_world *w = *state;

	world_file(w, "1_a.up.sql", "CREATE INDEX CONCURRENTLY i ON a (b);\n");
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	assert_true(world_load(w, 0, SECTION_UP));
	world_file(w, "1_a.up.sql", "CREATE TABLE a ();\nCREATE INDEX CONCURRENTLY i ON a (b);\n");
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	assert_false(world_load(w, 0, SECTION_UP));
	assert_string_equal(w->said,
		"1_a.up.sql:2:1: CREATE INDEX may not stand in a transaction, and golang-migrate "
		"sends a file as one; give it a version of its own, with nothing else in the file");
}

static void a_comment_alone_is_an_empty_file(void **state)
{
	struct migration_world *w = *state;

	world_file(w, "1_a.up.sql", "-- it's nothing\n;\n");
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	assert_true(world_load(w, 0, SECTION_UP));
	assert_int_equal(w->set.items[0]->sections[SECTION_UP].statement_count, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, migration_world_start, migration_world_end)
	const struct CMUnitTest tests[] = {
		TEST(halves_become_pairs_by_number),
		TEST(half_a_pair_is_said),
		TEST(an_up_that_is_not_there_cannot_be_applied),
		TEST(two_halves_of_one_kind_are_refused),
		TEST(a_name_without_a_version_is_refused),
		TEST(a_version_no_bigint_holds_is_refused),
		TEST(other_sql_files_are_left_out_and_said),
		TEST(one_lone_statement_is_fine_alone_and_refused_beside_others),
		TEST(a_comment_alone_is_an_empty_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
