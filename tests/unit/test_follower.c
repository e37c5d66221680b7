// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "probe/follower.h"

#define SECOND INT64_C(1000000)
#define MB     (INT64_C(1) << 20)

static int followers_new(void **state)
{
	static struct followers followers;
	*state = &followers;
	return 0;
}

static int followers_end(void **state)
{
	followers_release(*state);
	return 0;
}

static struct replica row_of(const char *name, const char *address, const char *slot)
{
	struct replica row = { .kind = REPLICA_STANDBY };
	snprintf(row.name, sizeof(row.name), "%s", name);
	snprintf(row.address, sizeof(row.address), "%s", address);
	snprintf(row.slot, sizeof(row.slot), "%s", slot);
	return row;
}

/* What a sample does with one row. */
static struct follower *meet(
	struct followers *followers, const struct replica *row, bool has_sender, int64_t now_us)
{
	struct follower *follower = follower_find(followers, row, has_sender);
	if (!follower)
		follower = follower_make(followers, row, has_sender, now_us);
	if (follower)
		follower_touch(follower, row, has_sender, now_us);
	return follower;
}

static void a_follower_is_known_again_by_its_slot(void **state)
{
	struct followers *followers = *state;
	struct replica here = row_of("r1", "10.0.0.1", "s1"),
		       moved = row_of("r1", "10.0.0.9", "s1");
	struct replica slot = row_of("s1", "", "s1");
	followers_begin(followers, 0);
	struct follower *first = meet(followers, &here, true, 1);
	followers_begin(followers, 2);
	assert_ptr_equal(meet(followers, &slot, false, 2), first);
	assert_string_equal(first->name, "r1");
	assert_int_equal(first->seen_us, 1);
	followers_begin(followers, 3);
	assert_ptr_equal(meet(followers, &moved, true, 3), first);
	assert_string_equal(first->address, "10.0.0.9");
	assert_int_equal(followers->count, 1);
}

static void one_that_returns_from_another_address_takes_its_old_place(void **state)
{
	struct followers *followers = *state;
	struct replica old = row_of("r1", "10.0.0.1", ""), new = row_of("r1", "10.0.0.2", "");
	followers_begin(followers, 0);
	struct follower *first = meet(followers, &old, true, 1);
	followers_begin(followers, 2);
	assert_ptr_equal(meet(followers, &new, true, 2), first);
}

static void two_of_one_name_are_two(void **state)
{
	struct followers *followers = *state;
	struct replica one = row_of("walreceiver", "10.0.0.1", "");
	struct replica two = row_of("walreceiver", "10.0.0.2", "");
	followers_begin(followers, 0);
	struct follower *first = meet(followers, &one, true, 1);
	struct follower *second = meet(followers, &two, true, 1);
	assert_ptr_not_equal(first, second);
	followers_begin(followers, 2);
	assert_ptr_equal(meet(followers, &two, true, 2), second);
	assert_ptr_equal(meet(followers, &one, true, 2), first);
}

static void who_is_gone_for_a_day_is_forgotten(void **state)
{
	struct followers *followers = *state;
	struct replica row = row_of("r1", "", "");
	followers_begin(followers, 0);
	meet(followers, &row, true, SECOND);
	followers_begin(followers, 2 * SECOND);
	followers_begin(followers, SECOND + FOLLOWER_KEPT_US);
	assert_int_equal(followers->count, 1);
	followers_begin(followers, 2 * SECOND + FOLLOWER_KEPT_US);
	assert_int_equal(followers->count, 0);
}

static void memory_is_bounded(void **state)
{
	struct followers *followers = *state;
	followers_begin(followers, 0);
	for (int i = 0; i < FOLLOWERS_MAX + 10; i++) {
		struct replica row = row_of("r", "", "");
		snprintf(row.name, sizeof(row.name), "r%d", i);
		struct follower *follower = meet(followers, &row, true, 1);
		assert_int_equal(follower == NULL, i >= FOLLOWERS_MAX);
	}
}

static void the_drain_is_the_net_change_and_gives_the_time_to_catch_up(void **state)
{
	struct followers *followers = *state;
	struct replica row = row_of("r1", "", "");
	followers_begin(followers, 0);
	struct follower *follower = meet(followers, &row, true, 0);
	row.behind_bytes = 100 * MB;
	follower_measure(follower, &row, 0);
	assert_int_equal(row.drain_bytes_s, VALUE_UNKNOWN);
	assert_int_equal(row.catch_up_ms, VALUE_UNKNOWN);
	row.behind_bytes = 80 * MB;
	follower_measure(follower, &row, 2 * SECOND);
	assert_int_equal(row.drain_bytes_s, -10 * MB);
	assert_int_equal(row.catch_up_ms, 8000);
	row.behind_bytes = 0;
	follower_measure(follower, &row, 4 * SECOND);
	assert_int_equal(row.catch_up_ms, VALUE_NONE);
}

static void falling_behind_takes_half_a_minute_and_a_segment(void **state)
{
	struct followers *followers = *state;
	struct replica row = row_of("r1", "", "");
	followers_begin(followers, 0);
	struct follower *follower = meet(followers, &row, true, 0);
	for (int64_t second = 0; second <= 40; second += 2) {
		row.is_falling_behind = false;
		row.behind_bytes = 16 * MB + second * MB;
		follower_measure(follower, &row, second * SECOND);
		assert_int_equal(row.is_falling_behind, second >= 32);
	}
	row.behind_bytes = MB;
	follower_measure(follower, &row, 42 * SECOND);
	row.is_falling_behind = false;
	row.behind_bytes = 2 * MB;
	follower_measure(follower, &row, 80 * SECOND);
	assert_false(row.is_falling_behind);
}

static void growing_is_three_samples_each_above_the_one_before(void **state)
{
	struct followers *followers = *state;
	struct replica row = row_of("r1", "", "");
	followers_begin(followers, 0);
	struct follower *follower = meet(followers, &row, true, 0);
	const int64_t behind[] = { 1, 2, 3, 3, 4, 5, 4 };
	const bool grows[] = { false, false, true, false, false, true, false };
	for (size_t i = 0; i < ARRAY_SIZE(behind); i++) {
		row.behind_bytes = behind[i];
		follower_measure(follower, &row, (int64_t)i * SECOND);
		assert_int_equal(follower_is_growing(follower), grows[i]);
	}
	row.behind_bytes = VALUE_UNKNOWN;
	follower_measure(follower, &row, 9 * SECOND);
	assert_false(follower_is_growing(follower));
	assert_int_equal(row.drain_bytes_s, VALUE_UNKNOWN);
}

#define WITH_FOLLOWERS(test) cmocka_unit_test_setup_teardown(test, followers_new, followers_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FOLLOWERS(a_follower_is_known_again_by_its_slot),
		WITH_FOLLOWERS(one_that_returns_from_another_address_takes_its_old_place),
		WITH_FOLLOWERS(two_of_one_name_are_two),
		WITH_FOLLOWERS(who_is_gone_for_a_day_is_forgotten),
		WITH_FOLLOWERS(memory_is_bounded),
		WITH_FOLLOWERS(the_drain_is_the_net_change_and_gives_the_time_to_catch_up),
		WITH_FOLLOWERS(falling_behind_takes_half_a_minute_and_a_segment),
		WITH_FOLLOWERS(growing_is_three_samples_each_above_the_one_before),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
