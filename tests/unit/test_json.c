// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/json.h"

static void assert_prints(struct json *value, const char *expected)
{
	char *text = json_print(value, false);

	assert_string_equal(text, expected);
	free(text);
	json_free(value);
}

static void members_keep_the_order_they_were_put_in(void **state)
{
	(void)state;
	struct json *root = json_object();
	struct json *list = json_array();

	json_put_int(root, "schema", 1);
	json_put_text(root, "command", "plan");
	json_put_bool(root, "ok", true);
	json_put_null(root, "target");
	json_put_text(list, NULL, NULL);
	json_put_int(list, NULL, INT64_MIN);
	json_put(root, "a", list);
	assert_prints(root, "{\"schema\":1,\"command\":\"plan\",\"ok\":true,\"target\":null,"
			    "\"a\":[null,-9223372036854775808]}");
}

static void bad_bytes_become_replacement_characters(void **state)
{
	(void)state;
	struct json *list = json_array();

	json_put_text(list, NULL,
		"a\xff\xfe"
		"b");
	json_put_text(list, NULL, "\xe6\xbc");
	json_put_text(list, NULL, "\x80");
	assert_prints(list, "[\"a\xef\xbf\xbd\xef\xbf\xbd"
			    "b\",\"\xef\xbf\xbd\xef\xbf\xbd\",\"\xef\xbf\xbd\"]");
}

static void what_a_terminal_might_obey_is_written_as_an_escape(void **state)
{
	(void)state;
	struct json *list = json_array();

	json_put_text(list, NULL, "\x1b[2J\x7f\xc2\x9b\u202e\U000e0041é");
	assert_prints(list, "[\"\\u001B[2J\\u007F\\u009B\\u202E\\uDB40\\uDC41é\"]");
}

static void what_was_printed_reads_back_the_same(void **state)
{
	(void)state;
	struct err e = { 0 };
	struct json *root = json_object();
	struct json *rows = json_array();

	json_put_text(root, "hostile", "\x1b\x7f\u202e\U000e0041\n\"\\");
	json_put_int(rows, NULL, 42);
	json_put(root, "rows", rows);
	char *text = json_print(root, true);
	struct json *back = json_parse(span_of(text), &e);
	assert_non_null(back);
	assert_string_equal(json_text(json_get(back, "hostile")), "\x1b\x7f\u202e\U000e0041\n\"\\");
	assert_int_equal(json_int(json_at(json_get(back, "rows"), 0), -1), 42);
	json_free(back);
	json_free(root);
	free(text);
}

static void missing_and_wrong_kinds_are_told_apart_from_values(void **state)
{
	(void)state;
	struct err e = { 0 };
	struct json *root = json_parse(span_of("{\"a\":\"text\",\"t\":true,\"n\":7}"), &e);

	assert_non_null(root);
	assert_int_equal(json_count(root), 3);
	assert_null(json_get(root, "b"));
	assert_null(json_text(json_get(root, "n")));
	assert_null(json_text(NULL));
	assert_int_equal(json_int(json_get(root, "a"), -1), -1);
	assert_true(json_is_true(json_get(root, "t")));
	assert_false(json_is_true(json_get(root, "a")));
	assert_false(json_is_true(NULL));
	assert_null(json_at(root, 0));
	json_free(root);
}

static void what_is_no_json_is_refused_with_its_place(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "{", "{\"a\":1,\n \"a\":2}", "[1,]", "nul",
		"\"\xff\"" };

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct err e = { 0 };
		assert_null(json_parse(span_of(bad[i]), &e));
		assert_int_equal(e.kind, ERR_PARSE);
		assert_true(e.line >= 1);
	}
	struct err e = { 0 };
	assert_null(json_parse((struct span){ 0 }, &e));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_keep_the_order_they_were_put_in),
		cmocka_unit_test(bad_bytes_become_replacement_characters),
		cmocka_unit_test(what_a_terminal_might_obey_is_written_as_an_escape),
		cmocka_unit_test(what_was_printed_reads_back_the_same),
		cmocka_unit_test(missing_and_wrong_kinds_are_told_apart_from_values),
		cmocka_unit_test(what_is_no_json_is_refused_with_its_place),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
