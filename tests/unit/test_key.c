// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include <string.h>

#include "ui/key.h"

static void a_key_is_named_as_it_was_written(void **state)
{
	(void)state;
	static const char *const names[] = { "q", "Enter", "S-Tab", "^C", "M-1", "F12", "<", "[",
		"PgDn", "?", "-", "^", "é", "M-Left", "C-Left" };
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct key key;
		char again[KEY_NAME_BYTES];
		assert_true(key_parse(names[i], &key));
		key_name(key, again);
		assert_string_equal(again, names[i]);
	}
}

static void capitals_are_keys_of_their_own_but_not_with_control(void **state)
{
	(void)state;
	struct key upper, lower;
	assert_true(key_parse("W", &upper) && key_parse("w", &lower));
	assert_false(key_is(upper, lower));
	assert_true(key_parse("^C", &upper) && key_parse("^c", &lower));
	assert_true(key_is(upper, lower));
}

static void words_that_name_no_key_are_refused(void **state)
{
	(void)state;
	static const char *const names[] = { "", "Entre", "F0", "F21", "ab", "\x01", "F1x" };
	struct key key;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_false(key_parse(names[i], &key));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_is_named_as_it_was_written),
		cmocka_unit_test(capitals_are_keys_of_their_own_but_not_with_control),
		cmocka_unit_test(words_that_name_no_key_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
