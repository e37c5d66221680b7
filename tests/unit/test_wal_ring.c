// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "model/value.h"
#include "probe/wal_ring.h"

#define SECOND INT64_C(1000000)

static int ring_new(void **state)
{
	static struct wal_ring ring;
	wal_ring_init(&ring);
	*state = &ring;
	return 0;
}

static int ring_end(void **state)
{
	wal_ring_release(*state);
	return 0;
}

static void push(struct wal_ring *ring, int64_t second, lsn_t end)
{
	wal_ring_push(ring, "7000000000000000001", 1, second * SECOND, end);
}

static void check_age(const struct wal_ring *ring, lsn_t position, int64_t ms, bool is_at_least)
{
	struct wal_age age = wal_ring_age(ring, position);
	assert_int_equal(age.ms, ms);
	assert_int_equal(age.is_at_least, is_at_least);
}

static void between_two_samples_the_moment_is_interpolated(void **state)
{
	struct wal_ring *ring = *state;
	push(ring, 0, 1000);
	push(ring, 2, 3000);
	push(ring, 4, 3100);
	check_age(ring, 1000, 4000, false);
	check_age(ring, 1500, 3500, false);
	check_age(ring, 2000, 3000, false);
	check_age(ring, 3050, 1000, false);
}

static void at_the_end_and_beyond_it_nothing_is_old(void **state)
{
	struct wal_ring *ring = *state;
	push(ring, 0, 1000);
	push(ring, 2, 3000);
	check_age(ring, 3000, 0, false);
	check_age(ring, 9000, 0, false);
}

static void before_the_first_sample_only_a_bound_is_known(void **state)
{
	struct wal_ring *ring = *state;
	check_age(ring, 1000, VALUE_UNKNOWN, false);
	push(ring, 10, 1000);
	check_age(ring, 999, 0, true);
	push(ring, 40, 2000);
	check_age(ring, 999, 30000, true);
	check_age(ring, LSN_UNKNOWN, VALUE_UNKNOWN, false);
}

static void an_idle_hour_before_a_burst_makes_nobody_late(void **state)
{
	struct wal_ring *ring = *state;
	for (int64_t second = 0; second <= 3000; second += 2)
		push(ring, second, 1000);
	push(ring, 3002, 5000);
	/* It had everything until the burst began, at the earliest after the last idle sample. */
	check_age(ring, 1000, 2000, false);
	assert_int_equal(ring->ends.count, 3);
}

static void an_hour_is_kept_and_older_is_a_bound(void **state)
{
	struct wal_ring *ring = *state;
	for (int64_t second = 0; second <= 2 * 3600; second += 2)
		push(ring, second, 1000 + second);
	assert_true(ring->ends.count <= WAL_RING_POINTS);
	struct wal_age age = wal_ring_age(ring, 1001);
	assert_true(age.is_at_least);
	assert_in_range(age.ms, 3599 * 1000, 3604 * 1000);
	check_age(ring, 1000 + 7000, 200 * 1000, false);
}

static void another_timeline_or_server_starts_anew(void **state)
{
	struct wal_ring *ring = *state;
	push(ring, 0, 1000);
	push(ring, 2, 2000);
	wal_ring_push(ring, "7000000000000000001", 2, 4 * SECOND, 3000);
	assert_int_equal(ring->ends.count, 1);
	check_age(ring, 1500, 0, true);
	wal_ring_push(ring, "7000000000000000002", 2, 6 * SECOND, 4000);
	assert_int_equal(ring->ends.count, 1);
}

static void a_clock_or_an_end_that_goes_back_starts_anew(void **state)
{
	struct wal_ring *ring = *state;
	push(ring, 10, 1000);
	push(ring, 12, 2000);
	push(ring, 11, 2100);
	assert_int_equal(ring->ends.count, 1);
	push(ring, 13, 2000);
	assert_int_equal(ring->ends.count, 1);
	push(ring, 15, LSN_UNKNOWN);
	assert_int_equal(ring->ends.count, 0);
}

static void the_rate_is_of_the_last_ten_seconds(void **state)
{
	struct wal_ring *ring = *state;
	push(ring, 0, 1000);
	assert_int_equal(wal_ring_rate(ring), VALUE_UNKNOWN);
	push(ring, 2, 3000);
	assert_int_equal(wal_ring_rate(ring), 1000);
	for (int64_t second = 4; second <= 60; second += 2)
		push(ring, second, 3000 + (second - 2) * 50);
	assert_int_equal(wal_ring_rate(ring), 50);
	for (int64_t second = 62; second <= 80; second += 2)
		push(ring, second, 5900);
	assert_int_equal(wal_ring_rate(ring), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			between_two_samples_the_moment_is_interpolated, ring_new, ring_end),
		cmocka_unit_test_setup_teardown(
			at_the_end_and_beyond_it_nothing_is_old, ring_new, ring_end),
		cmocka_unit_test_setup_teardown(
			before_the_first_sample_only_a_bound_is_known, ring_new, ring_end),
		cmocka_unit_test_setup_teardown(
			an_idle_hour_before_a_burst_makes_nobody_late, ring_new, ring_end),
		cmocka_unit_test_setup_teardown(
			an_hour_is_kept_and_older_is_a_bound, ring_new, ring_end),
		cmocka_unit_test_setup_teardown(
			another_timeline_or_server_starts_anew, ring_new, ring_end),
		cmocka_unit_test_setup_teardown(
			a_clock_or_an_end_that_goes_back_starts_anew, ring_new, ring_end),
		cmocka_unit_test_setup_teardown(
			the_rate_is_of_the_last_ten_seconds, ring_new, ring_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
