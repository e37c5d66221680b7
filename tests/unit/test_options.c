// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/mem.h"
#include "conf/options.h"

static void keys_variables_and_flags_name_one_option_each(void **state)
{
	(void)state;

	for (size_t i = 0; i < option_count; i++) {
		const struct option *a = &options[i];
		assert_ptr_equal(option_find(a->key), a);
		if (a->flag)
			assert_ptr_equal(option_find_flag(span_of(a->flag)), a);
		for (size_t j = 0; a->variable && j < i; j++)
			assert_true(
				!options[j].variable || strcmp(options[j].variable, a->variable));
	}
}

static void rows_are_whole(void **state)
{
	(void)state;

	for (size_t i = 0; i < option_count; i++) {
		const struct option *o = &options[i];
		struct err e;
		int64_t number;
		assert_non_null(o->help);
		assert_true(o->help[strlen(o->help) - 1] != '.');
		assert_true(!o->variable || strncmp(o->variable, "DBTOP_", 6) == 0);
		/* a flag takes a value exactly when the option is not a yes or no */
		assert_true((o->value == NULL) == (o->kind == OPTION_BOOL));
		assert_true(o->kind != OPTION_WORD || o->words);
		assert_true(o->scope != OPTION_COMMAND_LINE || o->flag);
		if (o->fallback)
			assert_true(option_check(o, o->fallback, &e));
		if (o->sets)
			assert_true(option_check(option_find(o->sets), o->sets_value, &e));
		if (o->may_be_off) {
			assert_true(option_number(o, "off", &number, &e));
			assert_int_equal(number, -1);
		}
	}
}

static void psqls_letters_keep_their_meaning(void **state)
{
	(void)state;
	static const struct {
		const char *flag, *key;
	} rows[] = {
		{ "-h", "host" },
		{ "-p", "port" },
		{ "-U", "user" },
		{ "-d", "target" },
		{ "-w", "no_password" },
		{ "-W", "password" },
		{ "-?", "help" },
		{ "-V", "version" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_string_equal(option_find_flag(span_of(rows[i].flag))->key, rows[i].key);
	assert_null(option_find_flag(span_of("-x")));
	assert_null(option_find_flag(span_of("--no-such")));
	assert_null(option_find_flag(span_of("-")));
}

static void the_defaults_are_those_of_the_manual(void **state)
{
	(void)state;
	static const struct {
		const char *key;
		int64_t number;
	} rows[] = {
		{ "interval", 2000 },
		{ "lock_timeout", 3000 },
		{ "lock_wait", 15000 },
		{ "connect_timeout", 5000 },
		{ "hazard.size", 64 << 20 },
		{ "gate.lag", 500 << 20 },
		{ "gate.slots", 90 },
		{ "gate.blocked", 3 },
		{ "gate.oldest", 300000 },
		{ "gate_patience", 60000 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct option *o = option_find(rows[i].key);
		struct err e;
		int64_t number;
		assert_true(option_number(o, o->fallback, &number, &e));
		assert_int_equal(number, rows[i].number);
	}
}

static void a_bad_value_is_refused_with_its_name_and_range(void **state)
{
	(void)state;
	static const struct {
		const char *key, *value, *words;
	} rows[] = {
		{ "interval", "soon",
			"interval cannot be \"soon\": it takes a time from 100ms to 1h" },
		{ "interval", "1ms",
			"interval cannot be \"1ms\": it takes a time from 100ms to 1h" },
		{ "gate.lag", "-1",
			"gate.lag cannot be \"-1\": it takes a size from 8kB to 1024TB, or off" },
		{ "gate.slots", "101%",
			"gate.slots cannot be \"101%\": it takes a share from 1% to 100%, or off" },
		{ "gate.blocked", "3 in 2s",
			"gate.blocked cannot be \"3 in 2s\": it takes a number and a time (3 for "
			"2s) "
			"from 1 to 10000, or off" },
		{ "env", "production",
			"env cannot be \"production\": it takes one of dev, stage, prod" },
		{ "plain", "maybe", "plain cannot be \"maybe\": it takes yes or no" },
		{ "pool_size", "501",
			"pool_size cannot be \"501\": it takes a number from 1 to 500" },
		{ "theme", "", "theme cannot be \"\": it takes a text that is not empty" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct err e = { 0 };
		assert_false(option_check(option_find(rows[i].key), rows[i].value, &e));
		assert_string_equal(e.text, rows[i].words);
		assert_int_equal(e.kind, ERR_USAGE);
	}
}

static void a_count_may_have_to_last(void **state)
{
	(void)state;
	const struct option *blocked = option_find("gate.blocked");
	struct err e;
	int64_t count, ms;

	assert_true(option_count_for(blocked, "3 for 2s", &count, &ms, &e));
	assert_int_equal(count, 3);
	assert_int_equal(ms, 2000);
	assert_true(option_count_for(blocked, "5 for 500 ms", &count, &ms, &e));
	assert_int_equal(ms, 500);
	assert_true(option_count_for(blocked, "7", &count, &ms, &e));
	assert_int_equal(count, 7);
	assert_int_equal(ms, 0);
	assert_true(option_count_for(blocked, "off", &count, &ms, &e));
	assert_int_equal(count, -1);
	assert_false(option_count_for(blocked, "3 for", &count, &ms, &e));
	assert_false(option_count_for(blocked, "for 2s", &count, &ms, &e));
}

static void every_option_stands_in_the_documents(void **state)
{
	(void)state;
	struct str markdown = { 0 }, man = { 0 };

	options_markdown(&markdown);
	options_man(&man);
	for (size_t i = 0; i < option_count; i++) {
		assert_non_null(strstr(markdown.data, options[i].help));
		assert_non_null(!options[i].variable ? "" : strstr(man.data, options[i].variable));
	}
	assert_non_null(strstr(markdown.data, "| `interval` | `--interval TIME` | `DBTOP_INTERVAL` "
					      "| `2s` | a time from 100ms to 1h |"));
	assert_non_null(strstr(man.data, ".B \\-d, \\-\\-target TARGET\n"));
	str_release(&markdown);
	str_release(&man);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_variables_and_flags_name_one_option_each),
		cmocka_unit_test(rows_are_whole),
		cmocka_unit_test(psqls_letters_keep_their_meaning),
		cmocka_unit_test(the_defaults_are_those_of_the_manual),
		cmocka_unit_test(a_bad_value_is_refused_with_its_name_and_range),
		cmocka_unit_test(a_count_may_have_to_last),
		cmocka_unit_test(every_option_stands_in_the_documents),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
