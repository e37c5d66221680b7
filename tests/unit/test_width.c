// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include <wchar.h>

#include "base/width.h"

static void what_is_drawn_is_as_wide_as_the_c_library_says(void **state)
{
	(void)state;
	size_t drawn = 0;

	for (uint32_t code = 0; code <= 0x10ffff; code++) {
		int width = width_of(code);
		assert_in_range(width + 1, 0, 3);
		if (width < 0)
			continue;
		assert_int_equal(width, wcwidth((wchar_t)code));
		drawn++;
	}
	/* The rule must not escape whole scripts: Unicode has some 149,000 assigned characters. */
	assert_true(drawn > 140000);
}

static void letters_wide_ones_and_marks_have_their_widths(void **state)
{
	(void)state;

	assert_int_equal(width_of('a'), 1);
	assert_int_equal(width_of(0xe9), 1);
	assert_int_equal(width_of(0x6f22), 2);
	assert_int_equal(width_of(0x1f600), 2);
	assert_int_equal(width_of(0x301), 0);
	assert_int_equal(width_of(0x2588), 1);
	assert_int_equal(width_of(0x2502), 1);
}

static void what_can_deceive_is_never_drawn(void **state)
{
	(void)state;
	static const uint32_t hidden[] = { 0, 0x1b, 0x7f, 0x85, 0x9b, 0xad, 0x61c, 0x200b, 0x200d,
		0x200e, 0x2028, 0x2029, 0x202e, 0x2066, 0xfe0f, 0xfeff, 0xe000, 0xe0041, 0xfffe,
		0x10ffff };

	for (size_t i = 0; i < ARRAY_SIZE(hidden); i++) {
		assert_int_equal(width_of(hidden[i]), -1);
		assert_true(width_is_hidden(hidden[i]));
	}
	assert_false(width_is_hidden(0xe9));
	assert_false(width_is_hidden(0x301));
}

static void without_a_utf8_locale_only_ascii_is_drawn(void **state)
{
	(void)state;

	setlocale(LC_CTYPE, "C");
	int letter = width_of(0xe9), ascii = width_of('e');
	setlocale(LC_CTYPE, "C.UTF-8");
	assert_int_equal(letter, -1);
	assert_int_equal(ascii, 1);
}

static void columns_count_what_is_drawn(void **state)
{
	(void)state;

	assert_int_equal(width_columns(span_of("")), 0);
	assert_int_equal(width_columns(span_of("abc")), 3);
	assert_int_equal(width_columns(span_of("漢字")), 4);
	assert_int_equal(width_columns(span_of("e\u0301")), 1);
	assert_int_equal(width_columns(span_of("a\tb")), 6);
	assert_int_equal(width_columns(span_of("\xff")), 4);
}

static void a_cut_never_splits_a_wide_letter_a_mark_or_an_escape(void **state)
{
	(void)state;

	assert_int_equal(width_cut(span_of("漢字"), 3), 3);
	assert_int_equal(width_cut(span_of("漢字"), 1), 0);
	assert_int_equal(width_cut(span_of("ae\u0301b"), 1), 1);
	assert_int_equal(width_cut(span_of("ae\u0301b"), 2), 4);
	assert_int_equal(width_cut(span_of("a\x1b[2J"), 4), 1);
	assert_int_equal(width_cut(span_of("a\x1b[2J"), 5), 2);
	assert_int_equal(width_cut(span_of("abc"), 3), 3);
	assert_int_equal(width_cut(span_of("abc"), 0), 0);
}

static void a_flag_is_cut_as_one(void **state)
{
	(void)state;
	const char *flags = "\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7";
	size_t one = width_columns(span_from(flags, 8));

	assert_int_equal(width_cut(span_of(flags), one), 8);
	assert_int_equal(width_cut(span_of(flags), one - 1), 0);
	assert_int_equal(width_cut(span_of(flags), 2 * one - 1), 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_drawn_is_as_wide_as_the_c_library_says),
		cmocka_unit_test(letters_wide_ones_and_marks_have_their_widths),
		cmocka_unit_test(what_can_deceive_is_never_drawn),
		cmocka_unit_test(without_a_utf8_locale_only_ascii_is_drawn),
		cmocka_unit_test(columns_count_what_is_drawn),
		cmocka_unit_test(a_cut_never_splits_a_wide_letter_a_mark_or_an_escape),
		cmocka_unit_test(a_flag_is_cut_as_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
