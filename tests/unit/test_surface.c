// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include <locale.h>

#include "ui/pen.h"
#include "ui/surface.h"

static void assert_row(const struct surface *s, int y, const char *expected)
{
	char *text = surface_row_text(s, y);
	assert_string_equal(text, expected);
	free(text);
}

static void text_that_does_not_fit_ends_with_the_cut_mark(void **state)
{
	(void)state;
	struct surface s;
	surface_init(&s, 10, 1, &glyphs_utf8);
	int used = surface_text(&s, 1, 0, ROLE_TEXT, span_of("a long name"), 6);
	assert_int_equal(used, 6);
	assert_row(&s, 0, " a lon…");
	surface_release(&s);
}

static void a_window_clips_what_is_drawn_into_it(void **state)
{
	(void)state;
	struct surface s;
	surface_init(&s, 8, 3, &glyphs_ascii);
	struct surface part = surface_part(&s, (struct rect){ 2, 1, 4, 5 });
	assert_int_equal(part.height, 2);
	for (int y = -1; y < 4; y++)
		surface_text(&part, -1, y, ROLE_TEXT, span_of("abcdefgh"), 100);
	assert_row(&s, 0, "");
	assert_row(&s, 1, "  bcde");
	assert_row(&s, 2, "  bcde");
	surface_release(&s);
}

static void half_of_a_wide_character_never_stays(void **state)
{
	(void)state;
	struct surface s;
	surface_init(&s, 6, 1, &glyphs_utf8);
	surface_text(&s, 0, 0, ROLE_TEXT, span_of("日本語"), 6);
	surface_text(&s, 1, 0, ROLE_TEXT, span_of("xy"), 2);
	assert_row(&s, 0, " xy 語");
	surface_release(&s);
}

static void a_wide_character_is_not_cut_in_two_at_the_edge(void **state)
{
	(void)state;
	struct surface s;
	surface_init(&s, 3, 1, &glyphs_utf8);
	surface_text(&s, 0, 0, ROLE_TEXT, span_of("日本"), 4);
	assert_row(&s, 0, "日");
	surface_release(&s);
}

static void marks_share_the_cell_of_their_letter(void **state)
{
	(void)state;
	struct surface s;
	surface_init(&s, 4, 1, &glyphs_utf8);
	surface_text(&s, 0, 0, ROLE_TEXT, span_of("e\xcc\x81x"), 4);
	assert_int_equal(surface_cell(&s, 0, 0)->codes[1], 0x301);
	assert_int_equal(surface_cell(&s, 1, 0)->codes[0], 'x');
	surface_release(&s);
}

static void foreign_bytes_become_visible(void **state)
{
	(void)state;
	struct surface s;
	surface_init(&s, 30, 1, &glyphs_utf8);
	surface_text(&s, 0, 0, ROLE_TEXT, span_of("a\033]52;c;\a\xff\nb"), 30);
	for (int x = 0; x < 30; x++)
		assert_true(surface_cell(&s, x, 0)->codes[0] >= ' ');
	assert_row(&s, 0, "a\\x1b]52;c;\\x07\\xff\\x0ab");
	surface_release(&s);
}

static void a_selected_row_keeps_its_alarms(void **state)
{
	(void)state;
	struct surface s;
	surface_init(&s, 6, 1, &glyphs_ascii);
	struct pen pen = pen_at(&s, 0, 0);
	pen_text(&pen, ROLE_DIM, "ab");
	pen_status(&pen, STATUS_CRIT);
	surface_restyle(&s, surface_rect(&s), ROLE_SELECTED);
	assert_int_equal(surface_cell(&s, 0, 0)->role, ROLE_SELECTED);
	assert_int_equal(surface_cell(&s, 3, 0)->role, ROLE_STATUS_CRIT);
	assert_true(surface_cell(&s, 3, 0)->is_reversed);
	surface_release(&s);
}

static void a_pen_writes_numbers_to_the_right_of_their_field(void **state)
{
	(void)state;
	struct surface s;
	surface_init(&s, 20, 1, &glyphs_ascii);
	struct pen pen = pen_at(&s, 0, 0);
	char text[NUMBER_BYTES];
	number_count(164, text);
	pen_number(&pen, ROLE_TEXT, text, 6);
	number_bytes(VALUE_UNKNOWN, text);
	pen_number(&pen, ROLE_TEXT, text, 4);
	number_ms(VALUE_NONE, text);
	pen_number(&pen, ROLE_TEXT, text, 4);
	pen_right(&pen, ROLE_DIM, "end");
	assert_row(&s, 0, "   164   ?   -   end");
	surface_release(&s);
}

int main(void)
{
	setlocale(LC_ALL, "");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_that_does_not_fit_ends_with_the_cut_mark),
		cmocka_unit_test(a_window_clips_what_is_drawn_into_it),
		cmocka_unit_test(half_of_a_wide_character_never_stays),
		cmocka_unit_test(a_wide_character_is_not_cut_in_two_at_the_edge),
		cmocka_unit_test(marks_share_the_cell_of_their_letter),
		cmocka_unit_test(foreign_bytes_become_visible),
		cmocka_unit_test(a_selected_row_keeps_its_alarms),
		cmocka_unit_test(a_pen_writes_numbers_to_the_right_of_their_field),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
