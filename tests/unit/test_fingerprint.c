// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "parse/fingerprint.h"
#include "parse/script.h"

static void token_hash(const char *sql, char hex[DIGEST_HEX_BYTES])
{
	struct arena arena = { 0 };
	struct script script;
	struct err e;
	struct digest *digest = digest_start();

	script_init(&script, &arena, NULL, span_of(sql));
	assert_true(script_split(&script, &e));
	for (size_t i = 0; i < script.count; i++)
		fingerprint_add_tokens(digest, &script.statements[i]);
	digest_end(digest, hex);
	arena_release(&arena);
}

static bool is_same(const char *one, const char *two)
{
	char a[DIGEST_HEX_BYTES], b[DIGEST_HEX_BYTES];

	token_hash(one, a);
	token_hash(two, b);
	return strcmp(a, b) == 0;
}

static void formatting_changes_nothing(void **state)
{
	(void)state;
	assert_true(is_same(
		"create table t (a int);", "-- now in capitals\nCREATE TABLE T(a int)\n;;"));
	assert_true(is_same("select 1 /* one */ + 2", "select 1+2"));
}

static void content_changes_it(void **state)
{
	(void)state;
	assert_false(is_same("select 'a'", "select 'A'"));
	assert_false(is_same("select \"a\"", "select \"A\""));
	assert_false(is_same("select 'a b'", "select 'a  b'"));
	assert_false(is_same("select a b", "select ab"));
	assert_false(is_same("select 1; select 2", "select 2; select 1"));
	assert_false(is_same("copy t from stdin;\n1\n\\.\n", "copy t from stdin;\n2\n\\.\n"));
}

static void long_words_fold_whole(void **state)
{
	(void)state;
	assert_true(is_same(
		"select aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaZ",
		"select "
		"Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaz"));
}

static void bytes_count_each(void **state)
{
	(void)state;
	struct statement one = { .text = span_of("select 1") };
	struct statement two = { .text = span_of("SELECT 1") };
	char a[DIGEST_HEX_BYTES], b[DIGEST_HEX_BYTES];

	fingerprint_bytes(&one, a);
	fingerprint_bytes(&two, b);
	assert_string_not_equal(a, b);
	two.text = one.text;
	two.data = span_of("1\n");
	fingerprint_bytes(&two, b);
	assert_string_not_equal(a, b);
	assert_int_equal(strlen(a), 64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formatting_changes_nothing),
		cmocka_unit_test(content_changes_it),
		cmocka_unit_test(long_words_fold_whole),
		cmocka_unit_test(bytes_count_each),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
