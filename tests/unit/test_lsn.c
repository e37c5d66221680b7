// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "model/value.h"
#include "probe/lsn.h"

static void a_position_is_two_hexadecimal_halves(void **state)
{
	(void)state;
	assert_int_equal(lsn_parse("0/1"), 1);
	assert_int_equal(lsn_parse("16/B374D848"), INT64_C(0x16B374D848));
	assert_int_equal(lsn_parse("16/b374d848"), INT64_C(0x16B374D848));
	assert_int_equal(lsn_parse("7FFFFFFF/FFFFFFFF"), INT64_MAX);
}

static void what_is_no_position_is_unknown(void **state)
{
	static const char *const bad[] = { "", "/", "1/", "/1", "1", "0/0", "1/G", "1/2/3", "-1/2",
		" 1/2", "1/2 ", "123456789/0", "0/123456789", "FFFFFFFF/0" };
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(lsn_parse(bad[i]), LSN_UNKNOWN);
}

static void a_distance_crosses_the_halves_and_is_never_negative(void **state)
{
	(void)state;
	assert_int_equal(lsn_distance(lsn_parse("1/10"), lsn_parse("0/FFFFFFF0")), 32);
	assert_int_equal(lsn_distance(lsn_parse("0/10"), lsn_parse("0/20")), 0);
	assert_int_equal(lsn_distance(lsn_parse("0/10"), LSN_UNKNOWN), VALUE_UNKNOWN);
	assert_int_equal(lsn_distance(LSN_UNKNOWN, lsn_parse("0/10")), VALUE_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_position_is_two_hexadecimal_halves),
		cmocka_unit_test(what_is_no_position_is_unknown),
		cmocka_unit_test(a_distance_crosses_the_halves_and_is_never_negative),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
