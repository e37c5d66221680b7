// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "migrate/plan/forecast.h"
#include "migration_world.h"

#define OWN(extra) \
	"-- dbtop: up\n" extra "CREATE TABLE t (id int);\n-- dbtop: down\nDROP TABLE t;\n"

/* Three own files, a b c. */
static void three(struct migration_world *w)
{
	world_file(w, "20240101000000_a.sql", OWN(""));
	world_file(w, "20240102000000_b.sql", OWN(""));
	world_file(w, "20240103000000_c.sql", OWN(""));
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
}

static void goose_three(struct migration_world *w)
{
	world_file(w, "1_a.sql", "-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 1;\n");
	world_file(w, "2_b.sql", "-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 1;\n");
	world_file(w, "3_c.sql", "-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 1;\n");
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
}

#define APPLIED(w, ...)                                                        \
	do {                                                                   \
		static const struct applied_revision rows[] = { __VA_ARGS__ }; \
		(w)->applied = rows;                                           \
		(w)->applied_count = ARRAY_SIZE(rows);                         \
	} while (0)

static const char up_all[] = "20240101000000 up 1/1 G: CREATE TABLE | 20240102000000 up 1/1 G: "
			     "CREATE TABLE | 20240103000000 up 1/1 G: CREATE TABLE";

static void an_upgrade_takes_what_is_pending_in_order(void **state)
{
	struct migration_world *w = *state;

	three(w);
	assert_int_equal(world_plan(w, PLAN_UP, "head"), EXIT_DONE);
	assert_string_equal(world_steps(w), up_all);
	assert_null(w->plan.from);
	assert_string_equal(w->plan.to, "20240103000000");
	assert_int_equal(w->plan.migration_count, 3);
	APPLIED(w, { .rev = "20240101000000" });
	assert_int_equal(world_plan(w, PLAN_UP, "+1"), EXIT_DONE);
	assert_string_equal(world_steps(w), "20240102000000 up 1/1 G: CREATE TABLE");
	assert_string_equal(w->plan.from, "20240101000000");
	assert_string_equal(w->plan.to, "20240102000000");
	assert_int_equal(world_plan(w, PLAN_UP, "20240102"), EXIT_DONE);
	assert_string_equal(world_steps(w), "20240102000000 up 1/1 G: CREATE TABLE");
}

static void nothing_pending_is_a_plan_without_steps(void **state)
{
	struct migration_world *w = *state;

	three(w);
	APPLIED(w, { .rev = "20240101000000" }, { .rev = "20240102000000" },
		{ .rev = "20240103000000" });
	assert_int_equal(world_plan(w, PLAN_UP, "head"), EXIT_DONE);
	assert_int_equal(w->plan.step_count, 0);
	assert_string_equal(w->plan.from, "20240103000000");
	assert_string_equal(w->plan.to, "20240103000000");
}

static void an_empty_directory_plans_nothing_either_way(void **state)
{
	struct migration_world *w = *state;

	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	assert_int_equal(world_plan(w, PLAN_UP, "head"), EXIT_DONE);
	assert_int_equal(w->plan.step_count, 0);
	assert_int_equal(world_plan(w, PLAN_DOWN, "-1"), EXIT_DONE);
	assert_int_equal(w->plan.step_count, 0);
}

static void a_downgrade_goes_back_in_reverse_order_of_application(void **state)
{
	struct migration_world *w = *state;

	goose_three(w);
	APPLIED(w, { .rev = "1" }, { .rev = "3" }, { .rev = "2" });
	assert_int_equal(world_plan(w, PLAN_DOWN, "-1"), EXIT_DONE);
	assert_string_equal(world_steps(w), "2 down 1/1 G: SELECT");
	assert_string_equal(w->plan.from, "2");
	assert_string_equal(w->plan.to, "3");
	assert_int_equal(world_plan(w, PLAN_DOWN, "base"), EXIT_DONE);
	assert_string_equal(world_steps(w),
		"2 down 1/1 G: SELECT | 3 down 1/1 G: SELECT | 1 down 1/1 G: SELECT");
	assert_null(w->plan.to);
	assert_int_equal(world_plan(w, PLAN_DOWN, "1"), EXIT_DONE);
	assert_string_equal(world_steps(w), "2 down 1/1 G: SELECT | 3 down 1/1 G: SELECT");
}

static void goals_that_make_no_sense_are_refused(void **state)
{
	struct migration_world *w = *state;

	three(w);
	assert_int_equal(world_plan(w, PLAN_UP, "base"), EXIT_USAGE);
	assert_string_equal(w->said,
		"an upgrade goes to head, heads, +N or a revision; the way back "
		"is `dbtop downgrade`");
	assert_int_equal(world_plan(w, PLAN_DOWN, "head"), EXIT_USAGE);
	assert_string_equal(w->said,
		"a downgrade goes to base, -N or a revision; the way forward is "
		"`dbtop upgrade`");
	assert_int_equal(world_plan(w, PLAN_UP, "+4"), EXIT_USAGE);
	assert_string_equal(w->said, "+4: only 3 are pending; `dbtop upgrade` alone goes to head");
	APPLIED(w, { .rev = "20240101000000" });
	assert_int_equal(world_plan(w, PLAN_DOWN, "-2"), EXIT_USAGE);
	assert_string_equal(
		w->said, "-2: only 1 is applied; `dbtop downgrade base` takes all of them");
	assert_int_equal(world_plan(w, PLAN_DOWN, "20240102"), EXIT_USAGE);
	assert_string_equal(w->said,
		"20240102000000_b is not applied; name the revision that is to "
		"stay the newest; `dbtop status` lists them");
}

static void late_ones_are_refused_asked_about_or_allowed(void **state)
{
	struct migration_world *w = *state;

	three(w);
	APPLIED(w, { .rev = "20240101000000" }, { .rev = "20240103000000" });
	assert_int_equal(world_plan(w, PLAN_UP, "head"), EXIT_MISMATCH);
	assert_string_equal(w->said,
		"20240102000000_b.sql:1:1: is pending, but older than the newest applied, "
		"20240103000000_c; give it a version above that, or allow late ones with `order = "
		"allow`");
	w->late = LATE_ASK;
	assert_int_equal(world_plan(w, PLAN_UP, "head"), EXIT_DONE);
	assert_int_equal(w->plan.late_count, 1);
	assert_string_equal(w->plan.warnings[0],
		"20240102000000_b is older than the newest applied, 20240103000000");
	/* what it creates is new, but its turn has passed: a word is wanted */
	assert_int_equal(w->plan.steps[0].level, 1);
	forecast_apply(&w->plan, NULL, FORECAST_SIZE_BYTES);
	assert_int_equal(w->plan.steps[0].level, 1);
	w->late = LATE_ALLOW;
	assert_int_equal(world_plan(w, PLAN_UP, "head"), EXIT_DONE);
	assert_int_equal(w->plan.step_count, 1);
	assert_int_equal(w->plan.steps[0].level, 0);
	w->late = LATE_DEFAULT;
	assert_int_equal(world_plan(w, PLAN_UP, "head"), EXIT_MISMATCH);
}

static void a_missing_file_stops_own_directories(void **state)
{
	struct migration_world *w = *state;

	three(w);
	APPLIED(w, { .rev = "20230101000000" }, { .rev = "20240101000000" });
	assert_int_equal(world_plan(w, PLAN_UP, "head"), EXIT_MISMATCH);
	assert_non_null(
		strstr(w->said, "20230101000000 is applied, but its file is missing from "));
	/* the way down that does not lead through it is free */
	assert_int_equal(world_plan(w, PLAN_DOWN, "-1"), EXIT_DONE);
	assert_int_equal(w->plan.warning_count, 1);
	assert_int_equal(world_plan(w, PLAN_DOWN, "base"), EXIT_MISMATCH);
}

static void a_missing_file_is_a_warning_in_goose(void **state)
{
	struct migration_world *w = *state;

	goose_three(w);
	APPLIED(w, { .rev = "1" }, { .rev = "2" }, { .rev = "20230101000000" });
	w->late = LATE_ALLOW;
	assert_int_equal(world_plan(w, PLAN_UP, "head"), EXIT_DONE);
	assert_string_equal(
		w->plan.warnings[0], "20230101000000 is applied, but its file is missing");
	assert_int_equal(world_plan(w, PLAN_DOWN, "-1"), EXIT_MISMATCH);
}

static void golang_migrates_missing_current_version_stops(void **state)
{
	struct migration_world *w = *state;

	world_file(w, "1_a.up.sql", "");
	world_file(w, "2_b.up.sql", "");
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	APPLIED(w, { .rev = "1" }, { .rev = "7" });
	assert_int_equal(world_plan(w, PLAN_UP, "head"), EXIT_MISMATCH);
	assert_non_null(strstr(w->said, "7 is applied, but its file is missing from "));
}

static void a_changed_file_stops_and_a_reformatted_one_warns(void **state)
{
	struct migration_world *w = *state;
	struct applied_revision row = { .rev = "20240101000000" };
	char sha256[65], norm[65];

	three(w);
	assert_true(source_normalize(&w->set, w->set.items[0], &w->e));
	memcpy(sha256, w->set.items[0]->sha256, sizeof(sha256));
	memcpy(norm, w->set.items[0]->sha256_norm, sizeof(norm));
	row.sha256 = sha256;
	row.sha256_norm = norm;
	w->applied = &row;
	w->applied_count = 1;
	assert_int_equal(world_plan(w, PLAN_UP, "head"), EXIT_DONE);
	assert_int_equal(w->plan.warning_count, 0);
	world_file(w, "20240101000000_a.sql", OWN("  \n"));
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	assert_int_equal(world_plan(w, PLAN_UP, "head"), EXIT_DONE);
	assert_int_equal(w->plan.warning_count, 1);
	assert_non_null(strstr(w->plan.warnings[0],
		"20240101000000_a.sql:1:1: another formatting than when it was applied"));
	world_file(w, "20240101000000_a.sql", OWN("SELECT 2;"));
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	assert_int_equal(world_plan(w, PLAN_UP, "head"), EXIT_MISMATCH);
	assert_string_equal(w->said, "20240101000000_a.sql:1:1: has changed since it was applied; "
				     "put it back as it was, "
				     "and write a new migration for what is new");
}

static void an_interrupted_upgrade_goes_on_behind_its_steps(void **state)
{
	struct migration_world *w = *state;

	world_file(w, "20240101000000_a.sql",
		"-- dbtop: up\nSELECT 1;\nVACUUM;\nSELECT 2;\n-- dbtop: down\nSELECT 1;\n");
	world_file(w, "20240102000000_b.sql", OWN(""));
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	APPLIED(w, { .rev = "20240101000000", .state = APPLIED_PARTIAL, .steps_done = 2 });
	assert_int_equal(world_plan(w, PLAN_UP, "head"), EXIT_DONE);
	assert_string_equal(world_steps(w),
		"20240101000000 up 3/3 G: SELECT | 20240102000000 up 1/1 G: CREATE TABLE");
	assert_null(w->plan.from);
	/* the way back undoes all of it */
	assert_int_equal(world_plan(w, PLAN_DOWN, "-1"), EXIT_DONE);
	assert_string_equal(world_steps(w), "20240101000000 down 1/1 G: SELECT");
}

static void an_interrupted_downgrade_is_finished_before_going_up(void **state)
{
	struct migration_world *w = *state;

	three(w);
	APPLIED(w, { .rev = "20240101000000",
			   .state = APPLIED_FAILED,
			   .was_going_down = true,
			   .steps_done = 0 });
	assert_int_equal(world_plan(w, PLAN_UP, "head"), EXIT_FAILED_PARTWAY);
	assert_string_equal(w->said, "20240101000000 is half done: it was interrupted on its way "
				     "down; finish that first "
				     "with `dbtop downgrade`, or settle it with `dbtop repair`");
	assert_int_equal(world_plan(w, PLAN_DOWN, "-1"), EXIT_DONE);
	assert_string_equal(world_steps(w), "20240101000000 down 1/1 G: DROP TABLE");
}

static void written_parents_bind_on_the_way_down(void **state)
{
	struct migration_world *w = *state;

	world_file(w, "20240101000000_a.sql", OWN(""));
	world_file(w, "20240102000000_b.sql", OWN("-- dbtop: parents 20240101000000\n"));
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	APPLIED(w, { .rev = "20240102000000" }, { .rev = "20240101000000" });
	assert_int_equal(world_plan(w, PLAN_DOWN, "-1"), EXIT_GRAPH);
	assert_string_equal(w->said,
		"20240101000000_a cannot go: 20240102000000_b builds on it; go "
		"back further: `dbtop downgrade base` takes both");
}

static void a_downgrade_to_a_revision_takes_what_was_built_on_it_only(void **state)
{
	struct migration_world *w = *state;

	world_file(w, "20240101000000_a.sql", OWN(""));
	world_file(w, "20240102000000_b.sql", OWN("-- dbtop: parents 20240101000000\n"));
	world_file(w, "20240103000000_c.sql", OWN("-- dbtop: parents 20240101000000\n"));
	world_file(w, "20240104000000_d.sql", OWN("-- dbtop: parents 20240102,20240103\n"));
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	APPLIED(w, { .rev = "20240101000000" }, { .rev = "20240102000000" },
		{ .rev = "20240103000000" }, { .rev = "20240104000000" });
	assert_int_equal(world_plan(w, PLAN_DOWN, "20240102000000"), EXIT_DONE);
	assert_string_equal(world_steps(w), "20240104000000 down 1/1 G: DROP TABLE");
	assert_int_equal(world_plan(w, PLAN_DOWN, "20240101000000"), EXIT_DONE);
	assert_int_equal(w->plan.step_count, 3);
	assert_string_equal(w->plan.to, "20240101000000");
	assert_int_equal(world_plan(w, PLAN_UP, "20240102000000"), EXIT_DONE);
	assert_int_equal(w->plan.step_count, 0);
}

static void what_is_irreversible_is_not_undone(void **state)
{
	struct migration_world *w = *state;

	world_file(w, "20240101000000_a.sql",
		"-- dbtop: up\nSELECT 1;\n-- dbtop: irreversible prices are gone\n");
	world_file(w, "20240102000000_b.sql", "-- dbtop: up\nSELECT 1;\n");
	world_file(w, "20240103000000_c.sql", "-- dbtop: up\nSELECT 1;\n-- dbtop: down\n");
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	APPLIED(w, { .rev = "20240101000000" });
	assert_int_equal(world_plan(w, PLAN_DOWN, "-1"), EXIT_ERROR);
	assert_string_equal(w->said,
		"20240101000000_a.sql:1:1: 20240101000000_a cannot be undone: prices are gone; go "
		"forward instead: a new migration that mends what is wrong");
	APPLIED(w, { .rev = "20240102000000" });
	assert_int_equal(world_plan(w, PLAN_DOWN, "-1"), EXIT_ERROR);
	assert_string_equal(w->said, "20240102000000_b.sql:1:1: 20240102000000_b has no down: it "
				     "does not say how to undo "
				     "it; write its down, or stop at 20240102000000");
	APPLIED(w, { .rev = "20240103000000" });
	assert_int_equal(world_plan(w, PLAN_DOWN, "-1"), EXIT_ERROR);
	assert_string_equal(w->said,
		"20240103000000_c.sql:3:1: 20240103000000_c has an empty down: nothing would be "
		"undone; write its down, or `-- dbtop: irreversible` with the reason");
}

static void an_empty_down_of_another_tool_is_followed_and_said(void **state)
{
	struct migration_world *w = *state;

	world_file(w, "1_a.up.sql", "CREATE TABLE a ();\n");
	world_file(w, "1_a.down.sql", "-- nothing\n");
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	APPLIED(w, { .rev = "1" });
	assert_int_equal(world_plan(w, PLAN_DOWN, "-1"), EXIT_DONE);
	assert_string_equal(world_steps(w), "1 down 1/1 G:");
	assert_int_equal(w->plan.steps[0].level, 0);
	assert_int_equal(w->plan.warning_count, 1);
}

static void revisions_are_compared_as_numbers(void **state)
{
	struct migration_world *w = *state;

	world_file(w, "000001_a.up.sql", "");
	world_file(w, "000002_b.up.sql", "");
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	APPLIED(w, { .rev = "1" });
	assert_int_equal(world_plan(w, PLAN_UP, "head"), EXIT_DONE);
	assert_string_equal(world_steps(w), "000002 up 1/1 G:");
}

static void what_is_pending_is_counted(void **state)
{
	struct migration_world *w = *state;
	struct plan_request request = { .set = &w->set };

	three(w);
	assert_int_equal(plan_count_pending(&request), 3);
	APPLIED(w, { .rev = "20240102000000" });
	request.applied = w->applied;
	request.applied_count = w->applied_count;
	assert_int_equal(plan_count_pending(&request), 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, migration_world_start, migration_world_end)
	const struct CMUnitTest tests[] = {
		TEST(an_upgrade_takes_what_is_pending_in_order),
		TEST(nothing_pending_is_a_plan_without_steps),
		TEST(an_empty_directory_plans_nothing_either_way),
		TEST(a_downgrade_goes_back_in_reverse_order_of_application),
		TEST(goals_that_make_no_sense_are_refused),
		TEST(late_ones_are_refused_asked_about_or_allowed),
		TEST(a_missing_file_stops_own_directories),
		TEST(a_missing_file_is_a_warning_in_goose),
		TEST(golang_migrates_missing_current_version_stops),
		TEST(a_changed_file_stops_and_a_reformatted_one_warns),
		TEST(an_interrupted_upgrade_goes_on_behind_its_steps),
		TEST(an_interrupted_downgrade_is_finished_before_going_up),
		TEST(written_parents_bind_on_the_way_down),
		TEST(a_downgrade_to_a_revision_takes_what_was_built_on_it_only),
		TEST(what_is_irreversible_is_not_undone),
		TEST(an_empty_down_of_another_tool_is_followed_and_said),
		TEST(revisions_are_compared_as_numbers),
		TEST(what_is_pending_is_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
