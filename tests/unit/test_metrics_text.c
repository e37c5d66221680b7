// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/mem.h"
#include "cli/exposition.h"
#include "core/metrics_serve.h"
#include "core/metrics_text.h"
#include "model/value.h"

static const struct metric depth = { "dbtop_depth", "How deep", METRIC_GAUGE, 0 };
static const struct metric age = { "dbtop_age_seconds", "How old", METRIC_GAUGE, 1000000 };
static const struct metric calls = { "dbtop_calls_total", "Calls", METRIC_COUNTER, 0 };
static const struct metric waits = { "dbtop_wait_seconds", "Waits", METRIC_HISTOGRAM, 0 };

static char *print(struct metrics_text *text)
{
	struct str out = { 0 };

	metrics_print(text, &out);
	return str_detach(&out);
}

static int setup(void **state)
{
	*state = metrics_text_new();
	return 0;
}

static int teardown(void **state)
{
	metrics_text_free(*state);
	return 0;
}

static void assert_page(struct metrics_text *text, const char *expected)
{
	char *page = print(text);

	assert_string_equal(page, expected);
	exposition_check(page);
	free(page);
}

static void families_are_sorted_and_said_once(void **state)
{
	struct metrics_text *text = *state;

	metrics_add(text, &depth, METRIC_LABELS({ "server", "b" }), 2);
	metrics_add(text, &calls, NULL, 7);
	metrics_add(text, &depth, METRIC_LABELS({ "server", "a" }), 1);

	assert_page(text, "# HELP dbtop_calls_total Calls\n"
			  "# TYPE dbtop_calls_total counter\n"
			  "dbtop_calls_total 7\n"
			  "# HELP dbtop_depth How deep\n"
			  "# TYPE dbtop_depth gauge\n"
			  "dbtop_depth{server=\"b\"} 2\n"
			  "dbtop_depth{server=\"a\"} 1\n");
}

static void what_is_not_known_is_absent(void **state)
{
	struct metrics_text *text = *state;

	metrics_add(text, &depth, NULL, VALUE_UNKNOWN);
	metrics_add(text, &age, NULL, VALUE_NONE);

	assert_int_equal(metrics_text_count(text), 0);
	assert_page(text, "");
}

static void a_series_is_said_once(void **state)
{
	struct metrics_text *text = *state;

	metrics_add(text, &depth, METRIC_LABELS({ "server", "a" }), 1);
	metrics_add(text, &depth, METRIC_LABELS({ "server", "a" }), 2);

	assert_page(text, "# HELP dbtop_depth How deep\n"
			  "# TYPE dbtop_depth gauge\n"
			  "dbtop_depth{server=\"a\"} 1\n");
}

static void labels_are_escaped_and_hold_nothing_a_terminal_obeys(void **state)
{
	struct metrics_text *text = *state;

	metrics_add(text, &depth, METRIC_LABELS({ "app", "a\"b\\c\nd\033[2J" }, { "no", NULL }), 1);

	assert_page(text, "# HELP dbtop_depth How deep\n"
			  "# TYPE dbtop_depth gauge\n"
			  "dbtop_depth{app=\"a\\\"b\\\\c\\\\x0ad\\\\x1b[2J\",no=\"\"} 1\n");
}

static void a_long_label_is_cut_between_letters(void **state)
{
	struct metrics_text *text = *state;
	struct str name = { 0 };

	for (int i = 0; i < 99; i++)
		str_add(&name, "€"); /* three bytes each */
	metrics_add(text, &depth, METRIC_LABELS({ "app", str_c(&name) }), 1);

	char *page = print(text);
	exposition_check(page);
	const char *end = strstr(page, "\"} 1");
	assert_non_null(end);
	assert_int_equal(end - strchr(page, '"') - 1, METRIC_LABEL_BYTES / 3 * 3);
	free(page);
	str_release(&name);
}

static void numbers_are_exact_in_base_units(void **state)
{
	struct metrics_text *text = *state;
	static const int64_t us[] = { 0, 1, 1500000, -1, -2500000, INT64_MAX };

	for (size_t i = 0; i < ARRAY_SIZE(us); i++) {
		char name[8];
		snprintf(name, sizeof(name), "%zu", i);
		metrics_add(text, &age, METRIC_LABELS({ "i", name }), us[i]);
	}

	assert_page(text, "# HELP dbtop_age_seconds How old\n"
			  "# TYPE dbtop_age_seconds gauge\n"
			  "dbtop_age_seconds{i=\"0\"} 0\n"
			  "dbtop_age_seconds{i=\"1\"} 0.000001\n"
			  "dbtop_age_seconds{i=\"2\"} 1.5\n"
			  "dbtop_age_seconds{i=\"3\"} -0.000001\n"
			  "dbtop_age_seconds{i=\"4\"} -2.5\n"
			  "dbtop_age_seconds{i=\"5\"} 9223372036854.775807\n");
}

static void a_tally_becomes_buckets_that_grow(void **state)
{
	struct metrics_text *text = *state;
	struct histogram *h = mem_new(struct histogram);
	histogram_add(h, 1, 100);	/* 0.1 ms */
	histogram_add(h, 1, 3000);	/* 3 ms */
	histogram_add(h, 1, 200000000); /* 200 s: beyond the last bound */

	metrics_add_tally(text, &waits, METRIC_LABELS({ "server", "a" }), &h->tally);

	char *page = print(text);
	exposition_check(page);
	assert_non_null(
		strstr(page, "dbtop_wait_seconds_bucket{server=\"a\",le=\"0.000128\"} 1\n"));
	assert_non_null(
		strstr(page, "dbtop_wait_seconds_bucket{server=\"a\",le=\"0.002048\"} 1\n"));
	assert_non_null(
		strstr(page, "dbtop_wait_seconds_bucket{server=\"a\",le=\"0.004096\"} 2\n"));
	assert_non_null(
		strstr(page, "dbtop_wait_seconds_bucket{server=\"a\",le=\"67.108864\"} 2\n"));
	assert_non_null(strstr(page, "dbtop_wait_seconds_bucket{server=\"a\",le=\"+Inf\"} 3\n"));
	assert_non_null(strstr(page, "dbtop_wait_seconds_sum{server=\"a\"} 200.0031\n"));
	assert_non_null(strstr(page, "dbtop_wait_seconds_count{server=\"a\"} 3\n"));
	free(page);
	free(h);
}

static void a_place_is_an_address_and_a_port_or_the_loopback(void **state)
{
	static const struct {
		const char *where, *address;
		int port;
	} good[] = {
		{ ":9187", "127.0.0.1", 9187 },
		{ "9187", "127.0.0.1", 9187 },
		{ "0.0.0.0:0", "0.0.0.0", 0 },
		{ "[::1]:9187", "::1", 9187 },
		{ "192.0.2.1:65535", "192.0.2.1", 65535 },
	};
	static const char *const bad[] = { "", ":", "::1:9187", "a:", "127.0.0.1:65536", "x:-1",
		"127.0.0.1:91x", "[::1]" };
	char address[METRICS_ADDRESS_BYTES];
	struct err e;
	int port;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		assert_true(metrics_read_place(good[i].where, address, &port, &e));
		assert_string_equal(address, good[i].address);
		assert_int_equal(port, good[i].port);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(metrics_read_place(bad[i], address, &port, &e));
}

/* The checker itself: each of these pages breaks one rule. */
static void an_unsound_page_is_found_out(void **state)
{
	static const char *const pages[] = {
		"a 1\n",
		"# HELP a x\n# TYPE a gauge\na 1",
		"# HELP a x\n# TYPE a gauge\na one\n",
		"# HELP a x\n# TYPE a gauge\na 1\na 1\n",
		"# HELP a x\n# TYPE a gauge\na{b=\"\\q\"} 1\n",
		"# HELP a x\n# TYPE a gauge\na{b=\"1\" c=\"2\"} 1\n",
		"# HELP a x\n# TYPE a counter\na 1\n",
		"# HELP a_total x\n# TYPE a_total gauge\na_total 1\n",
		"# HELP b x\n# TYPE b gauge\nb 1\n# HELP a x\n# TYPE a gauge\na 1\n",
		"# HELP a x\n# TYPE a histogram\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\n"
		"a_sum 1\na_count 1\n",
		"# HELP a x\n# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 2\n",
		"# HELP a x\n# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_sum 1\n",
	};
	char why[512];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pages); i++)
		if (exposition_is_sound(pages[i], why))
			fail_msg("taken for sound:\n%s", pages[i]);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(families_are_sorted_and_said_once),
		CASE(what_is_not_known_is_absent),
		CASE(a_series_is_said_once),
		CASE(labels_are_escaped_and_hold_nothing_a_terminal_obeys),
		CASE(a_long_label_is_cut_between_letters),
		CASE(numbers_are_exact_in_base_units),
		CASE(a_tally_becomes_buckets_that_grow),
		CASE(a_place_is_an_address_and_a_port_or_the_loopback),
		CASE(an_unsound_page_is_found_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
