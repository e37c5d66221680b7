// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "migrate/history/history_class.h"

static struct migration second = { .rev = "20260102000000",
	.name = "second",
	.parents = (const char *[]){ "20260101000000" },
	.parent_count = 1 };

static struct history_entry entry_of(enum migration_section direction)
{
	return (struct history_entry){ .project = "main",
		.migration = &second,
		.previous = "20260101000000",
		.direction = direction,
		.ordinal = 1,
		.ordinal_count = 1,
		.client = "ann@desk" };
}

static void golang_migrates_key_is_the_one_it_computes(void **state)
{
	(void)state;
	struct history_writer writer;
	int64_t key;
	history_writer_init(&writer, &history_golang_migrate, "public", "schema_migrations");
	assert_true(history_golang_migrate.foreign_key(&writer, "appdb", &key));
	assert_int_equal(key, INT64_C(4014298803));
	history_writer_release(&writer);
}

static void gooses_key_is_the_one_of_its_library(void **state)
{
	(void)state;
	struct history_writer writer;
	int64_t key;
	history_writer_init(&writer, &history_goose, "public", "goose_db_version");
	assert_true(history_goose.foreign_key(&writer, "appdb", &key));
	assert_int_equal(key, INT64_C(4097083626));
	history_writer_release(&writer);
}

/* What golang-migrate's row says after each write: version and dirty, or nothing. */
static void check_golang(enum history_write_kind kind, enum migration_section direction,
	const char *previous, const char *version, const char *dirty)
{
	struct history_writer writer;
	struct history_write write = { 0 };
	struct history_entry entry = entry_of(direction);
	entry.previous = previous;
	history_writer_init(&writer, &history_golang_migrate, "public", "schema_migrations");
	assert_true(history_writer_write(&writer, kind, &entry, &write));
	if (version) {
		assert_int_equal(write.param_count, 2);
		assert_string_equal(write.params[0], version);
		assert_string_equal(write.params[1], dirty);
	} else {
		assert_int_equal(write.param_count, 0);
	}
	assert_null(strstr(write.sql, "TRUNCATE"));
	assert_non_null(strstr(write.sql, "\"public\".\"schema_migrations\""));
	history_write_release(&write);
	history_writer_release(&writer);
}

static void golang_migrates_row_follows_each_step_as_the_tool_moves_it(void **state)
{
	(void)state;
	check_golang(HISTORY_WRITE_LAST, SECTION_UP, "20260101000000", "20260102000000", "false");
	check_golang(HISTORY_WRITE_INTENT, SECTION_UP, "20260101000000", "20260102000000", "true");
	check_golang(HISTORY_WRITE_STEP, SECTION_UP, "20260101000000", "20260102000000", "true");
	check_golang(HISTORY_WRITE_LAST, SECTION_DOWN, "20260101000000", "20260101000000", "false");
	check_golang(
		HISTORY_WRITE_INTENT, SECTION_DOWN, "20260101000000", "20260101000000", "true");
	check_golang(HISTORY_WRITE_INTENT, SECTION_DOWN, NULL, "-1", "true");
	check_golang(HISTORY_WRITE_LAST, SECTION_DOWN, NULL, NULL, NULL);
	check_golang(
		HISTORY_WRITE_APPLIED, SECTION_UP, "20260101000000", "20260102000000", "false");
	check_golang(HISTORY_WRITE_ABSENT, SECTION_UP, "20260101000000", "20260101000000", "false");
	check_golang(HISTORY_WRITE_ABSENT, SECTION_UP, NULL, NULL, NULL);
}

static void a_failed_lone_step_leaves_golang_migrates_row_dirty(void **state)
{
	(void)state;
	struct history_writer writer;
	struct history_write write = { 0 };
	struct history_entry entry = entry_of(SECTION_UP);
	history_writer_init(&writer, &history_golang_migrate, "public", "schema_migrations");
	assert_false(history_writer_write(&writer, HISTORY_WRITE_FAILED, &entry, &write));
	assert_false(history_writer_write(&writer, HISTORY_WRITE_NOTHING, &entry, &write));
	history_writer_release(&writer);
}

static void goose_writes_nothing_before_the_last_step(void **state)
{
	(void)state;
	struct history_writer writer;
	struct history_write write = { 0 };
	struct history_entry entry = entry_of(SECTION_UP);
	history_writer_init(&writer, &history_goose, "public", "goose_db_version");
	assert_false(history_writer_write(&writer, HISTORY_WRITE_INTENT, &entry, &write));
	assert_false(history_writer_write(&writer, HISTORY_WRITE_STEP, &entry, &write));
	assert_true(history_writer_write(&writer, HISTORY_WRITE_LAST, &entry, &write));
	assert_string_equal(write.params[0], "20260102000000");
	history_write_release(&write);
	history_writer_release(&writer);
}

static void names_are_quoted_and_texts_made_once(void **state)
{
	(void)state;
	struct history_writer writer;
	struct history_write write = { 0 };
	struct history_entry entry = entry_of(SECTION_UP);
	history_writer_init(&writer, &history_goose, "we\"ird", "goose_db_version");
	assert_true(history_writer_write(&writer, HISTORY_WRITE_LAST, &entry, &write));
	const char *first = write.sql;
	assert_non_null(strstr(first, "\"we\"\"ird\".\"goose_db_version\""));
	assert_true(history_writer_write(&writer, HISTORY_WRITE_LAST, &entry, &write));
	assert_ptr_equal(write.sql, first);
	history_write_release(&write);
	history_writer_release(&writer);
}

/* The highest $N of a text is the number of parameters sent with it. */
static int highest_parameter(const char *sql)
{
	int highest = 0;
	for (const char *at = sql; (at = strchr(at, '$')); at++) {
		int n = (int)strtol(at + 1, NULL, 10);
		highest = n > highest ? n : highest;
	}
	return highest;
}

static void every_text_of_ours_gets_as_many_parameters_as_it_names(void **state)
{
	(void)state;
	struct history_writer writer;
	struct history_write write = { 0 };
	history_writer_init(&writer, &history_dbtop, "dbtop", "revision");
	for (int kind = 0; kind < HISTORY_WRITE_KIND_COUNT; kind++)
		for (int variant = 0; variant < 8; variant++) {
			struct history_entry entry =
				entry_of(variant & 1 ? SECTION_DOWN : SECTION_UP);
			entry.ordinal_count = variant & 2 ? 3 : 1;
			entry.is_lone = variant & 4;
			assert_true(history_writer_write(
				&writer, (enum history_write_kind)kind, &entry, &write));
			assert_int_equal(write.param_count, highest_parameter(write.sql));
			assert_non_null(strstr(write.sql, "AS xid"));
		}
	history_write_release(&write);
	history_writer_release(&writer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golang_migrates_key_is_the_one_it_computes),
		cmocka_unit_test(gooses_key_is_the_one_of_its_library),
		cmocka_unit_test(golang_migrates_row_follows_each_step_as_the_tool_moves_it),
		cmocka_unit_test(a_failed_lone_step_leaves_golang_migrates_row_dirty),
		cmocka_unit_test(goose_writes_nothing_before_the_last_step),
		cmocka_unit_test(names_are_quoted_and_texts_made_once),
		cmocka_unit_test(every_text_of_ours_gets_as_many_parameters_as_it_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
