// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/arena.h"
#include "base/span.h"
#include "base/str.h"

static void an_empty_str_is_an_empty_text(void **state)
{
	(void)state;
	struct str s = { 0 };
	assert_string_equal(str_c(&s), "");
	char *text = str_detach(&s);
	assert_string_equal(text, "");
	free(text);
}

static void text_grows_by_formats_bytes_and_padding(void **state)
{
	(void)state;
	struct str s = { 0 };
	for (int i = 0; i < 100; i++)
		str_addf(&s, "%d,", i);
	str_pad(&s, '.', 3);
	assert_int_equal(s.len, 10 * 2 + 90 * 3 + 3);
	str_truncate(&s, 4);
	assert_string_equal(str_c(&s), "0,1,");
	str_release(&s);
}

static void lines_end_with_lf_crlf_or_the_text(void **state)
{
	(void)state;
	struct span rest = span_of("one\r\n\ntwo");
	struct span line;
	assert_true(span_line(&rest, &line));
	assert_true(span_is(line, "one"));
	assert_true(span_line(&rest, &line));
	assert_true(span_is(line, ""));
	assert_true(span_line(&rest, &line));
	assert_true(span_is(line, "two"));
	assert_false(span_line(&rest, &line));
}

static void words_are_cut_at_blanks(void **state)
{
	(void)state;
	struct span rest = span_of("  up\t now ");
	struct span word;
	assert_true(span_word(&rest, &word));
	assert_true(span_is(word, "up"));
	assert_true(span_word(&rest, &word));
	assert_true(span_is_word(word, "NOW"));
	assert_false(span_word(&rest, &word));
}

static void an_arena_keeps_small_and_big_pieces_apart(void **state)
{
	(void)state;
	struct arena arena = { 0 };
	char *first = arena_strdup(&arena, "first");
	char *big = arena_zero(&arena, 1 << 20);
	memset(big, 'x', 1 << 20);
	char *second = arena_printf(&arena, "%s %d", "second", 2);
	assert_string_equal(first, "first");
	assert_string_equal(second, "second 2");
	assert_true(arena_bytes(&arena) < (1 << 20) + 3 * 20000);
	arena_release(&arena);
	assert_int_equal(arena_bytes(&arena), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_str_is_an_empty_text),
		cmocka_unit_test(text_grows_by_formats_bytes_and_padding),
		cmocka_unit_test(lines_end_with_lf_crlf_or_the_text),
		cmocka_unit_test(words_are_cut_at_blanks),
		cmocka_unit_test(an_arena_keeps_small_and_big_pieces_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
