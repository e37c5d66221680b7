// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "migration_world.h"

#define NAME "00007_add_users.sql"

static const struct migration_script *loaded(
	struct migration_world *w, enum migration_section section)
{
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	assert_true(world_load(w, 0, section));
	return &w->set.items[0]->sections[section];
}

static void up_and_down_are_read_with_lines_of_the_file(void **state)
{
	struct migration_world *w = *state;

	world_file(w, NAME,
		"-- +goose Up\nCREATE TABLE a ();\nCREATE TABLE b ();\n\n-- +goose Down\n"
		"DROP TABLE b;\n");
	const struct migration_script *up = loaded(w, SECTION_UP);
	assert_int_equal(up->statement_count, 2);
	assert_int_equal(up->statements[1].sql.line, 3);
	assert_int_equal(loaded(w, SECTION_DOWN)->statement_count, 1);
	assert_int_equal(w->set.items[0]->sections[SECTION_DOWN].first_line, 6);
	assert_string_equal(w->set.items[0]->rev, "00007");
	assert_int_equal(w->set.items[0]->number, 7);
}

static void a_block_ends_a_statement_with_or_without_a_semicolon(void **state)
{
	struct migration_world *w = *state;

	world_file(w, NAME,
		"-- +goose Up\n-- +goose StatementBegin\nCREATE FUNCTION f() RETURNS int AS $$\n"
		"SELECT 1;\n$$ LANGUAGE sql\n-- +goose StatementEnd\nCREATE TABLE b ();\n"
		"-- +goose statementbegin\nSELECT 1; SELECT 2;\n-- +goose STATEMENTEND\n");
	const struct migration_script *up = loaded(w, SECTION_UP);
	assert_int_equal(up->statement_count, 4);
	assert_string_equal(up->statements[0].sql.tag, "CREATE FUNCTION");
	assert_string_equal(up->statements[1].sql.tag, "CREATE TABLE");
	assert_int_equal(up->statements[3].sql.line, 9);
	assert_int_equal(up->statements[3].sql.column, 11);
}

static void a_missing_down_is_not_there_and_an_empty_one_is(void **state)
{
	struct migration_world *w = *state;

	world_file(w, NAME, "-- +goose Up\nSELECT 1;\n");
	assert_false(loaded(w, SECTION_DOWN)->is_present);
	world_file(w, NAME, "-- +goose Up\nSELECT 1;\n-- +goose Down\n");
	assert_true(loaded(w, SECTION_DOWN)->is_present);
	assert_int_equal(loaded(w, SECTION_DOWN)->statement_count, 0);
}

static void no_transaction_makes_every_statement_stand_alone(void **state)
{
	struct migration_world *w = *state;

	world_file(w, NAME,
		"-- +goose NO TRANSACTION\n-- +goose Up\nCREATE INDEX CONCURRENTLY i ON a (b);\n"
		"SELECT 1;\n");
	loaded(w, SECTION_UP);
	assert_int_equal(w->set.items[0]->tx, TX_NONE);
	assert_int_equal(world_plan(w, PLAN_UP, "head"), EXIT_DONE);
	assert_string_equal(
		world_steps(w), "00007 up 1/2 L: CREATE INDEX | 00007 up 2/2 L: SELECT");
}

static void acknowledgements_may_stand_in_files_of_goose(void **state)
{
	struct migration_world *w = *state;

	world_file(w, NAME, "-- +goose Up\n-- dbtop: ack data-loss kept\nDROP TABLE a;\n");
	assert_int_equal(loaded(w, SECTION_UP)->statements[0].ack_count, 1);
}

static const struct bad {
	const char *text, *said;
} bad_files[] = {
	{ "-- +goose Up\nCREATE INDEX CONCURRENTLY i ON a (b);\n", NAME
		":2:1: CREATE INDEX may not stand in a transaction, and goose runs this file in "
		"one; write `-- +goose NO TRANSACTION` at the top of the file" },
	{ "-- +goose ENVSUB ON\n-- +goose Up\nSELECT 1;\n", NAME
		":1:1: `ENVSUB ON`: dbtop reads no environment into SQL; write the values out, "
		"or run this directory with goose itself" },
	{ "-- +goose Up\n-- +goose StatementBegin\nSELECT 1;\n",
		NAME ":2:1: StatementBegin without StatementEnd; write `-- +goose StatementEnd` "
		     "behind the statement" },
	{ "-- +goose Up\n-- +goose StatementEnd\n",
		NAME ":2:1: StatementEnd without StatementBegin; the two stand in pairs around one "
		     "statement" },
	{ "-- +goose Up\n-- +goose StatementBegin\n-- +goose StatementBegin\n", NAME
		":3:1: StatementBegin within StatementBegin; the two stand in pairs around one "
		"statement" },
	{ "-- +goose StatementBegin\n-- +goose Up\n",
		NAME ":1:1: a statement mark before `+goose Up`; put `-- +goose Up` above it" },
	{ "-- +goose Up\n-- +goose StatementBegin\nSELECT 1;\n-- +goose Down\n",
		NAME ":4:1: a section begins before StatementEnd; write `-- +goose StatementEnd` "
		     "above it" },
	{ "-- +goose Down\nSELECT 1;\n-- +goose Up\n",
		NAME ":1:1: `+goose Down` before `+goose Up`; put the Up section first" },
	{ "-- +goose Up\n-- +goose Up\n",
		NAME ":2:1: a second section of that name; a file has one `+goose Up` and at most "
		     "one `+goose Down`" },
	{ "-- +goose Up\nSELECT 1;\n-- +goose Dwon\n",
		NAME ":3:1: unknown annotation `+goose Dwon`; did you mean `+goose Down`?" },
	{ "-- +goose Up\n-- +goose zebra\n", NAME
		":2:1: unknown annotation `+goose zebra`; goose knows Up, Down, StatementBegin, "
		"StatementEnd, NO TRANSACTION" },
	{ "SELECT 1;\n-- +goose Up\nSELECT 2;\n",
		NAME ":1:1: a statement before `+goose Up`; put `-- +goose Up` above it" },
	{ "-- dbtop: up\n-- +goose Up\n-- dbtop: tx one\nSELECT 1;\n",
		NAME ":3:1: `tx` belongs to dbtop's own format, this is another tool's file; only "
		     "step, ack and probe can stand here" },
	{ "SELECT 1;\n", NAME ":1:1: no `+goose Up`; put `-- +goose Up` above the first statement, "
			      "or move the file elsewhere" },
	{ "-- +goose Up\nSELECT 'x;\n", NAME ":2:8: quoted string without an end; close it, or "
					     "look for one above that is open" },
};

static void every_bad_file_is_refused_with_its_place_and_a_way_out(void **state)
{
	struct migration_world *w = *state;

	for (size_t i = 0; i < ARRAY_SIZE(bad_files); i++) {
		world_file(w, NAME, bad_files[i].text);
		assert_int_equal(world_open(w, "goose"), EXIT_DONE);
		assert_false(world_load(w, 0, SECTION_UP));
		assert_string_equal(w->said, bad_files[i].said);
	}
}

static void go_files_are_refused_by_name_and_go_tests_are_not(void **state)
{
	struct migration_world *w = *state;

	world_file(w, NAME, "-- +goose Up\nSELECT 1;\n");
	world_file(w, "00008_x_test.go", "package m");
	world_file(w, "main.go", "package m");
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	world_file(w, "00008_backfill.go", "package m");
	assert_int_equal(world_open(w, NULL), EXIT_ERROR);
	assert_string_equal(w->said, "00008_backfill.go:1:1: is a goose migration written in Go, "
				     "which dbtop cannot run; "
				     "write it in SQL, or run this directory with goose itself");
}

static void a_name_without_a_version_is_refused(void **state)
{
	struct migration_world *w = *state;

	world_file(w, "seed.sql", "-- +goose Up\nSELECT 1;\n");
	assert_int_equal(world_open(w, NULL), EXIT_ERROR);
	assert_string_equal(w->said,
		"seed.sql:1:1: the name has no version; name it <version>_<words>.sql, or move it "
		"elsewhere");
}

static void versions_begin_at_one_and_end_with_a_bigint(void **state)
{
	struct migration_world *w = *state;

	world_file(w, "0_a.sql", "-- +goose Up\nSELECT 1;\n");
	assert_int_equal(world_open(w, NULL), EXIT_ERROR);
	assert_string_equal(w->said,
		"0_a.sql:1:1: version 0 is not above zero; goose counts from 1; use at most 18 "
		"digits");
}

static void a_version_no_bigint_holds_is_refused(void **state)
{
	struct migration_world *w = *state;

	world_file(w, "9223372036854775808_a.sql", "-- +goose Up\nSELECT 1;\n");
	assert_int_equal(world_open(w, NULL), EXIT_ERROR);
	assert_string_equal(w->said,
		"9223372036854775808_a.sql:1:1: version 9223372036854775808 is greater than a "
		"bigint holds; goose counts from 1; use at most 18 digits");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, migration_world_start, migration_world_end)
	const struct CMUnitTest tests[] = {
		TEST(up_and_down_are_read_with_lines_of_the_file),
		TEST(a_block_ends_a_statement_with_or_without_a_semicolon),
		TEST(a_missing_down_is_not_there_and_an_empty_one_is),
		TEST(no_transaction_makes_every_statement_stand_alone),
		TEST(acknowledgements_may_stand_in_files_of_goose),
		TEST(every_bad_file_is_refused_with_its_place_and_a_way_out),
		TEST(go_files_are_refused_by_name_and_go_tests_are_not),
		TEST(a_name_without_a_version_is_refused),
		TEST(versions_begin_at_one_and_end_with_a_bigint),
		TEST(a_version_no_bigint_holds_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
