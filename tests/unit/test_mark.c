// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "probe/mark.h"

/* Feed letters (o ok, W warn, C crit) and compare what is shown after each. */
static void check_feed(const char *fed, const char *shown, int raise_after)
{
	struct mark mark = { 0 };

	for (size_t i = 0; fed[i]; i++) {
		enum status now = fed[i] == 'C'	  ? STATUS_CRIT
				  : fed[i] == 'W' ? STATUS_WARN
						  : STATUS_OK;
		enum status got = mark_feed(&mark, now, raise_after);
		char letter = got == STATUS_CRIT ? 'C' : got == STATUS_WARN ? 'W' : 'o';
		assert_int_equal(letter, shown[i]);
		assert_int_equal(mark_shown(&mark), got);
	}
}

static void one_sample_raises_nothing_two_do(void **state)
{
	(void)state;
	check_feed("oWoWo", "ooooo", MARK_RAISE_SAMPLES);
	check_feed("oWWW", "ooWW", MARK_RAISE_SAMPLES);
}

static void three_samples_clear_two_do_not(void **state)
{
	(void)state;
	check_feed("WWooWoooo", "oWWWWWWoo", MARK_RAISE_SAMPLES);
}

static void a_critical_sample_counts_as_a_warning_too(void **state)
{
	(void)state;
	check_feed("WCCWWWW", "oWCCCWW", MARK_RAISE_SAMPLES);
	check_feed("CCooo", "oCCCo", MARK_RAISE_SAMPLES);
}

static void a_single_look_speaks_at_once(void **state)
{
	(void)state;
	check_feed("W", "W", 1);
	check_feed("C", "C", 1);
}

static void thresholds_do_not_judge_what_is_not_known(void **state)
{
	(void)state;
	assert_int_equal(status_above(VALUE_UNKNOWN, 1, 2), STATUS_OK);
	assert_int_equal(status_above(VALUE_NONE, 1, 2), STATUS_OK);
	assert_int_equal(status_below(VALUE_UNKNOWN, 2, 1), STATUS_OK);
	assert_int_equal(status_above(0, 1, 2), STATUS_OK);
	assert_int_equal(status_above(1, 1, 2), STATUS_WARN);
	assert_int_equal(status_above(2, 1, 2), STATUS_CRIT);
	assert_int_equal(status_below(2, 2, 1), STATUS_OK);
	assert_int_equal(status_below(1, 2, 1), STATUS_WARN);
	assert_int_equal(status_below(0, 2, 1), STATUS_CRIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_sample_raises_nothing_two_do),
		cmocka_unit_test(three_samples_clear_two_do_not),
		cmocka_unit_test(a_critical_sample_counts_as_a_warning_too),
		cmocka_unit_test(a_single_look_speaks_at_once),
		cmocka_unit_test(thresholds_do_not_judge_what_is_not_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
