// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "migrate/run/guard.h"

static const struct gate_limits limits = {
	.lag_bytes = 500 << 20,
	.slots_percent = 90,
	.blocked_count = 3,
	.blocked_ms = 2000,
	.oldest_ms = 300000,
	.wait_ms = 3000,
};

static struct guard_numbers calm(void)
{
	return (struct guard_numbers){ .lag_bytes = 8192,
		.slots_used = 10,
		.slots_usable = 97,
		.oldest_ms = 1000,
		.now_us = 100000000 };
}

static void a_calm_server_leaves_the_gate_open(void **state)
{
	(void)state;
	struct guard_numbers n = calm();
	struct gate_view view;
	guard_read(&limits, &n, &view);
	assert_false(view.is_shut);
	assert_int_equal(view.warning_count, 0);
	assert_string_equal(view.readings[0].name, "lag");
}

static void each_number_at_its_limit_shuts_it_and_says_why(void **state)
{
	(void)state;
	struct gate_view view;
	struct guard_numbers n = calm();
	n.lag_bytes = 500 << 20;
	n.lag_where = "replica s2";
	guard_read(&limits, &n, &view);
	assert_true(view.is_shut);
	assert_string_equal(view.reason, "replica s2 is 500 MB behind, limit 500 MB");

	n = calm();
	n.slots_used = 88;
	guard_read(&limits, &n, &view);
	assert_true(view.readings[1].is_shut);
	assert_string_equal(view.reason, "88 of 97 connection slots used, limit 90 %");

	n = calm();
	n.oldest_ms = 300000;
	guard_read(&limits, &n, &view);
	assert_true(view.readings[3].is_shut);

	n = calm();
	n.wait_ms = 3000;
	guard_read(&limits, &n, &view);
	assert_true(view.readings[4].is_shut);
}

static void one_below_the_limit_is_open(void **state)
{
	(void)state;
	struct gate_view view;
	struct guard_numbers n = calm();
	n.lag_bytes = (500 << 20) - 1;
	n.slots_used = 87;
	n.oldest_ms = 299999;
	n.wait_ms = 2999;
	guard_read(&limits, &n, &view);
	assert_false(view.is_shut);
}

static void sessions_waiting_for_us_count_only_after_their_time(void **state)
{
	(void)state;
	struct gate_view view;
	struct guard_numbers n = calm();
	n.blocked_by_us = 3;
	n.blocked_since_us = n.now_us - 1999000;
	guard_read(&limits, &n, &view);
	assert_false(view.is_shut);
	n.blocked_since_us = n.now_us - 2000000;
	guard_read(&limits, &n, &view);
	assert_true(view.is_shut);
	assert_string_equal(view.reason, "3 sessions wait for us, limit 3");
}

static void what_cannot_be_read_warns_and_does_not_shut(void **state)
{
	(void)state;
	struct gate_view view;
	struct guard_numbers n = calm();
	n.lag_bytes = VALUE_UNKNOWN;
	n.slots_usable = VALUE_UNKNOWN;
	guard_read(&limits, &n, &view);
	assert_false(view.is_shut);
	assert_int_equal(view.warning_count, 2);
	assert_string_equal(view.readings[0].words, "lag cannot be read");
}

static void a_gate_that_is_off_neither_shuts_nor_warns(void **state)
{
	(void)state;
	struct gate_view view;
	const struct gate_limits off = { -1, -1, -1, 0, -1, -1 };
	struct guard_numbers n = calm();
	n.lag_bytes = VALUE_UNKNOWN;
	n.oldest_ms = INT64_MAX / 2;
	guard_read(&off, &n, &view);
	assert_false(view.is_shut);
	assert_int_equal(view.warning_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_calm_server_leaves_the_gate_open),
		cmocka_unit_test(each_number_at_its_limit_shuts_it_and_says_why),
		cmocka_unit_test(one_below_the_limit_is_open),
		cmocka_unit_test(sessions_waiting_for_us_count_only_after_their_time),
		cmocka_unit_test(what_cannot_be_read_warns_and_does_not_shut),
		cmocka_unit_test(a_gate_that_is_off_neither_shuts_nor_warns),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
