// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/str.h"
#include "probe/sync_names.h"

static void check_names(const char *setting, const char *expected)
{
	struct str all = { 0 };
	char name[64];

	for (const char *rest = setting; sync_names_next(&rest, name, sizeof(name));)
		str_addf(&all, "[%s]", name);
	assert_string_equal(str_c(&all), expected);
	str_release(&all);
}

static void every_form_of_the_setting_is_read(void **state)
{
	(void)state;
	check_names("", "");
	check_names("s1", "[s1]");
	check_names("s1, s2", "[s1][s2]");
	check_names("2 (s1,s2)", "[s1][s2]");
	check_names("FIRST 1 (s1, s2)", "[s1][s2]");
	check_names("any 1(s1 , s2 )", "[s1][s2]");
}

static void quotes_keep_blanks_commas_and_brackets(void **state)
{
	(void)state;
	check_names("ANY 1 (\"pg b\", \"x\"\"y\", \"a,(b\")", "[pg b][x\"y][a,(b]");
	check_names("\"one (two)\", three", "[one (two)][three]");
	check_names("\"open", "[open]");
}

static void a_star_names_nobody(void **state)
{
	(void)state;
	check_names("*", "");
	check_names("2 (s1, *)", "[s1]");
	check_names("* , s1", "[s1]");
}

static void a_long_name_is_cut(void **state)
{
	(void)state;
	char out[4];
	const char *rest = "abcdef, g";
	assert_true(sync_names_next(&rest, out, sizeof(out)));
	assert_string_equal(out, "abc");
	assert_true(sync_names_next(&rest, out, sizeof(out)));
	assert_string_equal(out, "g");
	assert_false(sync_names_next(&rest, out, sizeof(out)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_form_of_the_setting_is_read),
		cmocka_unit_test(quotes_keep_blanks_commas_and_brackets),
		cmocka_unit_test(a_star_names_nobody),
		cmocka_unit_test(a_long_name_is_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
