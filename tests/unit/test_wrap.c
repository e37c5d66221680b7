// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include <locale.h>

#include "base/str.h"
#include "ui/wrap.h"

static void assert_rows(const char *text, int columns, const char *expected)
{
	struct str rows = { 0 };
	struct span rest = span_of(text), row;
	while (wrap_next(&rest, columns, &row))
		str_addf(&rows, "%.*s|", (int)row.len, row.data);
	assert_string_equal(str_c(&rows), expected);
	str_release(&rows);
}

static void rows_end_at_blanks_and_newlines(void **state)
{
	(void)state;
	assert_rows("one two three", 7, "one two|three|");
	assert_rows("one\ntwo\n\nthree", 20, "one|two||three|");
	assert_rows("one   two", 5, "one  |two|");
	assert_rows("", 5, "");
}

static void a_word_longer_than_a_row_is_cut(void **state)
{
	(void)state;
	assert_rows("abcdefgh", 3, "abc|def|gh|");
	assert_rows("日本語", 4, "日本|語|");
	assert_rows("日", 1, "\xe6|\x97|\xa5|");
}

static void text_is_drawn_visible_and_with_a_hanging_indent(void **state)
{
	struct surface s;
	(void)state;
	surface_init(&s, 14, 3, &glyphs_ascii);
	int after =
		wrap_draw(&s, (struct rect){ 1, 0, 12, 3 }, ROLE_TEXT, "target: a\033b c d e", 4);
	assert_int_equal(after, 3);
	assert_int_equal(wrap_rows("target: a\033b c d e", 12, 4), 3);
	char *row = surface_row_text(&s, 1);
	assert_string_equal(row, "     a\\x1bb c");
	free(row);
	surface_release(&s);
}

int main(void)
{
	setlocale(LC_ALL, "");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_end_at_blanks_and_newlines),
		cmocka_unit_test(a_word_longer_than_a_row_is_cut),
		cmocka_unit_test(text_is_drawn_visible_and_with_a_hanging_indent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
