// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Waiting for a connection, and the order in which it ends.
 */
#include "test.h"

#include "base/mem.h"
#include "fake/pool_world.h"

/* One connection, held by the first. */
static struct pool_world *one_busy(void **state)
{
	struct pool_world *w = *state;

	w->options.size = 1;
	pool_world_open(w);
	pool_world_take(w, 0);
	assert_true(pool_world_has(w, 0));
	return w;
}

/* ---- waiting ---- */

static void waiting_ends_at_the_deadline_and_not_before(void **state)
{
	struct pool_world *w = one_busy(state);
	w->holders[1].request.timeout_ms = 250;
	pool_world_take(w, 1);

	pool_world_ms(w, 249);
	assert_int_equal(w->holders[1].answers, 0);
	pool_world_ms(w, 1);

	assert_int_equal(w->holders[1].answers, 1);
	assert_int_equal(w->holders[1].error.kind, ERR_TIMEOUT);
	assert_non_null(strstr(w->holders[1].error.text, "was not free within 0.2 s: 1 of 1"));
	assert_int_equal(pool_world_stats(w).timeouts, 1);
	assert_int_equal(pool_world_stats(w).waiting, 0);
}

static void without_a_deadline_of_its_own_a_request_has_the_pools(void **state)
{
	struct pool_world *w = one_busy(state);
	pool_world_take(w, 1);

	pool_world_ms(w, w->options.timeout_ms - 1);
	assert_int_equal(w->holders[1].answers, 0);
	pool_world_ms(w, 1);

	assert_int_equal(w->holders[1].error.kind, ERR_TIMEOUT);
}

static void who_waits_for_ever_does(void **state)
{
	struct pool_world *w = one_busy(state);
	w->holders[1].request.timeout_ms = POOL_FOR_EVER;
	pool_world_take(w, 1);

	pool_world_ms(w, 100 * w->options.timeout_ms);
	assert_int_equal(w->holders[1].answers, 0);
	pool_world_give_back(w, 0);

	assert_true(pool_world_has(w, 1));
}

static void each_request_has_its_own_deadline(void **state)
{
	struct pool_world *w = one_busy(state);
	w->holders[1].request.timeout_ms = 3000;
	w->holders[2].request.timeout_ms = 1000;
	w->holders[3].request.timeout_ms = 2000;
	pool_world_take_many(w, 1, 3);

	pool_world_ms(w, 1000);
	assert_int_equal(w->holders[2].answers, 1);
	assert_int_equal(w->holders[3].answers, 0);
	pool_world_ms(w, 1000);
	assert_int_equal(w->holders[3].answers, 1);
	pool_world_give_back(w, 0);

	assert_true(pool_world_has(w, 1)); /* and the others' ends did not break its waiting */
}

static void its_limit_and_who_waited_in_vain_stand_in_the_log(void **state)
{
	struct pool_world *w = one_busy(state);
	pool_world_log(w);
	w->holders[1].request.tag = "the patient";
	w->holders[1].request.timeout_ms = 1000;
	w->holders[2].request.timeout_ms = 5000;

	pool_world_take_many(w, 1, 2);
	assert_int_equal(pool_world_said(w, "at its limit"), 1); /* not once for each */
	pool_world_ms(w, 1000);

	assert_int_equal(pool_world_said(w, "waited in vain"), 1);
	assert_int_equal(pool_world_said(w, "asker=\"the patient\" waited_ms=1000"), 1);
	pool_world_give_back(w, 0);
}

static void what_comes_back_at_the_very_deadline_is_not_lost(void **state)
{
	struct pool_world *w = one_busy(state);
	w->holders[1].request.timeout_ms = 100;
	pool_world_take(w, 1);
	pool_world_ms(w, 99);

	struct pool_lease lease = w->holders[0].lease;
	w->holders[0].lease = (struct pool_lease){ 0 };
	pool_give_back(w->pool, lease); /* granted, but not told yet */
	pool_world_ms(w, 1);

	assert_true(pool_world_has(w, 1));
	assert_int_equal(w->holders[1].answers, 1);
}

static void a_request_taken_back_in_line_is_told_so_and_skipped(void **state)
{
	struct pool_world *w = one_busy(state);
	pool_world_take_many(w, 1, 2);

	assert_true(pool_cancel(&w->holders[1].request));
	assert_int_equal(w->holders[1].answers, 0); /* not inside of the call */
	pool_world_ms(w, 0);
	assert_int_equal(w->holders[1].error.kind, ERR_CANCELED);
	pool_world_give_back(w, 0);

	assert_true(pool_world_has(w, 2));
	assert_int_equal(pool_world_stats(w).cancels, 1);
}

static void a_request_taken_back_before_its_lease_was_told_passes_it_on(void **state)
{
	struct pool_world *w = one_busy(state);
	pool_world_take_many(w, 1, 2);
	struct pool_lease lease = w->holders[0].lease;
	w->holders[0].lease = (struct pool_lease){ 0 };
	pool_give_back(w->pool, lease); /* granted to 1, not told yet */

	assert_true(pool_cancel(&w->holders[1].request));
	pool_world_ms(w, 0);

	assert_int_equal(w->holders[1].error.kind, ERR_CANCELED);
	assert_false(pool_world_has(w, 1));
	assert_true(pool_world_has(w, 2));
	assert_int_equal(pool_world_stats(w).acquires, 2);
}

static void a_dial_outlives_the_request_it_was_begun_for(void **state)
{
	struct pool_world *w = *state;
	pool_world_open(w);
	fake_hang(w->c.fake);
	pool_world_take(w, 1);

	pool_cancel(&w->holders[1].request);
	pool_world_ms(w, 0);
	assert_int_equal(w->holders[1].error.kind, ERR_CANCELED);
	assert_int_equal(pool_world_stats(w).connecting, 1);
	pool_world_ms(w, w->options.conn.connect_timeout_ms);
	assert_int_equal(pool_world_stats(w).connecting, 0);
	assert_int_equal(pool_world_stats(w).create_errors, 1);
}

static void a_connection_whose_asker_is_gone_stays_in_the_pool(void **state)
{
	struct pool_world *w = *state;
	w->options.size = 2;
	pool_world_open(w);
	pool_world_take(w, 0);
	struct pool_lease lease;
	struct holder *gone = &w->holders[1];

	gone->request.done = w->holders[0].request.done;
	gone->request.arg = gone;
	assert_false(pool_take(w->pool, &gone->request, &lease)); /* dials */
	pool_cancel(&gone->request);
	pool_world_ms(w, 0);

	assert_int_equal(gone->error.kind, ERR_CANCELED);
	assert_int_equal(pool_world_stats(w).checked_in, 1);
	assert_int_equal(w->c.fake->dials, 2);
}

static void what_was_answered_cannot_be_taken_back(void **state)
{
	struct pool_world *w = one_busy(state);
	w->holders[1].request.timeout_ms = 10;
	pool_world_take(w, 1);
	pool_world_ms(w, 10);

	assert_false(pool_cancel(&w->holders[1].request));
	pool_world_ms(w, 0);

	assert_int_equal(w->holders[1].answers, 1);
}

static void what_was_never_asked_cannot_be_taken_back(void **state)
{
	struct pool_world *w = one_busy(state);

	assert_false(pool_cancel(&w->holders[1].request));
	pool_world_ms(w, 0);

	assert_int_equal(w->holders[1].answers, 0);
	assert_false(pool_world_take(w, 1)); /* and may be asked as if nothing had been */
	pool_world_give_back(w, 0);
	assert_true(pool_world_has(w, 1));
}

static void a_failed_dial_tells_the_hasty_at_once_and_the_patient_nothing(void **state)
{
	struct pool_world *w = *state;
	w->options.size = 2;
	pool_world_open(w);
	for (int i = 0; i < 2; i++)
		fake_refuse(w->c.fake, "x failed: Connection refused\n");
	w->holders[0].request.is_hasty = true;

	pool_world_take(w, 0);
	pool_world_take(w, 1);

	assert_int_equal(w->holders[0].error.kind, ERR_CONNECT);
	assert_int_equal(w->holders[1].answers, 0);
	pool_world_ms(w, 200);
	assert_true(pool_world_has(w, 1)); /* dialed again, for as long as it takes */
}

static void a_hasty_request_waits_while_something_may_still_serve_it(void **state)
{
	struct pool_world *w = *state;
	w->options.size = 2;
	pool_world_open(w);
	pool_world_take(w, 0);
	fake_refuse(w->c.fake, "x failed: Connection refused\n");
	w->holders[1].request.is_hasty = true;

	pool_world_take(w, 1);
	assert_int_equal(w->holders[1].answers, 0);
	pool_world_give_back(w, 0);

	assert_true(pool_world_has(w, 1));
}

static void the_patient_learn_at_their_deadline_why_dials_failed(void **state)
{
	struct pool_world *w = *state;
	pool_world_open(w);
	for (int i = 0; i < 100; i++)
		fake_refuse(w->c.fake, "x failed: Connection refused\n");
	w->holders[0].request.timeout_ms = 2000;

	pool_world_take(w, 0);
	pool_world_ms(w, 2000);

	assert_int_equal(w->holders[0].error.kind, ERR_CONNECT);
	assert_non_null(strstr(w->holders[0].error.text, "Connection refused"));
}

static void a_dial_that_cannot_succeed_ends_all_waiting(void **state)
{
	struct pool_world *w = *state;
	pool_world_open(w);
	for (int i = 0; i < 4; i++)
		fake_refuse(w->c.fake, "x failed: FATAL:  28P01: password authentication failed\n");

	pool_world_take_many(w, 0, 3);

	for (int i = 0; i < 3; i++)
		assert_string_equal(w->holders[i].error.sqlstate, "28P01");
	assert_int_equal(pool_world_stats(w).state, POOL_STOPPED);
	int dials = w->c.fake->dials;
	pool_world_ms(w, 100000);
	assert_int_equal(w->c.fake->dials, dials); /* no lockout by trying again and again */
}

static void a_stopped_pool_dials_again_when_told_to(void **state)
{
	struct pool_world *w = *state;
	pool_world_open(w);
	fake_refuse(w->c.fake, "x failed: FATAL:  3D000: database \"shop\" does not exist\n");
	pool_world_take(w, 0);
	assert_string_equal(w->holders[0].error.sqlstate, "3D000");

	pool_retry(w->pool);
	pool_world_take(w, 0);

	assert_true(pool_world_has(w, 0));
	assert_int_equal(pool_world_stats(w).state, POOL_OPEN);
	assert_string_equal(pool_world_stats(w).error, "");
}

static void a_stopped_pool_still_lends_what_it_has(void **state)
{
	struct pool_world *w = *state;
	w->options.size = 2;
	pool_world_open(w);
	pool_world_take(w, 0);
	fake_refuse(w->c.fake, "x failed: FATAL:  28P01: password authentication failed\n");

	pool_world_take(w, 1); /* the password was changed meanwhile */
	assert_int_equal(w->holders[1].answers, 0);
	pool_world_give_back(w, 0);

	assert_true(pool_world_has(w, 1));
}

static void a_link_lost_after_the_stop_does_not_hide_why_it_stopped(void **state)
{
	struct pool_world *w = *state;
	w->options.size = 2;
	pool_world_open(w);
	pool_world_take(w, 0);
	fake_refuse(w->c.fake, "x failed: FATAL:  28P01: password authentication failed\n");
	pool_world_take(w, 1);

	fake_cut_all(w->c.fake);
	pool_world_ms(w, 0);
	pool_world_give_back(w, 0);

	assert_int_equal(pool_world_stats(w).state, POOL_STOPPED);
	assert_string_equal(pool_view(w->pool)->sqlstate, "28P01");
	assert_string_equal(w->holders[1].error.sqlstate, "28P01");
}

static void backoff_grows_to_five_seconds_and_has_jitter(void **state)
{
	struct pool_world *w = *state;
	pool_world_open(w);
	for (int i = 0; i < 2000; i++)
		fake_refuse(w->c.fake, "x failed: Connection refused\n");
	w->holders[0].request.timeout_ms = POOL_FOR_EVER;
	pool_world_take(w, 0);

	pool_world_ms(w, 10000);
	int early = w->c.fake->dials;
	pool_world_ms(w, 600000);
	int late = w->c.fake->dials - early;

	assert_in_range(early, 8, 30);
	assert_in_range(late, 600 / 5, 600 / 5 * 4); /* 2.5 s in the middle of 0 to 5 s */
}

/* ---- order ---- */

static void who_came_first_is_served_first(void **state)
{
	struct pool_world *w = one_busy(state);
	pool_world_take_many(w, 1, 20);

	for (int i = 0; i < 20; i++)
		pool_world_give_back(w, i);

	for (int i = 1; i <= 20; i++)
		assert_int_equal(w->holders[i].turn, i + 1);
}

static void the_interactive_are_served_before_the_background(void **state)
{
	struct pool_world *w = one_busy(state);
	w->holders[1].request.band = POOL_BACKGROUND;
	w->holders[2].request.band = POOL_BACKGROUND;
	pool_world_take_many(w, 1, 4);
	assert_int_equal(pool_world_stats(w).waiting, 4);
	assert_int_equal(pool_world_stats(w).waiting_background, 2);

	pool_world_give_back(w, 0);
	pool_world_give_back(w, 3);
	pool_world_give_back(w, 4);
	pool_world_give_back(w, 1);

	assert_int_equal(w->holders[3].turn, 2);
	assert_int_equal(w->holders[4].turn, 3);
	assert_int_equal(w->holders[1].turn, 4);
	assert_int_equal(w->holders[2].turn, 5);
}

/* Strict bands starve the background; what ends that is its own deadline, and it has one whatever it asks for. */
static void behind_an_endless_stream_a_background_request_ends_at_its_deadline(void **state)
{
	struct pool_world *w = one_busy(state);
	int64_t start_us = loop_now_us(w->c.loop);
	w->options.timeout_ms = 30000;
	for (int i = 1; i <= 2; i++)
		w->holders[i].request.band = POOL_BACKGROUND;
	w->holders[1].request.timeout_ms = 2000;
	w->holders[2].request.timeout_ms = POOL_FOR_EVER;
	pool_world_take_many(w, 1, 2);

	for (int out = 0; loop_now_us(w->c.loop) < start_us + 31000000; out = 3 - out) {
		pool_world_take(w, 3 - out); /* 0 and 3 in turn: one of them always waits */
		pool_world_ms(w, 100);
		pool_world_give_back(w, out);
		assert_int_equal(
			w->holders[1].answers, loop_now_us(w->c.loop) >= start_us + 2000000);
	}

	assert_int_equal(w->holders[1].error.kind, ERR_TIMEOUT);
	assert_int_equal(w->holders[2].error.kind, ERR_TIMEOUT);
	assert_int_equal(pool_world_stats(w).timeouts, 2);
}

static void nobody_steps_in_between_a_return_and_the_first_in_line(void **state)
{
	struct pool_world *w = one_busy(state);
	pool_world_take(w, 1);
	struct pool_lease lease = w->holders[0].lease, barged;
	w->holders[0].lease = (struct pool_lease){ 0 };

	pool_give_back(w->pool, lease);
	w->holders[2].request.done = w->holders[1].request.done;
	w->holders[2].request.arg = &w->holders[2];
	assert_false(pool_take(w->pool, &w->holders[2].request, &barged));
	pool_world_ms(w, 0);

	assert_true(pool_world_has(w, 1));
	assert_false(pool_world_has(w, 2));
	assert_int_equal(pool_world_stats(w).hand_offs, 1);
}

static void the_last_used_is_lent_first(void **state)
{
	struct pool_world *w = *state;
	pool_world_open(w);
	pool_world_take_many(w, 0, 3);
	struct conn *last = pool_world_conn(w, 1);

	pool_world_give_back(w, 2);
	pool_world_give_back(w, 0);
	pool_world_give_back(w, 1);
	assert_true(pool_world_take(w, 5));

	assert_ptr_equal(pool_world_conn(w, 5), last);
}

static void a_holder_who_gives_back_when_told_does_not_nest(void **state)
{
	struct pool_world *w = one_busy(state);
	for (int i = 1; i < POOL_WORLD_HOLDERS; i++)
		w->holders[i].gives_back_at_once = true;
	pool_world_take_many(w, 1, POOL_WORLD_HOLDERS - 1);

	pool_world_give_back(w, 0);

	for (int i = 1; i < POOL_WORLD_HOLDERS; i++)
		assert_int_equal(w->holders[i].turn, i + 1);
	assert_int_equal(pool_world_stats(w).checked_in, 1);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, pool_world_setup, pool_world_teardown)
	const struct CMUnitTest tests[] = {
		CASE(waiting_ends_at_the_deadline_and_not_before),
		CASE(without_a_deadline_of_its_own_a_request_has_the_pools),
		CASE(who_waits_for_ever_does),
		CASE(each_request_has_its_own_deadline),
		CASE(its_limit_and_who_waited_in_vain_stand_in_the_log),
		CASE(what_comes_back_at_the_very_deadline_is_not_lost),
		CASE(a_request_taken_back_in_line_is_told_so_and_skipped),
		CASE(a_request_taken_back_before_its_lease_was_told_passes_it_on),
		CASE(a_dial_outlives_the_request_it_was_begun_for),
		CASE(a_connection_whose_asker_is_gone_stays_in_the_pool),
		CASE(what_was_answered_cannot_be_taken_back),
		CASE(what_was_never_asked_cannot_be_taken_back),
		CASE(a_failed_dial_tells_the_hasty_at_once_and_the_patient_nothing),
		CASE(a_hasty_request_waits_while_something_may_still_serve_it),
		CASE(the_patient_learn_at_their_deadline_why_dials_failed),
		CASE(a_dial_that_cannot_succeed_ends_all_waiting),
		CASE(a_stopped_pool_dials_again_when_told_to),
		CASE(a_stopped_pool_still_lends_what_it_has),
		CASE(a_link_lost_after_the_stop_does_not_hide_why_it_stopped),
		CASE(backoff_grows_to_five_seconds_and_has_jitter),
		CASE(who_came_first_is_served_first),
		CASE(the_interactive_are_served_before_the_background),
		CASE(behind_an_endless_stream_a_background_request_ends_at_its_deadline),
		CASE(nobody_steps_in_between_a_return_and_the_first_in_line),
		CASE(the_last_used_is_lent_first),
		CASE(a_holder_who_gives_back_when_told_does_not_nest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
