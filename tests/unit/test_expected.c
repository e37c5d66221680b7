// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "probe/expected.h"

#define ROW(n, a, s)                                                        \
	{                                                                   \
		.kind = REPLICA_STANDBY, .name = n, .address = a, .slot = s \
	}

static void its_own_slot_tells_more_than_any_name(void **state)
{
	(void)state;
	const struct replica rows[] = { ROW("pg-b", "", "pg_c"), ROW("pg-c", "", "pg_b") };
	const struct replica_expected list[] = { { .name = "pg-b", .slot = "pg_b" } };
	int row_of[1];

	expected_match(list, 1, rows, 2, row_of);

	assert_int_equal(row_of[0], 1);
}

static void a_row_is_only_one_standby(void **state)
{
	(void)state;
	const struct replica rows[] = { ROW("walreceiver", "10.0.0.7", "") };
	const struct replica_expected list[] = { { .addresses = { "10.0.0.7" } },
		{ .name = "walreceiver", .address = "10.0.0.7" } };
	int row_of[2];

	expected_match(list, 2, rows, 1, row_of);

	assert_int_equal(row_of[0], EXPECTED_NONE);
	assert_int_equal(row_of[1], 0); /* the surer one, though it stands behind */
}

static void of_several_from_one_address_none_is_guessed(void **state)
{
	(void)state;
	const struct replica rows[] = { ROW("walreceiver", "127.0.0.1", ""),
		ROW("walreceiver", "127.0.0.1", "") };
	const struct replica_expected list[] = { { .addresses = { "127.0.0.1" } } };
	int row_of[1];

	expected_match(list, 1, rows, 2, row_of);
	assert_int_equal(row_of[0], EXPECTED_NONE);

	expected_match(list, 1, rows, 1, row_of);
	assert_int_equal(row_of[0], 0);
}

static void any_address_of_its_name_will_do(void **state)
{
	(void)state;
	const struct replica rows[] = { ROW("x", "10.0.0.9", ""), ROW("y", "fd00::2", "") };
	const struct replica_expected list[] = { { .addresses = { "10.0.0.2", "fd00::2" } } };
	int row_of[1];

	expected_match(list, 1, rows, 2, row_of);

	assert_int_equal(row_of[0], 1);
}

static void one_that_receives_nothing_is_none_that_is_sent_something(void **state)
{
	(void)state;
	const struct replica rows[] = { ROW("pg-b", "10.0.0.2", ""),
		{ .kind = REPLICA_DOWN, .name = "pg_b", .slot = "pg_b" } };
	const struct replica_expected list[] = { { .name = "pg-b",
		.slot = "pg_b",
		.addresses = { "10.0.0.2" },
		.state = EXPECTED_ANSWERED } };
	int row_of[1];

	expected_match(list, 1, rows, 2, row_of);
	assert_int_equal(row_of[0], 1);

	expected_match(list, 1, rows, 1, row_of);
	assert_int_equal(row_of[0], EXPECTED_NONE);
}

static void nothing_known_matches_nothing(void **state)
{
	(void)state;
	const struct replica rows[] = { ROW("", "", "") };
	const struct replica_expected list[] = { { .place = "pg-b:5432" } };
	int row_of[1];

	expected_match(list, 1, rows, 1, row_of);

	assert_int_equal(row_of[0], EXPECTED_NONE);
}

static void it_is_called_what_tells_it_apart(void **state)
{
	(void)state;
	struct replica_expected expected = { .place = "pg-b.prod:5432", .address = "10.0.0.2" };

	assert_string_equal(expected_name(&expected), "pg-b.prod:5432");
	snprintf(expected.name, sizeof(expected.name), "walreceiver");
	assert_string_equal(expected_name(&expected), "pg-b.prod:5432");
	snprintf(expected.slot, sizeof(expected.slot), "pg_b");
	assert_string_equal(expected_name(&expected), "pg_b");
	snprintf(expected.name, sizeof(expected.name), "pg-b");
	assert_string_equal(expected_name(&expected), "pg-b");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_own_slot_tells_more_than_any_name),
		cmocka_unit_test(a_row_is_only_one_standby),
		cmocka_unit_test(of_several_from_one_address_none_is_guessed),
		cmocka_unit_test(any_address_of_its_name_will_do),
		cmocka_unit_test(one_that_receives_nothing_is_none_that_is_sent_something),
		cmocka_unit_test(nothing_known_matches_nothing),
		cmocka_unit_test(it_is_called_what_tells_it_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
