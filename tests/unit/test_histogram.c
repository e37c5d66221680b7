// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/histogram.h"
#include "base/mem.h"

enum { SECOND_US = 1000000 };

static int setup(void **state)
{
	*state = mem_new(struct histogram);
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static void small_values_are_exact(void **state)
{
	(void)state;
	for (int64_t v = 0; v < 32; v++)
		assert_int_equal(histogram_value_of(histogram_counter_of(v)), v);
}

static void no_value_is_shown_more_than_six_percent_off(void **state)
{
	(void)state;
	for (int64_t v = 1; v < INT64_C(1) << HISTOGRAM_OCTAVES; v += 1 + v / 97) {
		int64_t shown = histogram_value_of(histogram_counter_of(v));
		int64_t off = shown > v ? shown - v : v - shown;
		assert_true(off * 100 <= v * 6);
	}
}

static void counters_follow_the_order_of_values(void **state)
{
	uint32_t last = 0;

	(void)state;
	for (int64_t v = 1; v < INT64_C(1) << HISTOGRAM_OCTAVES; v += 1 + v / 40) {
		uint32_t counter = histogram_counter_of(v);
		assert_true(counter >= last && counter <= last + 1);
		last = counter;
	}
	assert_int_equal(last, HISTOGRAM_COUNTERS - 1);
}

static void what_is_longer_than_it_can_tell_counts_as_the_longest(void **state)
{
	struct histogram *h = *state;

	histogram_add(h, SECOND_US, INT64_MAX / 2);
	histogram_add(h, SECOND_US, -5);

	assert_int_equal(histogram_read(h, SECOND_US).max, INT64_MAX / 2);
	assert_int_equal(histogram_read(h, SECOND_US).p50, 0);
}

static void percentiles_are_near_those_of_the_sorted_list(void **state)
{
	struct histogram *h = *state;

	for (int64_t v = 1; v <= 10000; v++)
		histogram_add(h, SECOND_US, v * 7);

	struct quantiles q = histogram_read(h, SECOND_US);
	assert_int_equal(q.count, 10000);
	assert_in_range(q.p50, 35000 * 94 / 100, 35000 * 106 / 100);
	assert_in_range(q.p90, 63000 * 94 / 100, 63000 * 106 / 100);
	assert_in_range(q.p99, 69300 * 94 / 100, 69300 * 106 / 100);
	assert_int_equal(q.max, 70000);
}

static void one_value_is_every_percentile(void **state)
{
	struct histogram *h = *state;

	histogram_add(h, SECOND_US, 1003);

	struct quantiles q = histogram_read(h, SECOND_US);
	assert_int_equal(q.max, 1003);
	assert_true(q.p50 <= 1003 && q.p50 == q.p99 && q.p50 > 940);
}

static void a_minute_later_it_is_forgotten_but_counted(void **state)
{
	struct histogram *h = *state;
	histogram_add(h, SECOND_US, 500);

	histogram_add(h, 40 * (int64_t)SECOND_US, 20);
	assert_int_equal(histogram_read(h, 40 * (int64_t)SECOND_US).count, 2);
	assert_int_equal(histogram_read(h, 70 * (int64_t)SECOND_US).count, 1);
	assert_int_equal(histogram_read(h, 70 * (int64_t)SECOND_US).max, 20);
	assert_int_equal(histogram_read(h, 500 * (int64_t)SECOND_US).count, 0);

	assert_int_equal(h->tally.count, 2);
	assert_int_equal(h->tally.sum, 520);
	assert_int_equal(h->max, 500);
}

static void after_a_long_silence_a_slice_is_whole_again(void **state)
{
	struct histogram *h = *state;
	histogram_add(h, SECOND_US, 1);

	histogram_add(h, 5000 * (int64_t)SECOND_US, 2);
	histogram_add(h, 5014 * (int64_t)SECOND_US, 3);

	assert_int_equal(histogram_read(h, 5014 * (int64_t)SECOND_US).count, 2);
}

static void octaves_count_what_is_below_their_bound_and_never_forget(void **state)
{
	struct histogram *h = *state;
	static const int64_t values[] = { 0, 15, 16, 31, 32, 1023, 1024, INT64_MAX / 2 };

	for (size_t i = 0; i < ARRAY_SIZE(values); i++)
		histogram_add(h, (int64_t)i * 100 * SECOND_US, values[i]);

	int64_t seen = 0;
	for (int octave = 0; octave < HISTOGRAM_TALLIES; octave++) {
		int64_t below = 0;
		for (size_t i = 0; i + 1 < ARRAY_SIZE(values); i++)
			below += values[i] < tally_bound(octave);
		seen += h->tally.octaves[octave];
		if (octave + 1 < HISTOGRAM_TALLIES)
			assert_int_equal(seen, below);
	}
	assert_int_equal(seen, h->tally.count);
}

static void reset_forgets_everything(void **state)
{
	struct histogram *h = *state;
	histogram_add(h, SECOND_US, 1);

	histogram_reset(h);

	assert_int_equal(histogram_read(h, SECOND_US).count, 0);
	assert_int_equal(h->tally.count, 0);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(small_values_are_exact),
		CASE(no_value_is_shown_more_than_six_percent_off),
		CASE(counters_follow_the_order_of_values),
		CASE(what_is_longer_than_it_can_tell_counts_as_the_longest),
		CASE(percentiles_are_near_those_of_the_sorted_list),
		CASE(one_value_is_every_percentile),
		CASE(a_minute_later_it_is_forgotten_but_counted),
		CASE(after_a_long_silence_a_slice_is_whole_again),
		CASE(octaves_count_what_is_below_their_bound_and_never_forget),
		CASE(reset_forgets_everything),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
