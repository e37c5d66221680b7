// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Limits of a pool: how many connections, how many dials, how long a line.
 */
#include "test.h"

#include "base/mem.h"
#include "fake/pool_world.h"

static void a_pool_never_has_more_connections_than_its_size(void **state)
{
	struct pool_world *w = *state;
	w->options.size = 5;
	pool_world_open(w);

	pool_world_take_many(w, 0, 30);

	struct pool_stats stats = pool_world_stats(w);
	assert_int_equal(stats.checked_out, 5);
	assert_int_equal(stats.total, 5);
	assert_int_equal(stats.overflow, 0);
	assert_int_equal(stats.waiting, 25);
	assert_int_equal(w->c.fake->dials, 5);
}

static void nothing_is_dialed_before_somebody_asks(void **state)
{
	struct pool_world *w = *state;
	pool_world_open(w);

	pool_world_ms(w, 60000);

	assert_int_equal(w->c.fake->dials, 0);
	assert_int_equal(pool_view(w->pool)->state, LINK_CLOSED);
}

static void overflow_grows_with_demand_and_shrinks_after_it(void **state)
{
	struct pool_world *w = *state;
	w->options.size = 2;
	w->options.max_overflow = 3;
	pool_world_open(w);

	pool_world_take_many(w, 0, 6);
	assert_int_equal(pool_world_stats(w).overflow, 3);
	assert_int_equal(pool_world_stats(w).waiting, 1);
	for (int i = 0; i < 6; i++)
		pool_world_give_back(w, i);
	assert_int_equal(pool_world_stats(w).total, 5); /* not at once: it may be wanted again */
	pool_world_ms(w, w->options.overflow_idle_ms);

	struct pool_stats stats = pool_world_stats(w);
	assert_int_equal(stats.total, 2);
	assert_int_equal(stats.overflow, 0);
	assert_int_equal(stats.destroys[POOL_REASON_OVERFLOW], 3);
}

static void overflow_is_never_negative(void **state)
{
	struct pool_world *w = *state;
	w->options.size = 10;
	pool_world_open(w);

	assert_int_equal(pool_world_stats(w).overflow, 0);
	pool_world_take(w, 0);
	assert_int_equal(pool_world_stats(w).overflow, 0);
	pool_world_give_back(w, 0);
}

static void a_failed_dial_gives_its_place_back(void **state)
{
	struct pool_world *w = *state;
	w->options.size = 1;
	w->options.max_overflow = 1;
	pool_world_open(w);
	pool_world_take(w, 0);
	fake_refuse(w->c.fake, "x failed: Connection refused\n");

	pool_world_take(w, 1);
	assert_int_equal(pool_world_stats(w).connecting, 0);
	assert_int_equal(pool_world_stats(w).overflow, 0);
	pool_world_ms(w, 50);

	assert_true(pool_world_has(w, 1));
	assert_int_equal(pool_world_stats(w).overflow, 1);
	assert_int_equal(pool_world_stats(w).create_errors, 1);
}

static void a_dial_that_hangs_does_not_keep_others_from_being_served(void **state)
{
	struct pool_world *w = *state;
	w->options.size = 2;
	pool_world_open(w);
	pool_world_take(w, 0);
	fake_hang(w->c.fake);

	pool_world_take_many(w, 1, 2);
	assert_false(pool_world_has(w, 1));
	pool_world_give_back(w, 0);
	assert_true(pool_world_has(w, 1));
	pool_world_give_back(w, 1);
	assert_true(pool_world_has(w, 2));

	assert_int_equal(pool_world_stats(w).connecting, 1);
}

static void a_dial_that_hangs_in_the_overflow_keeps_nobody_from_the_rest_of_it(void **state)
{
	struct pool_world *w = *state;
	w->options.size = 1;
	w->options.max_overflow = 2;
	pool_world_open(w);
	pool_world_take(w, 0);
	fake_hang(w->c.fake);
	pool_world_take(w, 1);

	pool_world_take(w, 2); /* a second overflow, and the first in line gets it */
	assert_true(pool_world_has(w, 1));
	pool_world_give_back(w, 0);
	assert_true(pool_world_has(w, 2));

	assert_int_equal(pool_world_stats(w).total, 2);
	assert_int_equal(pool_world_stats(w).connecting, 1);
	assert_int_equal(pool_world_stats(w).overflow, 2); /* the dial has its place in it */
}

/* ---- a greeting that fails: the dial went well, the first question did not ---- */

static void expect_greeting(struct pool_world *w)
{
	w->c.fake->is_identity_scripted = true;
	fake_expect(w->c.fake, "LOCAL SELECT");
}

static void a_greeting_that_fails_gives_its_place_to_a_dial_that_serves_who_waits(void **state)
{
	struct pool_world *w = *state;
	w->options.size = 1;
	pool_world_open(w);
	expect_greeting(w);
	fake_drop(w->c.fake);
	expect_greeting(w);
	fake_rows(w->c.fake, "backend_pid", "4242");

	pool_world_take(w, 0);
	assert_int_equal(w->holders[0].answers, 0);
	assert_int_equal(pool_world_stats(w).create_errors, 1);
	assert_int_equal(pool_world_stats(w).total + pool_world_stats(w).connecting, 0);
	pool_world_ms(w, 50);

	assert_true(pool_world_has(w, 0));
	assert_int_equal(w->c.fake->dials, 2);
	assert_int_equal(pool_world_stats(w).total, 1);
}

static void a_greeting_that_fails_is_told_to_the_hasty(void **state)
{
	struct pool_world *w = *state;
	w->options.size = 1;
	w->holders[0].request.is_hasty = true;
	pool_world_open(w);
	expect_greeting(w);
	fake_fatal(w->c.fake, "57P01", "terminating connection due to administrator command");

	pool_world_take(w, 0);

	assert_int_equal(w->holders[0].answers, 1);
	assert_string_equal(w->holders[0].error.sqlstate, "57P01");
	assert_int_equal(pool_world_stats(w).total + pool_world_stats(w).connecting, 0);
	assert_int_equal(w->c.fake->finishes, 1);
}

static void at_most_four_dials_are_under_way(void **state)
{
	struct pool_world *w = *state;
	w->options.size = 20;
	pool_world_open(w);
	for (int i = 0; i < 20; i++)
		fake_hang(w->c.fake);

	pool_world_take_many(w, 0, 20);

	assert_int_equal(w->c.fake->dials, 4);
	assert_int_equal(pool_world_stats(w).connecting, 4);
}

static void after_a_failure_at_most_two_dials_are_under_way(void **state)
{
	struct pool_world *w = *state;
	w->options.size = 20;
	pool_world_open(w);
	for (int i = 0; i < 4; i++)
		fake_refuse(w->c.fake, "x failed: Connection refused\n");
	for (int i = 0; i < 10; i++)
		fake_hang(w->c.fake);

	pool_world_take_many(w, 0, 10);
	pool_world_ms(w, 2000);

	assert_int_equal(pool_world_stats(w).connecting, 2);
}

/* ---- a server without room ---- */

static const char full[] = "x failed: FATAL:  53300: sorry, too many clients already\n";

/* Two connections out, three asking, and the third dial is turned away. */
static struct pool_world *full_server(void **state)
{
	struct pool_world *w = *state;

	w->options.size = 8;
	pool_world_open(w);
	pool_world_take_many(w, 0, 2);
	fake_refuse(w->c.fake, full);
	pool_world_take_many(w, 2, 3);
	return w;
}

static void a_server_without_room_lowers_the_ceiling_and_who_waits_is_served(void **state)
{
	struct pool_world *w = full_server(state);

	assert_int_equal(pool_world_stats(w).ceiling, 2);
	assert_int_equal(w->c.fake->dials, 3);
	pool_world_ms(w, 9000);
	assert_int_equal(w->c.fake->dials, 3); /* backoff alone would have dialed again long ago */
	pool_world_give_back(w, 0);
	assert_true(pool_world_has(w, 2));
	pool_world_give_back(w, 1);
	assert_true(pool_world_has(w, 3));
	pool_world_give_back(w, 2);
	assert_true(pool_world_has(w, 4));

	assert_int_equal(pool_world_stats(w).failures, 0);
	assert_int_equal(pool_world_stats(w).create_errors, 1);
}

static void the_ceiling_grows_back_by_one_connection_in_ten_seconds(void **state)
{
	struct pool_world *w = full_server(state);
	for (int i = 5; i < 10; i++)
		w->holders[i].request.timeout_ms = POOL_FOR_EVER;
	pool_world_take_many(w, 5, 5); /* ten ask, eight may have one */

	for (int total = 3; total <= 7; total++) {
		pool_world_ms(w, 9999);
		assert_int_equal(pool_world_stats(w).total, total - 1);
		pool_world_ms(w, 1);
		assert_int_equal(pool_world_stats(w).total, total);
		assert_int_equal(pool_world_stats(w).ceiling, total);
	}
	pool_world_ms(w, 10000);

	assert_int_equal(pool_world_stats(w).ceiling, 0);
	assert_int_equal(pool_world_stats(w).create_errors, 1);
}

static void a_server_that_stays_full_is_asked_once_in_ten_seconds(void **state)
{
	struct pool_world *w = full_server(state);
	w->holders[5].request.timeout_ms = POOL_FOR_EVER;
	pool_world_take(w, 5);
	for (int i = 0; i < 6; i++)
		fake_refuse(w->c.fake, full);

	pool_world_ms(w, 60000);

	assert_int_equal(w->c.fake->dials, 3 + 6);
	assert_int_equal(pool_world_stats(w).ceiling, 2);
	assert_int_equal(pool_world_stats(w).total, 2);
}

static void a_minimum_the_server_has_no_room_for_is_not_dialed_for_in_a_loop(void **state)
{
	struct pool_world *w = *state;
	w->options.size = w->options.min_size = 3;
	pool_world_open(w);
	fake_admit(w->c.fake);
	fake_admit(w->c.fake);
	for (int i = 0; i < 7; i++)
		fake_refuse(w->c.fake, full);

	pool_open(w->pool);
	pool_world_ms(w, 0);
	assert_int_equal(w->c.fake->dials, 3);
	pool_world_ms(w, 60000);

	assert_int_equal(pool_world_stats(w).total, 2);	 /* it lives with what it has … */
	assert_in_range(w->c.fake->dials, 3 + 1, 3 + 6); /* … and tries in ten seconds or more */
	assert_true(pool_world_take(w, 0));
	pool_world_ms(w, 120000); /* by then there is room */
	assert_int_equal(pool_world_stats(w).total, 3);
	assert_int_equal(pool_world_stats(w).ceiling, 0);
}

static void without_any_connection_one_is_dialed_at_a_time(void **state)
{
	struct pool_world *w = *state;
	w->options.size = 8;
	pool_world_open(w);
	for (int i = 0; i < 4; i++)
		fake_refuse(w->c.fake, full);
	fake_hang(w->c.fake);

	pool_world_take_many(w, 0, 6);
	assert_int_equal(pool_world_stats(w).ceiling, 1);
	pool_world_ms(w, 4000);

	assert_int_equal(w->c.fake->dials, 5);
	assert_int_equal(pool_world_stats(w).connecting, 1);
	assert_int_equal(pool_world_stats(w).waiting, 6);
}

static void who_says_retry_lifts_the_ceiling(void **state)
{
	struct pool_world *w = *state;
	w->options.size = 8;
	pool_world_open(w);
	fake_hang(w->c.fake);
	pool_world_take(w, 0);
	fake_refuse(w->c.fake, full);
	pool_world_take(w, 1);
	assert_int_equal(pool_world_stats(w).ceiling, 1);
	assert_int_equal(pool_world_stats(w).connecting, 1);

	pool_retry(w->pool); /* somebody made room, and says so */
	pool_world_ms(w, 0);

	assert_int_equal(pool_world_stats(w).ceiling, 0);
	assert_int_equal(pool_world_stats(w).total, 1);
}

static void waiting_in_vain_for_a_full_server_says_so(void **state)
{
	struct pool_world *w = full_server(state);
	char reason[POOL_REASON_BYTES];

	struct pool_stats stats = pool_world_stats(w);
	stats.oldest_wait_us = 0;
	assert_int_equal(pool_stats_judge(&stats, reason), STATUS_WARN);
	assert_string_equal(reason, "the server has no room for more than 2 of 8");
	w->holders[5].request.timeout_ms = 1000;
	pool_world_take(w, 5);
	pool_world_ms(w, 1000);

	assert_non_null(strstr(w->holders[5].error.text,
		"2 of 2 are in use, and the server has no room for more"));
	assert_non_null(strstr(w->holders[5].error.hint, "max_connections"));
}

static void a_spike_does_not_open_more_than_it_needs(void **state)
{
	struct pool_world *w = *state;
	w->options.size = 20;
	pool_world_open(w);

	pool_world_take_many(w, 0, 3);
	for (int i = 0; i < 3; i++)
		pool_world_give_back(w, i);
	pool_world_take_many(w, 0, 3);

	assert_int_equal(w->c.fake->dials, 3);
}

static void sizes_that_make_no_pool_are_refused(void **state)
{
	static const struct {
		int size, max_overflow, min_size;
		const char *words;
	} bad[] = {
		{ 0, 0, 0, "pool_size is 0" },
		{ -3, 0, 0, "pool_size is -3" },
		{ 4, -1, 0, "max_overflow is -1" },
		{ 4, 0, 5, "5 connections cannot be kept up in a pool of 4" },
		{ 4, 0, -1, "-1 connections" },
	};
	struct pool_world *w = *state;
	struct err e;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		w->options.size = bad[i].size;
		w->options.max_overflow = bad[i].max_overflow;
		w->options.min_size = bad[i].min_size;
		assert_null(pool_new(w->c.loop, &w->options, &e));
		assert_int_equal(e.kind, ERR_USAGE);
		assert_non_null(strstr(e.text, bad[i].words));
	}
	w->options = pool_defaults;
	w->options.recycle_ms = -1;
	assert_null(pool_new(w->c.loop, &w->options, &e));
}

static void the_line_has_an_end(void **state)
{
	struct pool_world *w = *state;
	w->options.size = 1;
	w->options.waiters_max = 2;
	pool_world_open(w);

	pool_world_take_many(w, 0, 4);

	assert_int_equal(w->holders[2].answers, 0);
	assert_int_equal(w->holders[3].error.kind, ERR_CONFLICT);
	assert_non_null(strstr(w->holders[3].error.text, "2 requests wait"));
	assert_int_equal(pool_world_stats(w).refusals, 1);
	pool_world_give_back(w, 0);
	pool_world_take(w, 3); /* there is room again */
	assert_int_equal(w->holders[3].answers, 0);
}

static void hundreds_of_connections_are_a_pool_too(void **state)
{
	struct pool_world *w = *state;
	w->options.size = 300;
	w->options.min_size = 300;
	pool_world_open(w);

	pool_open(w->pool);
	pool_world_ms(w, 0);

	assert_int_equal(pool_world_stats(w).checked_in, 300);
}

static void the_minimum_is_kept_up_once_the_pool_is_open(void **state)
{
	struct pool_world *w = *state;
	w->options.min_size = 2;
	pool_world_open(w);

	pool_open(w->pool);
	pool_world_ms(w, 0);
	assert_int_equal(pool_world_stats(w).checked_in, 2);
	fake_pick(w->c.fake, 1);
	fake_cut(w->c.fake);
	pool_world_ms(w, 0);
	assert_int_equal(pool_world_stats(w).checked_in, 1);
	pool_world_ms(w, 1200);

	assert_int_equal(pool_world_stats(w).checked_in, 2);
	assert_int_equal(w->c.fake->dials, 3);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, pool_world_setup, pool_world_teardown)
	const struct CMUnitTest tests[] = {
		CASE(a_pool_never_has_more_connections_than_its_size),
		CASE(nothing_is_dialed_before_somebody_asks),
		CASE(overflow_grows_with_demand_and_shrinks_after_it),
		CASE(overflow_is_never_negative),
		CASE(a_failed_dial_gives_its_place_back),
		CASE(a_dial_that_hangs_does_not_keep_others_from_being_served),
		CASE(a_dial_that_hangs_in_the_overflow_keeps_nobody_from_the_rest_of_it),
		CASE(a_greeting_that_fails_gives_its_place_to_a_dial_that_serves_who_waits),
		CASE(a_greeting_that_fails_is_told_to_the_hasty),
		CASE(at_most_four_dials_are_under_way),
		CASE(after_a_failure_at_most_two_dials_are_under_way),
		CASE(a_server_without_room_lowers_the_ceiling_and_who_waits_is_served),
		CASE(the_ceiling_grows_back_by_one_connection_in_ten_seconds),
		CASE(a_server_that_stays_full_is_asked_once_in_ten_seconds),
		CASE(a_minimum_the_server_has_no_room_for_is_not_dialed_for_in_a_loop),
		CASE(without_any_connection_one_is_dialed_at_a_time),
		CASE(who_says_retry_lifts_the_ceiling),
		CASE(waiting_in_vain_for_a_full_server_says_so),
		CASE(a_spike_does_not_open_more_than_it_needs),
		CASE(sizes_that_make_no_pool_are_refused),
		CASE(the_line_has_an_end),
		CASE(hundreds_of_connections_are_a_pool_too),
		CASE(the_minimum_is_kept_up_once_the_pool_is_open),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
