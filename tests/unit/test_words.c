// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/words.h"

static void bytes_are_said_in_three_figures(void **state)
{
	(void)state;
	static const struct {
		int64_t bytes;
		const char *words;
	} rows[] = {
		{ 0, "0 B" },
		{ 999, "999 B" },
		{ 1000, "1 kB" },
		{ 1023, "1 kB" },
		{ 1024, "1 kB" },
		{ 1536, "1.5 kB" },
		{ 10 * 1024 - 1, "10 kB" },
		{ INT64_C(884) << 20, "884 MB" },
		{ INT64_C(1000) << 20, "1 GB" },
		{ INT64_C(64) << 20, "64 MB" },
		{ 1181116006, "1.1 GB" },
		{ -(INT64_C(3) << 20), "-3 MB" },
		{ INT64_MAX, "8 EB" },
		{ INT64_MIN, "-8 EB" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char out[WORDS_BYTES];
		words_bytes(rows[i].bytes, out);
		assert_string_equal(out, rows[i].words);
	}
}

static void times_are_said_as_people_say_them(void **state)
{
	(void)state;
	static const struct {
		int64_t ms;
		const char *words;
	} rows[] = {
		{ 0, "0 ms" },
		{ 8, "8 ms" },
		{ 99, "99 ms" },
		{ 400, "0.4 s" },
		{ 3000, "3 s" },
		{ 9999, "9.9 s" },
		{ 41999, "41 s" },
		{ 252000, "4m12s" },
		{ 3599999, "59m59s" },
		{ 7500000, "2h05m" },
		{ INT64_C(3) * 86400000, "3 d" },
		{ -252000, "-4m12s" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char out[WORDS_BYTES];
		words_ms(rows[i].ms, out);
		assert_string_equal(out, rows[i].words);
	}
}

static void moments_are_said_from_now(void **state)
{
	(void)state;
	const int64_t now = INT64_C(1700000000) * 1000000, s = 1000000;
	static const struct {
		int64_t ago_s;
		const char *words;
	} rows[] = {
		{ 0, "just now" },
		{ 9, "just now" },
		{ 41, "41 s ago" },
		{ 250, "4 min ago" },
		{ 5 * 3600, "5 h ago" },
		{ 2 * 86400, "2 d ago" },
		{ -5, "just now" },
		{ -300, "in 5 min" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char out[WORDS_BYTES];
		words_ago(now - rows[i].ago_s * s, now, out);
		assert_string_equal(out, rows[i].words);
	}
}

static void sizes_are_read_with_postgresqls_units(void **state)
{
	(void)state;
	int64_t n;

	assert_true(words_parse_bytes("64MB", &n));
	assert_int_equal(n, 64 << 20);
	assert_true(words_parse_bytes("500 kB", &n));
	assert_int_equal(n, 500 << 10);
	assert_true(words_parse_bytes("1.5GB", &n));
	assert_int_equal(n, 3 * (INT64_C(1) << 29));
	assert_true(words_parse_bytes("8192", &n));
	assert_int_equal(n, 8192);
	static const char *const bad[] = { "", "MB", "-1", "1 parsec", "1.MB", ".5MB", "1.2345kB",
		"9999999999TB", "99999999999999999999", "1..2" };
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(words_parse_bytes(bad[i], &n));
}

static void durations_are_read_and_a_bare_number_counts_in_its_unit(void **state)
{
	(void)state;
	int64_t ms;

	assert_true(words_parse_ms("3s", 1, &ms));
	assert_int_equal(ms, 3000);
	assert_true(words_parse_ms("5min", 1, &ms));
	assert_int_equal(ms, 300000);
	assert_true(words_parse_ms("0.5 s", 1, &ms));
	assert_int_equal(ms, 500);
	assert_true(words_parse_ms("2d", 1, &ms));
	assert_int_equal(ms, 172800000);
	assert_true(words_parse_ms("2", 1000, &ms));
	assert_int_equal(ms, 2000);
	assert_false(words_parse_ms("soon", 1, &ms));
	assert_false(words_parse_ms("3 weeks", 1, &ms));
}

static void a_typo_finds_its_neighbour_and_nonsense_finds_nothing(void **state)
{
	(void)state;
	static const char *const names[] = { "upgrade", "downgrade", "status", "lock_timeout",
		"env" };

	assert_string_equal(words_nearest("upgarde", names, ARRAY_SIZE(names)), "upgrade");
	assert_string_equal(words_nearest("Statsu", names, ARRAY_SIZE(names)), "status");
	assert_string_equal(words_nearest("lock-timout", names, ARRAY_SIZE(names)), "lock_timeout");
	assert_string_equal(words_nearest("evn", names, ARRAY_SIZE(names)), "env");
	assert_null(words_nearest("banana", names, ARRAY_SIZE(names)));
	assert_null(words_nearest("", names, ARRAY_SIZE(names)));
	assert_null(words_nearest("x", names, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_are_said_in_three_figures),
		cmocka_unit_test(times_are_said_as_people_say_them),
		cmocka_unit_test(moments_are_said_from_now),
		cmocka_unit_test(sizes_are_read_with_postgresqls_units),
		cmocka_unit_test(durations_are_read_and_a_bare_number_counts_in_its_unit),
		cmocka_unit_test(a_typo_finds_its_neighbour_and_nonsense_finds_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
