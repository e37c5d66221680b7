// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "migration_world.h"

#define OWN(extra) \
	"-- dbtop: up\n" extra "CREATE TABLE t (id int);\n-- dbtop: down\nDROP TABLE t;\n"

static void own_files_follow_each_other_by_name(void **state)
{
	struct migration_world *w = *state;

	world_file(w, "20240102000000_b.sql", OWN(""));
	world_file(w, "20240101000000_a.sql", OWN(""));
	world_file(w, "20240103000000_c.sql", OWN(""));
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	assert_string_equal(world_order(w), "20240101000000 20240102000000 20240103000000");
	assert_int_equal(w->set.items[0]->parent_count, 0);
	assert_string_equal(w->set.items[2]->parents[0], "20240102000000");
	assert_ptr_equal(w->set.items[2]->parent_items[0], w->set.items[1]);
	assert_true(w->set.items[2]->is_head);
	assert_false(w->set.items[1]->is_head);
}

static void written_parents_come_before_names(void **state)
{
	struct migration_world *w = *state;

	world_file(w, "20240101000000_a.sql", OWN(""));
	world_file(w, "20240102000000_b.sql", OWN("-- dbtop: parents 20240103000000\n"));
	world_file(w, "20240103000000_c.sql", OWN("-- dbtop: parents 20240101\n"));
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	assert_string_equal(world_order(w), "20240101000000 20240103000000 20240102000000");
	/* a part of a revision is written out in full */
	assert_string_equal(w->set.items[1]->parents[0], "20240101000000");
}

static void several_heads_are_named_when_one_is_asked_for(void **state)
{
	struct migration_world *w = *state;
	struct migration *head;

	world_file(w, "20240101000000_a.sql", OWN(""));
	world_file(w, "20240102000000_b.sql", OWN("-- dbtop: parents 20240101000000\n"));
	world_file(w, "20240103000000_c.sql", OWN("-- dbtop: parents 20240101000000\n"));
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	assert_int_equal(graph_head(&w->set, &head, &w->e), EXIT_GRAPH);
	assert_string_equal(w->e.text, "2 heads: 20240102000000_b, 20240103000000_c");
	assert_int_equal(world_plan(w, PLAN_UP, "head"), EXIT_GRAPH);
	assert_int_equal(world_plan(w, PLAN_UP, "heads"), EXIT_DONE);
	assert_int_equal(w->plan.step_count, 3);
	assert_int_equal(world_plan(w, PLAN_UP, "20240102000000"), EXIT_DONE);
	assert_int_equal(w->plan.step_count, 2);
}

static void a_merge_has_both_before_it_and_is_the_only_head(void **state)
{
	struct migration_world *w = *state;
	struct migration *head;

	world_file(w, "20240101000000_a.sql", OWN(""));
	world_file(w, "20240102000000_b.sql", OWN("-- dbtop: parents 20240101000000\n"));
	world_file(w, "20240103000000_c.sql", OWN("-- dbtop: parents 20240101000000\n"));
	world_file(w, "20240104000000_d.sql",
		OWN("-- dbtop: parents 20240102000000, 20240103000000\n"));
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	assert_int_equal(graph_head(&w->set, &head, &w->e), EXIT_DONE);
	assert_string_equal(head->rev, "20240104000000");
	assert_int_equal(head->parent_count, 2);
}

static void a_missing_parent_is_refused(void **state)
{
	struct migration_world *w = *state;

	world_file(w, "20240101000000_a.sql", OWN("-- dbtop: parents 20230101000000\n"));
	assert_int_equal(world_open(w, NULL), EXIT_GRAPH);
	assert_string_equal(w->said,
		"20240101000000_a.sql:1:1: its parent 20230101000000 is not in the directory; add "
		"the file, or name another in `-- dbtop: parents`");
}

static void a_cycle_is_refused_with_its_members(void **state)
{
	struct migration_world *w = *state;

	world_file(w, "20240101000000_a.sql", OWN("-- dbtop: parents 20240102000000\n"));
	world_file(w, "20240102000000_b.sql", OWN("-- dbtop: parents 20240101000000\n"));
	assert_int_equal(world_open(w, NULL), EXIT_GRAPH);
	assert_string_equal(w->said,
		"20240101000000_a.sql:1:1: builds on itself: 20240101000000 on 20240102000000 on "
		"20240101000000; change one of their `-- dbtop: parents`");
}

static void a_migration_that_is_its_own_parent_is_refused(void **state)
{
	struct migration_world *w = *state;

	world_file(w, "20240101000000_a.sql", OWN("-- dbtop: parents 20240101000000\n"));
	assert_int_equal(world_open(w, NULL), EXIT_GRAPH);
	assert_string_equal(w->said,
		"20240101000000_a.sql:1:1: names itself as its parent; name the revision it builds "
		"on");
}

static void two_files_of_one_version_are_refused_with_both_names(void **state)
{
	struct migration_world *w = *state;

	world_file(w, "20240101000000_a.sql", OWN(""));
	world_file(w, "20240101000000_b.sql", OWN(""));
	assert_int_equal(world_open(w, NULL), EXIT_GRAPH);
	assert_non_null(strstr(w->said, "20240101000000_b.sql:1:1: has the same version as "));
	assert_non_null(strstr(w->said, "20240101000000_a.sql; give one of them another version"));
}

static void leading_zeros_make_no_other_version(void **state)
{
	struct migration_world *w = *state;

	world_file(w, "0001_a.sql", "-- +goose Up\nSELECT 1;\n");
	world_file(w, "1_b.sql", "-- +goose Up\nSELECT 1;\n");
	assert_int_equal(world_open(w, NULL), EXIT_GRAPH);
}

static void numbers_of_other_widths_are_in_order_of_number(void **state)
{
	struct migration_world *w = *state;

	world_file(w, "10_j.sql", "-- +goose Up\nSELECT 1;\n");
	world_file(w, "9_i.sql", "-- +goose Up\nSELECT 1;\n");
	world_file(w, "00011_k.sql", "-- +goose Up\nSELECT 1;\n");
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	assert_string_equal(world_order(w), "9 10 00011");
}

static const char *found(struct migration_world *w, const char *word)
{
	struct migration *migration;

	if (graph_find(&w->set, word, &migration, &w->e) != EXIT_DONE)
		return w->e.text;
	return migration->rev;
}

static void a_revision_is_named_in_full_or_by_a_unique_part(void **state)
{
	struct migration_world *w = *state;

	world_file(w, "20240101000000_a.sql", OWN(""));
	world_file(w, "20240102000007_b.sql", OWN(""));
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	assert_string_equal(found(w, "20240101000000"), "20240101000000");
	assert_string_equal(found(w, "20240102"), "20240102000007");
	assert_string_equal(found(w, "0007"), "20240102000007");
	assert_string_equal(
		found(w, "2024"), "\"2024\" names 2 revisions: 20240101000000, 20240102000007");
	assert_non_null(strstr(found(w, "007"), "no revision \"007\" in "));
	assert_string_equal(w->e.hint, "a part of a revision needs four characters or more");
	assert_non_null(strstr(found(w, "19990101"), "no revision \"19990101\" in "));
	assert_string_equal(w->e.hint, "`dbtop status` lists the revisions");
}

static void short_revisions_are_named_by_number(void **state)
{
	struct migration_world *w = *state;

	world_file(w, "000007_a.up.sql", "");
	world_file(w, "000017_b.up.sql", "");
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	assert_string_equal(found(w, "7"), "000007");
	assert_string_equal(found(w, "000017"), "000017");
}

static void goals_have_their_words(void **state)
{
	struct migration_world *w = *state;
	struct goal goal;

	world_file(w, "20240101000000_a.sql", OWN(""));
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	assert_int_equal(goal_parse(&w->set, "+3", &goal, &w->e), EXIT_DONE);
	assert_int_equal(goal.kind, GOAL_UP_BY);
	assert_int_equal(goal.count, 3);
	assert_int_equal(goal_parse(&w->set, "-12", &goal, &w->e), EXIT_DONE);
	assert_int_equal(goal.kind, GOAL_DOWN_BY);
	assert_int_equal(goal.count, 12);
	assert_int_equal(goal_parse(&w->set, "heads", &goal, &w->e), EXIT_DONE);
	assert_int_equal(goal.kind, GOAL_HEADS);
	assert_int_equal(goal_parse(&w->set, "base", &goal, &w->e), EXIT_DONE);
	assert_int_equal(goal.kind, GOAL_BASE);
	assert_int_equal(goal_parse(&w->set, "20240101", &goal, &w->e), EXIT_DONE);
	assert_string_equal(goal.migration->name, "a");
	assert_int_equal(goal_parse(&w->set, "+0", &goal, &w->e), EXIT_USAGE);
	assert_int_equal(goal_parse(&w->set, "-x", &goal, &w->e), EXIT_USAGE);
	assert_int_equal(goal_parse(&w->set, "", &goal, &w->e), EXIT_USAGE);
}

static void a_revision_may_be_named_by_its_directive(void **state)
{
	struct migration_world *w = *state;

	world_file(w, "20240101000000_a.sql", OWN("-- dbtop: rev alpha_1\n"));
	world_file(w, "20240102000000_b.sql", OWN(""));
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	assert_string_equal(world_order(w), "alpha_1 20240102000000");
	assert_string_equal(w->set.items[1]->parents[0], "alpha_1");
	assert_string_equal(found(w, "alpha"), "alpha_1");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, migration_world_start, migration_world_end)
	const struct CMUnitTest tests[] = {
		TEST(own_files_follow_each_other_by_name),
		TEST(written_parents_come_before_names),
		TEST(several_heads_are_named_when_one_is_asked_for),
		TEST(a_merge_has_both_before_it_and_is_the_only_head),
		TEST(a_missing_parent_is_refused),
		TEST(a_cycle_is_refused_with_its_members),
		TEST(a_migration_that_is_its_own_parent_is_refused),
		TEST(two_files_of_one_version_are_refused_with_both_names),
		TEST(leading_zeros_make_no_other_version),
		TEST(numbers_of_other_widths_are_in_order_of_number),
		TEST(a_revision_is_named_in_full_or_by_a_unique_part),
		TEST(short_revisions_are_named_by_number),
		TEST(goals_have_their_words),
		TEST(a_revision_may_be_named_by_its_directive),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
