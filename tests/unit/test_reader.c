// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "parse/functions.h"
#include "parse/reader.h"

static struct arena arena;

static struct reader read_text(const char *sql)
{
	struct reader reader;
	reader_init(&reader, span_of(sql), &arena);
	return reader;
}

static int tear_down(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

static void words_are_taken_in_any_case(void **state)
{
	(void)state;
	struct reader reader = read_text("Drop table");
	assert_true(reader_take(&reader, "drop"));
	assert_false(reader_take(&reader, "drop"));
	assert_true(reader_take(&reader, "table"));
	assert_int_equal(reader.token.kind, TOKEN_END);
}

static void a_quoted_word_is_a_name_and_no_key_word(void **state)
{
	(void)state;
	struct reader reader = read_text("\"only\" t");
	assert_false(reader_take(&reader, "only"));
	assert_string_equal(reader_name(&reader), "only");
	assert_string_equal(reader_name(&reader), "t");
}

static void if_exists_is_taken_whole_or_not_at_all(void **state)
{
	(void)state;
	struct reader reader = read_text("if not exists t");
	assert_true(reader_take_if_exists(&reader));
	assert_string_equal(reader_name(&reader), "t");
	reader = read_text("IF exists t");
	assert_true(reader_take_if_exists(&reader));
	reader = read_text("if t");
	assert_false(reader_take_if_exists(&reader));
	assert_string_equal(reader_name(&reader), "if");
}

static void the_last_two_parts_of_a_name_count(void **state)
{
	(void)state;
	struct object_name name;
	struct reader reader = read_text("Db.\"S\".T(");
	assert_true(reader_object(&reader, &name));
	assert_string_equal(name.schema, "S");
	assert_string_equal(name.name, "t");
	assert_true(reader_take_mark(&reader, '('));
}

static void what_is_no_name_is_left_alone(void **state)
{
	(void)state;
	struct object_name name;
	struct reader reader = read_text("'t'");
	assert_false(reader_object(&reader, &name));
	assert_int_equal(reader.token.kind, TOKEN_STRING);
	reader = read_text("U&\"t\"");
	assert_null(reader_name(&reader));
	reader = read_text("s.");
	assert_false(reader_object(&reader, &name));
}

static void known_functions_are_those_of_the_server(void **state)
{
	(void)state;
	assert_non_null(function_find(NULL, "now"));
	assert_false(function_find("pg_catalog", "now")->is_volatile);
	assert_true(function_find(NULL, "gen_random_uuid")->is_volatile);
	assert_true(function_find(NULL, "setval")->writes);
	assert_null(function_find("app", "now"));
	assert_null(function_find(NULL, "drop_everything"));
	assert_null(function_find(NULL, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_taken_in_any_case),
		cmocka_unit_test(a_quoted_word_is_a_name_and_no_key_word),
		cmocka_unit_test(if_exists_is_taken_whole_or_not_at_all),
		cmocka_unit_test(the_last_two_parts_of_a_name_count),
		cmocka_unit_test(what_is_no_name_is_left_alone),
		cmocka_unit_test(known_functions_are_those_of_the_server),
	};
	return cmocka_run_group_tests(tests, NULL, tear_down);
}
