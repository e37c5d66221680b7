// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "parse/text.h"

static void a_place_moves_over_lines_and_characters(void **state)
{
	(void)state;
	struct span text = span_of("aä\nö x\n\ny");
	struct text_place place = text_start(text);

	text_move(text, &place, 3);
	assert_int_equal(place.line, 1);
	assert_int_equal(place.column, 3);
	text_move(text, &place, 7);
	assert_int_equal(place.line, 2);
	assert_int_equal(place.column, 3);
	text_move(text, &place, text.len);
	assert_int_equal(place.line, 4);
	assert_int_equal(place.column, 2);
}

static void a_place_never_moves_back(void **state)
{
	(void)state;
	struct span text = span_of("a\nb");
	struct text_place place = text_start(text);

	text_move(text, &place, 3);
	text_move(text, &place, 0);
	assert_int_equal(place.offset, 3);
	assert_int_equal(place.line, 2);
}

static void a_byte_order_mark_has_no_column(void **state)
{
	(void)state;
	struct span text = span_of("\xef\xbb\xbfx");
	struct text_place place = text_start(text);

	assert_int_equal(text_bom(text), 3);
	text_move(text, &place, 3);
	assert_int_equal(place.column, 1);
	assert_int_equal(text_bom(span_of("x")), 0);
}

static void sound_text_passes(void **state)
{
	(void)state;
	struct err e;
	assert_true(text_check(span_of("größe\n"), "f", &e));
	assert_true(text_check(span_from(NULL, 0), "f", &e));
}

static void the_first_bad_byte_is_named_with_its_place(void **state)
{
	(void)state;
	struct err e;

	assert_false(text_check(span_of("ok\nä\xff"), "f.sql", &e));
	assert_int_equal(e.kind, ERR_PARSE);
	assert_string_equal(e.file, "f.sql");
	assert_int_equal(e.line, 2);
	assert_int_equal(e.column, 2);
	assert_non_null(strstr(e.text, "0xff"));
	assert_false(text_check(span_from("a\0\xff", 3), NULL, &e));
	assert_int_equal(e.column, 2);
	assert_non_null(strstr(e.text, "NUL"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_place_moves_over_lines_and_characters),
		cmocka_unit_test(a_place_never_moves_back),
		cmocka_unit_test(a_byte_order_mark_has_no_column),
		cmocka_unit_test(sound_text_passes),
		cmocka_unit_test(the_first_bad_byte_is_named_with_its_place),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
