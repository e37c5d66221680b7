// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/utf8.h"

static void every_code_point_survives_the_way_there_and_back(void **state)
{
	(void)state;

	for (uint32_t code = 0; code <= 0x10ffff; code++) {
		char bytes[4];
		uint32_t back = 0;
		if (code >= 0xd800 && code <= 0xdfff)
			continue;
		size_t n = utf8_encode(code, bytes);
		assert_int_equal(utf8_decode(bytes, n, &back), n);
		assert_int_equal(back, code);
		assert_int_equal(n > 1 ? utf8_decode(bytes, n - 1, &back) : 0, 0);
	}
}

static void what_is_not_utf8_decodes_to_nothing(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"\x80",			 /* a continuation alone */
		"\xc0\x80",		 /* overlong NUL */
		"\xe0\x80\xaf",		 /* overlong slash */
		"\xed\xa0\x80",		 /* surrogate */
		"\xf4\x90\x80\x80",	 /* above the last code point */
		"\xff\xfe", "\xe2\x82x", /* cut */
	};
	uint32_t code;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(utf8_decode(bad[i], strlen(bad[i]), &code), 0);
	assert_int_equal(utf8_decode("", 0, &code), 0);
}

static void validity_stops_at_the_first_bad_byte_wherever_it_stands(void **state)
{
	(void)state;
	char text[65];

	for (size_t at = 0; at < 64; at++) {
		memset(text, 'a', 64);
		text[64] = '\0';
		text[at] = '\xfe';
		assert_int_equal(utf8_valid(span_from(text, 64)), at);
	}
	assert_int_equal(utf8_valid(span_of("käse und brötchen")), strlen("käse und brötchen"));
	assert_int_equal(utf8_valid(span_from("a\0b", 3)), 3);
}

static void characters_are_counted_not_bytes(void **state)
{
	(void)state;

	assert_int_equal(utf8_count(span_of("")), 0);
	assert_int_equal(utf8_count(span_of("aé漢😀")), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_point_survives_the_way_there_and_back),
		cmocka_unit_test(what_is_not_utf8_decodes_to_nothing),
		cmocka_unit_test(validity_stops_at_the_first_bad_byte_wherever_it_stands),
		cmocka_unit_test(characters_are_counted_not_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
