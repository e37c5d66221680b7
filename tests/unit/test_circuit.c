// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Circuit: from failures and answers to what an endpoint is good for. Time is a number.
 */
#include "test.h"

#include "pg/circuit.h"

enum { LIMIT = 1000 };
static const int64_t second_us = 1000000;

static struct circuit fresh(void)
{
	struct circuit circuit;

	circuit_init(&circuit, LIMIT, 0);
	dice_seed(&circuit.dice, 5);
	return circuit;
}

static struct circuit replica(void)
{
	struct circuit circuit = fresh();

	circuit_hear_role(&circuit, true, 1, 0);
	circuit_hear_lag(&circuit, 0, 0);
	assert_int_equal(circuit.state, CIRCUIT_REPLICA);
	return circuit;
}

static void the_role_an_answer_tells_is_the_state(void **state)
{
	(void)state;
	struct circuit primary = fresh(), standby = fresh();

	assert_int_equal(primary.state, CIRCUIT_UNKNOWN);
	circuit_hear_role(&primary, false, 3, 0);
	circuit_hear_role(&standby, true, 3, 0);

	assert_int_equal(primary.state, CIRCUIT_PRIMARY);
	assert_int_equal(primary.timeline, 3);
	assert_int_equal(standby.state, CIRCUIT_LAGGING); /* its lag is not known yet */
}

static void a_standby_leaves_above_the_limit_and_returns_below_half_of_it(void **state)
{
	(void)state;
	static const struct {
		int64_t lag;
		enum circuit_state want;
	} walk[] = {
		{ 1000, CIRCUIT_REPLICA },
		{ 1001, CIRCUIT_LAGGING },
		{ 999, CIRCUIT_LAGGING },
		{ 501, CIRCUIT_LAGGING },
		{ 500, CIRCUIT_REPLICA },
		{ 999, CIRCUIT_REPLICA },
		{ -1, CIRCUIT_LAGGING },
		{ 0, CIRCUIT_REPLICA },
	};
	struct circuit circuit = replica();

	for (size_t i = 0; i < ARRAY_SIZE(walk); i++) {
		circuit_hear_lag(&circuit, walk[i].lag, 0);
		assert_int_equal(circuit.state, walk[i].want);
	}
}

static void without_a_limit_any_lag_will_do(void **state)
{
	(void)state;
	struct circuit circuit;

	circuit_init(&circuit, 0, 0);
	circuit_hear_role(&circuit, true, 1, 0);

	assert_int_equal(circuit.state, CIRCUIT_REPLICA);
}

static void one_failure_is_suspicious_and_the_second_in_ten_seconds_opens(void **state)
{
	(void)state;
	struct circuit circuit = replica();

	circuit_hear_failure(&circuit, RETRY_NEWS_FAILED, 0);
	assert_int_equal(circuit.state, CIRCUIT_SUSPECT);
	assert_true(circuit_is_due(&circuit, 0));
	circuit_hear_failure(&circuit, RETRY_NEWS_FAILED, 10 * second_us);

	assert_int_equal(circuit.state, CIRCUIT_DOWN);
	assert_false(circuit_is_due(&circuit, 10 * second_us));
}

static void two_failures_far_apart_open_nothing(void **state)
{
	(void)state;
	struct circuit circuit = replica();

	circuit_hear_failure(&circuit, RETRY_NEWS_FAILED, 0);
	circuit_hear_failure(&circuit, RETRY_NEWS_FAILED, 10 * second_us + 1);

	assert_int_equal(circuit.state, CIRCUIT_SUSPECT);
}

static void an_answer_in_between_clears_the_count(void **state)
{
	(void)state;
	struct circuit circuit = replica();

	circuit_hear_failure(&circuit, RETRY_NEWS_FAILED, 0);
	circuit_hear_role(&circuit, true, 1, second_us);
	assert_int_equal(circuit.state, CIRCUIT_REPLICA);
	circuit_hear_failure(&circuit, RETRY_NEWS_FAILED, 2 * second_us);

	assert_int_equal(circuit.state, CIRCUIT_SUSPECT);
}

static void a_refused_dial_opens_at_once(void **state)
{
	(void)state;
	struct circuit refused = replica(), starting = replica();

	circuit_hear_failure(&refused, RETRY_NEWS_REFUSED, 0);
	circuit_hear_failure(&starting, RETRY_NEWS_STARTING, 0);

	assert_int_equal(refused.state, CIRCUIT_DOWN);
	assert_int_equal(starting.state, CIRCUIT_DOWN);
}

static void each_time_down_lasts_longer_up_to_half_a_minute(void **state)
{
	(void)state;
	static const int64_t base_ms[] = { 1000, 1500, 2250, 3375, 5062, 7593, 11389, 17083, 25624,
		30000, 30000 };
	struct circuit circuit = replica();
	int64_t now_us = 0;

	for (size_t i = 0; i < ARRAY_SIZE(base_ms); i++) {
		circuit_hear_failure(&circuit, RETRY_NEWS_REFUSED, now_us);
		int64_t ms = (circuit.until_us - now_us) / 1000;
		assert_in_range(ms, base_ms[i] * 79 / 100, base_ms[i] * 121 / 100);
		assert_false(circuit_is_due(&circuit, circuit.until_us - 1));
		assert_true(circuit_is_due(&circuit, circuit.until_us));
		now_us = circuit.until_us;
	}
}

static void a_readmitted_standby_shows_its_lag_first_and_starts_slowly(void **state)
{
	(void)state;
	struct circuit circuit = replica();

	circuit_hear_failure(&circuit, RETRY_NEWS_REFUSED, 0);
	circuit_hear_role(&circuit, true, 1, 5 * second_us);
	assert_int_equal(circuit.state, CIRCUIT_LAGGING);
	circuit_hear_lag(&circuit, 700, 5 * second_us);
	assert_int_equal(circuit.state, CIRCUIT_LAGGING); /* half the limit is asked of it */
	circuit_hear_lag(&circuit, 400, 5 * second_us);
	assert_int_equal(circuit.state, CIRCUIT_REPLICA);

	assert_int_equal(circuit_share_percent(&circuit, 5 * second_us), 10);
	assert_int_equal(circuit_share_percent(&circuit, 10 * second_us), 55);
	assert_int_equal(circuit_share_percent(&circuit, 15 * second_us), 100);
}

static void one_that_was_never_away_has_its_whole_share(void **state)
{
	(void)state;
	struct circuit circuit = replica();

	assert_int_equal(circuit_share_percent(&circuit, 0), 100);
}

static void a_wrong_password_is_left_alone_for_half_a_minute(void **state)
{
	(void)state;
	struct circuit circuit = replica();

	circuit_hear_failure(&circuit, RETRY_NEWS_AUTH, 0);

	assert_int_equal(circuit.state, CIRCUIT_AUTH_FAILED);
	assert_false(circuit_is_due(&circuit, 30 * second_us - 1));
	assert_true(circuit_is_due(&circuit, 30 * second_us));
	circuit_hear_role(&circuit, true, 1, 31 * second_us);
	assert_int_equal(circuit.state, CIRCUIT_LAGGING);
}

static void a_full_server_still_serves_those_inside(void **state)
{
	(void)state;
	struct circuit circuit = replica();

	circuit_hear_failure(&circuit, RETRY_NEWS_FULL, 0);

	assert_int_equal(circuit.state, CIRCUIT_REPLICA);
}

static void a_demoted_primary_is_unknown_until_it_says_what_it_is(void **state)
{
	(void)state;
	struct circuit circuit = fresh();

	circuit_hear_role(&circuit, false, 1, 0);
	circuit_hear_failure(&circuit, RETRY_NEWS_DEMOTED, 0);
	assert_int_equal(circuit.state, CIRCUIT_UNKNOWN);
	assert_false(circuit.has_role);
	circuit_hear_role(&circuit, true, 2, 0);

	assert_int_equal(circuit.state, CIRCUIT_LAGGING);
}

static void damage_raises_an_alarm_that_stays(void **state)
{
	(void)state;
	struct circuit circuit = replica();

	circuit_hear_failure(&circuit, RETRY_NEWS_CORRUPT, 0);
	circuit_hear_role(&circuit, true, 1, 0);

	assert_true(circuit.is_alarmed);
}

static void a_fenced_primary_is_suspect_until_it_is_a_standby(void **state)
{
	(void)state;
	struct circuit circuit = fresh();

	circuit_hear_role(&circuit, false, 1, 0);
	circuit_fence(&circuit, true, 0);
	assert_int_equal(circuit.state, CIRCUIT_SUSPECT);
	circuit_hear_role(&circuit, false, 1, 0);
	assert_int_equal(circuit.state, CIRCUIT_SUSPECT); /* that it still says so is the trouble */
	circuit_hear_role(&circuit, true, 2, 0);

	assert_int_equal(circuit.state, CIRCUIT_LAGGING);
	assert_false(circuit.is_fenced);
}

static void a_fence_taken_away_gives_the_primary_back(void **state)
{
	(void)state;
	struct circuit circuit = fresh();

	circuit_hear_role(&circuit, false, 1, 0);
	circuit_fence(&circuit, true, 0);
	circuit_fence(&circuit, false, 0);

	assert_int_equal(circuit.state, CIRCUIT_PRIMARY);
}

static void a_draining_endpoint_hears_nothing_until_it_is_let_go(void **state)
{
	(void)state;
	struct circuit circuit = replica();

	circuit_drain(&circuit, true, 0);
	circuit_hear_role(&circuit, true, 1, 0);
	circuit_hear_failure(&circuit, RETRY_NEWS_REFUSED, 0);
	assert_int_equal(circuit.state, CIRCUIT_DRAINING);
	circuit_drain(&circuit, false, 0);
	assert_int_equal(circuit.state, CIRCUIT_UNKNOWN);
	circuit_hear_role(&circuit, true, 1, 0);

	assert_int_equal(circuit.state, CIRCUIT_REPLICA);
}

/* enter() asserts that each step is legal: whatever comes in whatever order must be. */
static void any_order_of_news_is_legal(void **state)
{
	(void)state;
	struct circuit circuit = fresh();
	struct dice dice;
	int64_t now_us = 0;

	dice_seed(&dice, 11);
	for (int i = 0; i < 200000; i++) {
		now_us += dice_below(&dice, 3 * second_us);
		switch (dice_below(&dice, 5)) {
		case 0:
			circuit_hear_role(
				&circuit, dice_below(&dice, 2), dice_below(&dice, 4), now_us);
			break;
		case 1: circuit_hear_lag(&circuit, dice_below(&dice, 2 * LIMIT) - 1, now_us); break;
		case 2:
			circuit_hear_failure(&circuit,
				(enum retry_news)dice_below(&dice, RETRY_NEWS_CORRUPT + 1), now_us);
			break;
		case 3: circuit_fence(&circuit, dice_below(&dice, 2), now_us); break;
		case 4: circuit_drain(&circuit, dice_below(&dice, 4) == 0, now_us); break;
		}
		assert_in_range(circuit_share_percent(&circuit, now_us), 10, 100);
		assert_non_null(circuit_state_word(circuit.state));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_role_an_answer_tells_is_the_state),
		cmocka_unit_test(a_standby_leaves_above_the_limit_and_returns_below_half_of_it),
		cmocka_unit_test(without_a_limit_any_lag_will_do),
		cmocka_unit_test(one_failure_is_suspicious_and_the_second_in_ten_seconds_opens),
		cmocka_unit_test(two_failures_far_apart_open_nothing),
		cmocka_unit_test(an_answer_in_between_clears_the_count),
		cmocka_unit_test(a_refused_dial_opens_at_once),
		cmocka_unit_test(each_time_down_lasts_longer_up_to_half_a_minute),
		cmocka_unit_test(a_readmitted_standby_shows_its_lag_first_and_starts_slowly),
		cmocka_unit_test(one_that_was_never_away_has_its_whole_share),
		cmocka_unit_test(a_wrong_password_is_left_alone_for_half_a_minute),
		cmocka_unit_test(a_full_server_still_serves_those_inside),
		cmocka_unit_test(a_demoted_primary_is_unknown_until_it_says_what_it_is),
		cmocka_unit_test(damage_raises_an_alarm_that_stays),
		cmocka_unit_test(a_fenced_primary_is_suspect_until_it_is_a_standby),
		cmocka_unit_test(a_fence_taken_away_gives_the_primary_back),
		cmocka_unit_test(a_draining_endpoint_hears_nothing_until_it_is_let_go),
		cmocka_unit_test(any_order_of_news_is_legal),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
