// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "ui/widgets/filter.h"

static bool finds(const char *typed, const char *text)
{
	struct filter filter;
	struct err e;
	assert_true(filter_init(&filter, typed, &e));
	bool found = filter_finds(&filter, text) != filter.is_inverse;
	filter_release(&filter);
	return found;
}

static void text_is_found_in_both_cases_and_can_be_inverted(void **state)
{
	(void)state;
	assert_true(finds("WEB", "payments-web"));
	assert_false(finds("!web", "payments-web"));
	assert_true(finds("!jobs", "payments-web"));
	assert_true(finds("~^pay.*b$", "payments-web"));
	assert_false(finds("!~^pay", "payments-web"));
}

static void a_column_is_named_before_a_colon(void **state)
{
	struct filter filter;
	struct err e;
	(void)state;
	assert_true(filter_init(&filter, "app:web", &e));
	assert_string_equal(filter.column, "app");
	assert_string_equal(filter.text, "web");
	assert_true(filter_wants(&filter, "APP"));
	assert_false(filter_wants(&filter, "STATE"));
	filter_release(&filter);
	assert_true(filter_init(&filter, ": odd", &e));
	assert_string_equal(filter.column, "");
	filter_release(&filter);
}

static void a_wrong_regex_is_an_error_with_its_reason(void **state)
{
	struct filter filter;
	struct err e;
	(void)state;
	assert_false(filter_init(&filter, "~[", &e));
	assert_int_equal(e.kind, ERR_USAGE);
	assert_non_null(strstr(e.text, "not a regular expression"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_found_in_both_cases_and_can_be_inverted),
		cmocka_unit_test(a_column_is_named_before_a_colon),
		cmocka_unit_test(a_wrong_regex_is_an_error_with_its_reason),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
