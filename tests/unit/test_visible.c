// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/str.h"
#include "base/utf8.h"
#include "base/visible.h"
#include "base/width.h"

/* What people have smuggled into names, queries and notices. */
static const struct {
	const char *text;
	size_t len;
} hostile[] = {
#define TEXT(s)                  \
	{                        \
		s, sizeof(s) - 1 \
	}
	TEXT("plain"),
	TEXT("\x1b[2J\x1b[1;1Hgone"),
	TEXT("\x1b]0;title\x07"),
	TEXT("\x1b]52;c;ZXZpbA==\x1b\\"),
	TEXT("\x1bP+q\x1b\\"),
	TEXT("\x9b"
	     "2J raw C1"),
	TEXT("\xc2\x9b"
	     "2J C1 as UTF-8"),
	TEXT("\xc2\x85next line"),
	TEXT("user\xe2\x80\xaegnp.exe"),
	TEXT("\xe2\x81\xa6isolate\xe2\x81\xa9"),
	TEXT("a\xe2\x80\xa8line\xe2\x80\xa9paragraph"),
	TEXT("\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7 family"),
	TEXT("\xe2\x9a\xa0\xef\xb8\x8f warning"),
	TEXT("\xf3\xa0\x81\x81\xf3\xa0\x81\x82tags"),
	TEXT("\xee\x80\x80private"),
	TEXT("\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd thumb"),
	TEXT("\xe6\xbc\xa2\xe5\xad\x97 wide"),
	TEXT("nul\0inside"),
	TEXT("\xc0\x80 overlong \xed\xa0\x80 surrogate \xf4\x90\x80\x80 \xff\xfe"),
	TEXT("cut \xe6\xbc"),
	TEXT("a\r\nb\rc\nd\te"),
	TEXT("bell\x07 back\x08space del\x7f"),
	TEXT("\xcc\x81leading mark"),
	TEXT("\x1b\xcc\x81mark after escape"),
	TEXT("\\x1b\\u{9b} written out"),
	TEXT("\xef\xbb\xbf"
	     "bom"),
	TEXT("soft\xc2\xadhyphen"),
#undef TEXT
};

static const enum visible_mode modes[] = { VISIBLE_LINE, VISIBLE_TEXT, VISIBLE_BLANK };

static void assert_harmless(struct span text, enum visible_mode mode)
{
	size_t marks = 0;
	uint32_t code;

	assert_int_equal(utf8_valid(text), text.len);
	for (size_t at = 0; at < text.len;) {
		at += utf8_decode(text.data + at, text.len - at, &code);
		if (code == '\n' && mode == VISIBLE_TEXT)
			continue;
		int width = width_of(code);
		assert_true(width >= 0);
		marks = width ? 0 : marks + 1;
		assert_true(marks <= 2);
	}
}

static void assert_safe(struct span text)
{
	for (size_t m = 0; m < ARRAY_SIZE(modes); m++) {
		struct str once = { 0 }, twice = { 0 };
		visible_add(&once, text, modes[m]);
		assert_harmless(str_span(&once), modes[m]);
		visible_add(&twice, str_span(&once), modes[m]);
		assert_string_equal(str_c(&twice), str_c(&once));
		str_release(&once);
		str_release(&twice);
	}
}

static void nothing_hostile_comes_through_in_any_mode_and_twice_is_once(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(hostile); i++)
		assert_safe(span_from(hostile[i].text, hostile[i].len));
}

static void random_bytes_come_out_harmless(void **state)
{
	(void)state;
	uint32_t seed = 12345;
	char bytes[48];

	for (int round = 0; round < 20000; round++) {
		for (size_t i = 0; i < sizeof(bytes); i++) {
			seed = seed * 1664525 + 1013904223;
			bytes[i] = (char)(seed >> 24);
		}
		assert_safe(span_from(bytes, sizeof(bytes)));
	}
}

static void the_width_told_is_the_width_drawn(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(hostile); i++) {
		struct span text = span_from(hostile[i].text, hostile[i].len);
		struct str out = { 0 };
		size_t columns = 0;
		uint32_t code;
		visible_add(&out, text, VISIBLE_LINE);
		for (size_t at = 0; at < out.len;) {
			at += utf8_decode(out.data + at, out.len - at, &code);
			columns += (size_t)width_of(code);
		}
		assert_int_equal(width_columns(text), columns);
		for (size_t limit = 0; limit <= columns; limit++) {
			size_t cut = width_cut(text, limit);
			assert_true(width_columns(span_from(text.data, cut)) <= limit);
		}
		str_release(&out);
	}
}

static void five_hundred_marks_become_two_and_escapes(void **state)
{
	(void)state;
	struct str zalgo = { 0 };

	str_add_char(&zalgo, 'a');
	for (int i = 0; i < 500; i++)
		str_add(&zalgo, "\u0301");
	assert_safe(str_span(&zalgo));
	assert_int_equal(width_columns(str_span(&zalgo)), 1 + 498 * strlen("\\u{301}"));
	assert_int_equal(width_cut(str_span(&zalgo), 1), 1 + 2 * strlen("\u0301"));
	str_release(&zalgo);
}

static void assert_shown(const char *text, enum visible_mode mode, const char *expected)
{
	char *shown = visible_new(text, mode);

	assert_string_equal(shown, expected);
	free(shown);
}

static void each_kind_of_byte_has_its_own_look(void **state)
{
	(void)state;

	assert_shown("\x1b[0m", VISIBLE_LINE, "\\x1b[0m");
	assert_shown("\xc2\x9b", VISIBLE_LINE, "\\u{9b}");
	assert_shown("\xff", VISIBLE_LINE, "\\xff");
	assert_shown("a\u202e", VISIBLE_LINE, "a\\u{202e}");
	assert_shown("e\u0301\u0301\u0301", VISIBLE_LINE, "e\u0301\u0301\\u{301}");
	assert_shown("Grüße 漢字", VISIBLE_LINE, "Grüße 漢字");
}

static void a_line_escapes_newlines_a_text_keeps_them_a_query_joins_them(void **state)
{
	(void)state;
	const char *query = "select\n\t1,\r\n\t  2";

	assert_shown(query, VISIBLE_LINE, "select\\x0a\\x091,\\x0d\\x0a\\x09  2");
	assert_shown(query, VISIBLE_TEXT, "select\n        1,\n          2");
	assert_shown(query, VISIBLE_BLANK, "select 1, 2");
	assert_shown("ab\tc漢\td", VISIBLE_TEXT, "ab      c漢     d");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_hostile_comes_through_in_any_mode_and_twice_is_once),
		cmocka_unit_test(random_bytes_come_out_harmless),
		cmocka_unit_test(the_width_told_is_the_width_drawn),
		cmocka_unit_test(five_hundred_marks_become_two_and_escapes),
		cmocka_unit_test(each_kind_of_byte_has_its_own_look),
		cmocka_unit_test(a_line_escapes_newlines_a_text_keeps_them_a_query_joins_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
