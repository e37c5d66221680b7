// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/mem.h"
#include "migration_world.h"

#define NAME "20240101000000_a.sql"
#define REV  "20240101000000"

/* The steps of one up section, or what was said of it. */
static const char *steps_of(struct migration_world *w, const char *format, const char *text)
{
	bool is_own = strcmp(format, "dbtop") == 0;
	const char *name = is_own ? NAME : strcmp(format, "goose") == 0 ? "1_a.sql" : "1_a.up.sql";

	world_file(w, name, text);
	if (world_open(w, format) != EXIT_DONE || world_plan(w, PLAN_UP, "head") != EXIT_DONE)
		return w->said;
	return world_steps(w);
}

static void transactional_statements_are_one_group(void **state)
{
	struct migration_world *w = *state;

	assert_string_equal(steps_of(w, "dbtop", "-- dbtop: up\nCREATE TABLE a ();\nSELECT 1;\n"),
		REV " up 1/1 G: CREATE TABLE, SELECT");
	assert_true(w->plan.steps[0].is_last);
	assert_false(w->plan.steps[0].is_reversible);
}

static void a_lone_statement_parts_the_groups_around_it(void **state)
{
	struct migration_world *w = *state;

	assert_string_equal(steps_of(w, "dbtop",
				    "-- dbtop: up\nSELECT 1;\nSELECT 2;\nVACUUM;\nCREATE INDEX "
				    "CONCURRENTLY i ON "
				    "a (b);\nSELECT 3;\n-- dbtop: down\nSELECT 4;\n"),
		REV " up 1/4 G: SELECT, SELECT | " REV " up 2/4 L: VACUUM | " REV
		    " up 3/4 L: CREATE INDEX | " REV " up 4/4 G: SELECT");
	assert_false(w->plan.steps[2].is_last);
	assert_true(w->plan.steps[3].is_last);
	assert_true(w->plan.steps[0].is_reversible);
}

static void an_empty_down_makes_nothing_reversible(void **state)
{
	struct migration_world *w = *state;

	steps_of(w, "dbtop", "-- dbtop: up\nSELECT 1\n-- dbtop: down\n-- nothing\n;\n");
	assert_false(w->plan.steps[0].is_reversible);
	steps_of(w, "dbtop", "-- dbtop: up\nSELECT 1\n-- dbtop: down\nSELECT 2\n");
	assert_true(w->plan.steps[0].is_reversible);
	steps_of(w, "dbtop",
		"-- dbtop: up\nSELECT 1;\n-- dbtop: down\nSELECT 2;\n-- dbtop: irreversible x\n");
	assert_false(w->plan.steps[0].is_reversible);
}

static void tx_step_gives_each_statement_a_transaction(void **state)
{
	struct migration_world *w = *state;

	assert_string_equal(
		steps_of(w, "dbtop",
			"-- dbtop: tx step\n-- dbtop: up\nSELECT 1;\nVACUUM;\nSELECT 2;\n"),
		REV " up 1/3 G: SELECT | " REV " up 2/3 L: VACUUM | " REV " up 3/3 G: SELECT");
}

static void tx_none_makes_all_of_them_lone(void **state)
{
	struct migration_world *w = *state;

	assert_string_equal(
		steps_of(w, "dbtop", "-- dbtop: tx none\n-- dbtop: up\nSELECT 1;\nSELECT 2;\n"),
		REV " up 1/2 L: SELECT | " REV " up 2/2 L: SELECT");
}

static void own_transactions_bound_the_groups_and_are_not_sent(void **state)
{
	struct migration_world *w = *state;

	assert_string_equal(
		steps_of(w, "dbtop",
			"-- dbtop: up\nSELECT 1;\nBEGIN;\nCREATE TABLE a ();\nSELECT 2;\nCOMMIT;\n"
			"SELECT 3;\n"),
		REV " up 1/3 G: SELECT | " REV " up 2/3 G: CREATE TABLE, SELECT | " REV
		    " up 3/3 G: SELECT");
}

static void golang_migrate_joins_what_stands_before_begin(void **state)
{
	struct migration_world *w = *state;

	assert_string_equal(
		steps_of(w, "golang-migrate", "SELECT 1;\nBEGIN;\nSELECT 2;\nCOMMIT;\nSELECT 3;\n"),
		"1 up 1/2 G: SELECT, SELECT | 1 up 2/2 G: SELECT");
	assert_true(span_is(w->plan.steps[0].statements[1].sql.text, "SELECT 2"));
	assert_int_equal(w->plan.steps[0].statements[1].sql.line, 3);
}

static void the_usual_frame_of_begin_and_commit_is_one_group(void **state)
{
	struct migration_world *w = *state;

	assert_string_equal(
		steps_of(w, "golang-migrate", "BEGIN;\nCREATE TABLE a ();\nSELECT 1;\nCOMMIT;\n"),
		"1 up 1/1 G: CREATE TABLE, SELECT");
	assert_string_equal(steps_of(w, "golang-migrate", "BEGIN;\nCOMMIT;\n"), "1 up 1/1 G:");
}

static void no_transaction_of_goose_keeps_own_transactions_together(void **state)
{
	struct migration_world *w = *state;

	assert_string_equal(
		steps_of(w, "goose",
			"-- +goose NO TRANSACTION\n-- +goose Up\nBEGIN;\nSELECT 1;\nSELECT 2;\n"
			"COMMIT;\nVACUUM;\n"),
		"1 up 1/2 G: SELECT, SELECT | 1 up 2/2 L: VACUUM");
}

static const struct bad {
	const char *text, *said;
} bad_files[] = {
	{ "-- dbtop: up\nBEGIN;\nSELECT 1;\n", NAME
		":2:1: `BEGIN` without `COMMIT`; write COMMIT behind what belongs together, or "
		"take it out" },
	{ "-- dbtop: up\nSELECT 1; COMMIT;\n",
		NAME ":2:11: `COMMIT` without `BEGIN`; write BEGIN above what belongs together, or "
		     "take it out" },
	{ "-- dbtop: up\nBEGIN;\nBEGIN;\nCOMMIT;\n", NAME
		":3:1: `BEGIN` within a transaction that is open already; write COMMIT above it, "
		"or take it out" },
	{ "-- dbtop: up\nBEGIN ISOLATION LEVEL SERIALIZABLE;\nCOMMIT;\n", NAME
		":2:1: `BEGIN` with options; write a plain BEGIN, and SET TRANSACTION … as its "
		"first statement" },
	{ "-- dbtop: up\nBEGIN;\nCOMMIT AND CHAIN;\n",
		NAME ":3:1: `COMMIT` with options; write a plain COMMIT" },
	{ "-- dbtop: up\nBEGIN;\nSELECT 1;\nROLLBACK;\n",
		NAME ":4:1: `ROLLBACK` would undo what the history calls applied; take out what it "
		     "undoes, and it" },
	{ "-- dbtop: up\n-- dbtop: ack data-loss x\nBEGIN;\nDROP TABLE a;\nCOMMIT;\n",
		NAME ":3:1: a directive stands above a transaction's frame; put it above the "
		     "statement it is about" },
	{ "-- dbtop: up\nBEGIN;\nVACUUM;\nCOMMIT;\n", NAME
		":3:1: VACUUM may not stand in a transaction; put it outside BEGIN and COMMIT" },
	{ "-- dbtop: tx one\n-- dbtop: up\nSELECT 1;\nVACUUM;\n", NAME
		":4:1: VACUUM may not stand in a transaction; take `tx one` out, so that it runs "
		"as a step of its own" },
	{ "-- dbtop: tx step\n-- dbtop: up\nSAVEPOINT a;\n",
		NAME ":3:1: a savepoint outside a transaction; put BEGIN and COMMIT around what "
		     "belongs together" },
	{ "-- dbtop: up\nBEGIN;\nSELECT 1;\nPREPARE TRANSACTION 'x';\n",
		NAME ":4:1: a prepared transaction outlives the migration; write BEGIN and COMMIT "
		     "instead" },
};

static void what_does_not_balance_is_refused_where_it_stands(void **state)
{
	struct migration_world *w = *state;

	for (size_t i = 0; i < ARRAY_SIZE(bad_files); i++)
		assert_string_equal(steps_of(w, "dbtop", bad_files[i].text), bad_files[i].said);
}

static void savepoints_are_fine_in_a_group(void **state)
{
	struct migration_world *w = *state;

	assert_string_equal(steps_of(w, "dbtop", "-- dbtop: up\nSAVEPOINT a;\nRELEASE a;\n"),
		REV " up 1/1 G: SAVEPOINT, RELEASE");
}

static void begin_in_a_function_body_is_no_transaction(void **state)
{
	struct migration_world *w = *state;

	assert_string_equal(steps_of(w, "dbtop",
				    "-- dbtop: up\nDO $$ BEGIN PERFORM 1; END $$;\nCREATE FUNCTION "
				    "f() RETURNS int "
				    "LANGUAGE sql BEGIN ATOMIC SELECT 1; END;\n"),
		REV " up 1/1 G: DO, CREATE FUNCTION");
}

static void digests_are_the_same_everywhere(void **state)
{
	struct migration_world *w = *state;
	static const struct applied_revision applied[] = { { .rev = "20240101000000" } };

	world_file(w, NAME, "-- dbtop: up\nSELECT 1;\n");
	world_file(w, "20240102000000_b.sql",
		"-- dbtop: up\nCREATE TABLE b ();\nSELECT 1;\nVACUUM b;\n");
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	w->applied = applied;
	w->applied_count = 1;
	assert_int_equal(world_plan(w, PLAN_UP, "head"), EXIT_DONE);
	assert_string_equal(w->plan.steps[0].digest_line,
		"20240102000000 up 1 G "
		"34d9ee75fb07b7a395349622cc45fb07e923c3cc9b2efdbda1cde0e0a2014aa6");
	assert_string_equal(w->plan.steps[1].digest_line,
		"20240102000000 up 2 L "
		"28f42e4abb61aeba8c26ac02a3779b1cc5f3aa02a8d53327c6c1c1012cd0a710");
	assert_string_equal(
		w->plan.digest, "b7797b0829a0e4d7ccf28b0f4947afe42c4ddf138664dd3158dc4169d959cafc");
}

static void the_order_the_history_comes_in_does_not_count(void **state)
{
	struct migration_world *w = *state;
	static const struct applied_revision one[] = { { .rev = "9" }, { .rev = "10" },
		{ .rev = "1a" }, { .rev = "b" } };
	static const struct applied_revision other[] = { { .rev = "b" }, { .rev = "10" },
		{ .rev = "9" }, { .rev = "1a" } };
	char first[65];

	world_file(w, "0011_a.sql", "-- +goose Up\nSELECT 1;\n");
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	w->applied = one;
	w->applied_count = ARRAY_SIZE(one);
	assert_int_equal(world_plan(w, PLAN_UP, "head"), EXIT_DONE);
	memcpy(first, w->plan.digest, sizeof(first));
	w->applied = other;
	assert_int_equal(world_plan(w, PLAN_UP, "head"), EXIT_DONE);
	assert_string_equal(w->plan.digest, first);
}

static void digests_follow_content_order_history_and_direction(void **state)
{
	struct migration_world *w = *state;
	char first[65];
	static const struct applied_revision other[] = { { .rev = "20230101000000" } };

	world_file(w, "1_a.sql", "-- +goose Up\nSELECT 1;\n");
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	assert_int_equal(world_plan(w, PLAN_UP, "head"), EXIT_DONE);
	memcpy(first, w->plan.digest, sizeof(first));
	/* comments and blanks between statements are not in it */
	world_file(w, "1_a.sql", "-- +goose Up\n-- said\n\n  SELECT 1  ;\n");
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	assert_int_equal(world_plan(w, PLAN_UP, "head"), EXIT_DONE);
	assert_string_equal(w->plan.digest, first);
	world_file(w, "1_a.sql", "-- +goose Up\nSELECT  1;\n");
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	assert_int_equal(world_plan(w, PLAN_UP, "head"), EXIT_DONE);
	assert_string_not_equal(w->plan.digest, first);
	memcpy(first, w->plan.digest, sizeof(first));
	w->applied = other;
	w->applied_count = 1;
	w->late = LATE_ALLOW;
	assert_int_equal(world_plan(w, PLAN_UP, "head"), EXIT_DONE);
	assert_string_not_equal(w->plan.digest, first);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, migration_world_start, migration_world_end)
	const struct CMUnitTest tests[] = {
		TEST(transactional_statements_are_one_group),
		TEST(a_lone_statement_parts_the_groups_around_it),
		TEST(an_empty_down_makes_nothing_reversible),
		TEST(tx_step_gives_each_statement_a_transaction),
		TEST(tx_none_makes_all_of_them_lone),
		TEST(own_transactions_bound_the_groups_and_are_not_sent),
		TEST(golang_migrate_joins_what_stands_before_begin),
		TEST(the_usual_frame_of_begin_and_commit_is_one_group),
		TEST(no_transaction_of_goose_keeps_own_transactions_together),
		TEST(what_does_not_balance_is_refused_where_it_stands),
		TEST(savepoints_are_fine_in_a_group),
		TEST(begin_in_a_function_body_is_no_transaction),
		TEST(digests_are_the_same_everywhere),
		TEST(the_order_the_history_comes_in_does_not_count),
		TEST(digests_follow_content_order_history_and_direction),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
