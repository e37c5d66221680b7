// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/quote.h"

static void a_name_is_always_quoted_and_its_quotes_doubled(void **state)
{
	(void)state;
	struct str out = { 0 };

	quote_identifier(&out, "na\"me");
	str_add_char(&out, ' ');
	quote_identifier(&out, "Größe; --");
	assert_string_equal(str_c(&out), "\"na\"\"me\" \"Größe; --\"");
	str_release(&out);
}

static void a_literal_doubles_quotes_and_marks_backslashes(void **state)
{
	(void)state;
	struct str out = { 0 };

	quote_literal(&out, "it's");
	str_add_char(&out, ' ');
	quote_literal(&out, "a\\'b");
	str_add_char(&out, ' ');
	quote_literal(&out, "");
	assert_string_equal(str_c(&out), "'it''s' E'a\\\\''b' ''");
	str_release(&out);
}

static void slots_take_names_as_identifiers(void **state)
{
	(void)state;
	const struct quote_slot slots[] = {
		{ "schema", "public" },
		{ "table", "odd \"one\"" },
	};

	char *sql = quote_slots("select version from :\"schema\".:\"table\" where a = 'x:y'", slots,
		ARRAY_SIZE(slots));
	assert_string_equal(
		sql, "select version from \"public\".\"odd \"\"one\"\"\" where a = 'x:y'");
	free(sql);
}

static void a_value_that_looks_like_a_slot_is_not_filled_again(void **state)
{
	(void)state;
	const struct quote_slot slots[] = { { "a", ":\"b\"" }, { "b", "no" } };

	char *sql = quote_slots(":\"a\"", slots, ARRAY_SIZE(slots));
	assert_string_equal(sql, "\":\"\"b\"\"\"");
	free(sql);
}

static void a_list_repeats_the_qualifier_of_its_slot(void **state)
{
	(void)state;
	const char *names[] = { "a", "b \"c\"" };
	const struct quote_slot slots[] = { { .name = "all", .values = names, .value_count = 2 },
		{ .name = "one", .values = names, .value_count = 1 },
		{ .name = "x", .value = "x" } };

	char *sql = quote_slots(
		"(t.:\"all\") = (s.:\"one\"), (:\"all\") :\"x\".:\"x\"", slots, ARRAY_SIZE(slots));
	assert_string_equal(sql, "(t.\"a\", t.\"b \"\"c\"\"\") = (s.\"a\"), "
				 "(\"a\", \"b \"\"c\"\"\") \"x\".\"x\"");
	free(sql);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_always_quoted_and_its_quotes_doubled),
		cmocka_unit_test(a_literal_doubles_quotes_and_marks_backslashes),
		cmocka_unit_test(slots_take_names_as_identifiers),
		cmocka_unit_test(a_value_that_looks_like_a_slot_is_not_filled_again),
		cmocka_unit_test(a_list_repeats_the_qualifier_of_its_slot),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
