// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include <stdio.h>

#include "base/str.h"
#include "parse/lexer.h"

static const char letters[] = {
	[TOKEN_END] = '.',
	[TOKEN_WORD] = 'w',
	[TOKEN_NAME] = 'n',
	[TOKEN_STRING] = 's',
	[TOKEN_NUMBER] = '1',
	[TOKEN_PARAMETER] = '$',
	[TOKEN_OPERATOR] = 'o',
	[TOKEN_PUNCTUATION] = 'p',
	[TOKEN_COMMENT] = 'c',
	[TOKEN_BACKSLASH] = 'b',
	[TOKEN_BAD] = '!',
};

/* "w:select 1:1": each token as its kind and text, a bar between. */
static char *tokens(const char *sql, bool wants_comments, bool has_plain_strings)
{
	struct str out = { 0 };
	struct lexer lexer;
	struct token token;

	lexer_init(&lexer, span_of(sql));
	lexer.wants_comments = wants_comments;
	lexer.has_plain_strings = has_plain_strings;
	while (lexer_next(&lexer, &token) != TOKEN_END)
		str_addf(&out, "%s%c:%.*s", out.len ? "|" : "", letters[token.kind],
			(int)token.text.len, token.text.data);
	return str_detach(&out);
}

static void expect(const char *sql, const char *expected)
{
	char *got = tokens(sql, false, true);
	assert_string_equal(got, expected);
	free(got);
}

static void words_names_and_punctuation(void **state)
{
	(void)state;
	expect("Select a$b, \"a\"\"b\".c", "w:Select|w:a$b|p:,|n:\"a\"\"b\"|p:.|w:c");
	expect("größe::text[1:2] := x..y",
		"w:größe|p:::|w:text|p:[|1:1|p::|1:2|p:]|p::=|w:x|p:..|w:y");
	expect("U&\"d\\0061t\" u&x", "n:U&\"d\\0061t\"|w:u|o:&|w:x");
}

static void strings_of_every_kind(void **state)
{
	(void)state;
	expect("'it''s' 'a\\' E'a\\'b' n'x' U&'\\0041\\'",
		"s:'it''s'|s:'a\\'|s:E'a\\'b'|s:n'x'|s:U&'\\0041\\'");
	expect("B'01''' x'1f'", "s:B'01'|s:''|s:x'1f'");
	expect("$$a;'$$ $a$ $b$ $a $a$ $1 a$$", "s:$$a;'$$|s:$a$ $b$ $a $a$|$:$1|w:a$$");
	expect("$ä1$;$ä1$ $x $", "s:$ä1$;$ä1$|p:$|w:x|p:$");
}

static void a_continued_escape_string_keeps_its_escapes(void **state)
{
	(void)state;
	expect("E'a'\n'b\\''", "s:E'a'|s:'b\\''");
	expect("E'a' -- c\n -- d\n 'b\\''", "s:E'a'|s:'b\\''");
	expect("E'a' 'b\\'", "s:E'a'|s:'b\\'");
	expect("E'a'\n/**/'b\\'", "s:E'a'|s:'b\\'");
	expect("'a'\n'b\\'", "s:'a'|s:'b\\'");
}

static void a_continued_string_is_seen_through_wanted_comments(void **state)
{
	(void)state;
	char *got = tokens("E'a' -- c\n'\\''", true, true);
	assert_string_equal(got, "s:E'a'|c:-- c|s:'\\''");
	free(got);
}

static void old_strings_take_backslashes(void **state)
{
	(void)state;
	char *got = tokens("'a\\'b' n'\\''", false, false);
	assert_string_equal(got, "s:'a\\'b'|s:n'\\''");
	free(got);
}

static void numbers_of_old_and_new_servers(void **state)
{
	(void)state;
	expect("1 1.5 .5 1. 1e10 1E-5 1_000 0x1F 0b01 0o17",
		"1:1|1:1.5|1:.5|1:1.|1:1e10|1:1E-5|1:1_000|1:0x1F|1:0b01|1:0o17");
	expect("1..10 1e 0x", "1:1|p:..|1:10|1:1|w:e|1:0|w:x");
}

static void comments_begin_inside_operators(void **state)
{
	(void)state;
	expect("a+--x\nb", "w:a|o:+|w:b");
	expect("a*/**/b", "w:a|o:*|w:b");
	expect("1 <@/* ; */2", "1:1|o:<@|1:2");
	expect("- -1 ->> @@", "o:-|o:-|1:1|o:->>|o:@@");
}

static void block_comments_nest_and_line_comments_end_at_cr(void **state)
{
	(void)state;
	expect("/* /* ; */ */a/*/ */b", "w:a|w:b");
	expect("a --x\rb", "w:a|w:b");
	char *got = tokens("/*/**/;*/--y\n1", true, true);
	assert_string_equal(got, "c:/*/**/;*/|c:--y|1:1");
	free(got);
}

static void an_unterminated_piece_begins_where_it_began(void **state)
{
	(void)state;
	expect("a 'b;\nc", "w:a|!:'b;\nc");
	expect("a E'b\\'", "w:a|!:E'b\\'");
	expect("a \"b", "w:a|!:\"b");
	expect("a /* /* */", "w:a|!:/* /* */");
	expect("a $x$ $y$ $x", "w:a|!:$x$ $y$ $x");
	expect("x'1", "!:x'1");
	expect("E'\\", "!:E'\\");
}

static void a_backslash_takes_its_line(void **state)
{
	(void)state;
	expect("\\d t 'x\na", "b:\\d t 'x|w:a");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_names_and_punctuation),
		cmocka_unit_test(strings_of_every_kind),
		cmocka_unit_test(a_continued_escape_string_keeps_its_escapes),
		cmocka_unit_test(a_continued_string_is_seen_through_wanted_comments),
		cmocka_unit_test(old_strings_take_backslashes),
		cmocka_unit_test(numbers_of_old_and_new_servers),
		cmocka_unit_test(comments_begin_inside_operators),
		cmocka_unit_test(block_comments_nest_and_line_comments_end_at_cr),
		cmocka_unit_test(an_unterminated_piece_begins_where_it_began),
		cmocka_unit_test(a_backslash_takes_its_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
