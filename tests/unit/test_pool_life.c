// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * How long a connection lives in the pool, and how the pool knows that it does.
 */
#include "test.h"

#include "base/mem.h"
#include "fake/pool_world.h"

enum { RECYCLE_MS = 100000 };

/* All of them idle, and as old as they may become by the clock. */
static struct pool_world *old_pool(void **state, int size)
{
	struct pool_world *w = *state;

	w->options.size = w->options.min_size = size;
	w->options.recycle_ms = RECYCLE_MS;
	w->options.idle_timeout_ms = 0;
	pool_world_open(w);
	pool_open(w->pool);
	pool_world_ms(w, 0);
	assert_int_equal(pool_world_stats(w).checked_in, size);
	return w;
}

/* ---- lifetime ---- */

static void an_old_idle_connection_is_replaced_in_the_background(void **state)
{
	struct pool_world *w = old_pool(state, 1);

	pool_world_ms(w, RECYCLE_MS);

	struct pool_stats stats = pool_world_stats(w);
	assert_int_equal(stats.destroys[POOL_REASON_LIFETIME], 1);
	assert_int_equal(stats.checked_in, 1);
	assert_int_equal(w->c.fake->dials, 2);
}

static void an_old_connection_is_replaced_when_it_comes_back(void **state)
{
	struct pool_world *w = old_pool(state, 1);
	pool_world_take(w, 0);

	pool_world_ms(w, RECYCLE_MS);
	assert_int_equal(pool_world_stats(w).destroys[POOL_REASON_LIFETIME], 0);
	pool_world_give_back(w, 0);

	assert_int_equal(pool_world_stats(w).destroys[POOL_REASON_LIFETIME], 1);
	assert_int_equal(pool_world_stats(w).checked_in, 1);
}

/* Fault row 22: the server, or somebody on the way, has hung up meanwhile. */
static void after_eight_hours_of_sleep_there_is_one_dial(void **state)
{
	struct pool_world *w = old_pool(state, 1);
	fake_refuse(w->c.fake, "x failed: Network is unreachable\n");

	loop_sleep_ms(w->c.loop, INT64_C(8) * 3600 * 1000);
	fake_cut_all(w->c.fake);
	pool_world_ms(w, 0);
	pool_world_ms(w, 700);
	assert_int_equal(w->c.fake->dials, 2);
	assert_int_equal(pool_view(w->pool)->state, LINK_WAITING);
	assert_int_equal(pool_view(w->pool)->attempt, 1);
	pool_world_ms(w, 3000);

	assert_int_equal(w->c.fake->dials, 3);
	assert_int_equal(pool_view(w->pool)->state, LINK_UP);
}

static void lives_end_up_to_a_tenth_early_and_never_late(void **state)
{
	struct pool_world *w = *state;
	int64_t earliest_ms = INT64_MAX, latest_ms = 0;

	w->options.size = w->options.min_size = 1;
	w->options.recycle_ms = RECYCLE_MS;
	w->options.idle_timeout_ms = 0;
	pool_world_open(w);
	pool_open(w->pool);
	for (int round = 1; round <= 50; round++) {
		int64_t began_us = loop_now_us(w->c.loop);
		while (w->c.fake->dials < round + 1)
			pool_world_ms(w, 100);
		int64_t lived_ms = (loop_now_us(w->c.loop) - began_us) / 1000;
		earliest_ms = lived_ms < earliest_ms ? lived_ms : earliest_ms;
		latest_ms = lived_ms > latest_ms ? lived_ms : latest_ms;
	}

	assert_in_range(earliest_ms, RECYCLE_MS * 90 / 100 - 100, RECYCLE_MS * 95 / 100);
	assert_in_range(latest_ms, RECYCLE_MS * 95 / 100, RECYCLE_MS + 100);
}

static void connections_never_retire_all_at_once(void **state)
{
	struct pool_world *w = old_pool(state, 10);
	int64_t before = 0;

	/* All were dialed at once; ten places: at most one in each tenth of a life. */
	for (int step = 0; step < 40; step++) {
		pool_world_ms(w, RECYCLE_MS / 10);
		int64_t retired = pool_world_stats(w).destroys[POOL_REASON_LIFETIME];
		assert_in_range(retired - before, 0, 1);
		before = retired;
		if (step == 19) /* two lifetimes: the last one of them is gone too */
			assert_true(before >= 10);
	}

	assert_in_range(before, 28, 31); /* and from then on as many as before */
	assert_int_equal(pool_world_stats(w).checked_in, 10);
}

static void without_a_limit_a_connection_lives_for_ever(void **state)
{
	struct pool_world *w = *state;
	w->options.recycle_ms = w->options.idle_timeout_ms = 0;
	pool_world_open(w);
	pool_world_take(w, 0);
	pool_world_give_back(w, 0);

	pool_world_ms(w, INT64_C(1000) * 3600 * 24 * 30);

	assert_int_equal(pool_world_stats(w).checked_in, 1);
}

static void a_connection_nobody_uses_is_closed(void **state)
{
	struct pool_world *w = *state;
	pool_world_open(w);
	pool_world_take_many(w, 0, 3);
	for (int i = 0; i < 3; i++)
		pool_world_give_back(w, i);

	pool_world_ms(w, w->options.idle_timeout_ms - 1);
	assert_int_equal(pool_world_stats(w).checked_in, 3);
	pool_world_ms(w, 1);

	assert_int_equal(pool_world_stats(w).checked_in, 0);
	assert_int_equal(pool_world_stats(w).destroys[POOL_REASON_IDLE], 3);
}

static void the_minimum_stays_although_nobody_uses_it(void **state)
{
	struct pool_world *w = *state;
	w->options.min_size = 1;
	w->options.recycle_ms = 0;
	pool_world_open(w);
	pool_world_take_many(w, 0, 3);
	for (int i = 0; i < 3; i++)
		pool_world_give_back(w, i);

	pool_world_ms(w, 2 * w->options.idle_timeout_ms);

	assert_int_equal(pool_world_stats(w).checked_in, 1);
	assert_int_equal(w->c.fake->dials, 3); /* kept, not closed and dialed again */
}

static void the_one_in_use_keeps_its_place_and_the_others_go(void **state)
{
	struct pool_world *w = *state;
	w->options.recycle_ms = 0;
	pool_world_open(w);
	pool_world_take_many(w, 0, 3);
	for (int i = 0; i < 3; i++)
		pool_world_give_back(w, i);

	for (int minute = 0; minute < 12; minute++) {
		pool_world_take(w, 0);
		pool_world_give_back(w, 0);
		pool_world_ms(w, 60000);
	}

	assert_int_equal(pool_world_stats(w).checked_in, 1);
	assert_int_equal(w->c.fake->dials, 3);
}

/* ---- liveness ---- */

static void a_dead_connection_leaves_when_it_dies_and_not_when_it_is_wanted(void **state)
{
	struct pool_world *w = *state;
	pool_world_open(w);
	pool_world_take(w, 0);
	pool_world_give_back(w, 0);

	fake_goodbye(w->c.fake, "57P01", "terminating connection due to administrator command");
	pool_world_ms(w, 0);

	assert_int_equal(pool_world_stats(w).checked_in, 0);
	assert_int_equal(pool_world_stats(w).destroys[POOL_REASON_BROKEN], 1);
	pool_world_take(w, 0);
	assert_true(pool_world_has(w, 0));
	assert_int_equal(pool_world_stats(w).pings, 0);
}

static void a_lost_link_makes_the_idle_ones_be_asked_once_each(void **state)
{
	struct pool_world *w = *state;
	pool_world_open(w);
	w->c.fake->is_obliging = true;
	pool_world_take_many(w, 0, 3);
	for (int i = 0; i < 3; i++)
		pool_world_give_back(w, i);
	pool_world_ms(w, 1000);
	fake_pick(w->c.fake, 3);
	fake_cut(w->c.fake);
	pool_world_ms(w, 1000);

	for (int round = 0; round < 5; round++) {
		pool_world_take_many(w, 0, 2);
		pool_world_give_back(w, 0);
		pool_world_give_back(w, 1);
	}

	assert_int_equal(pool_world_stats(w).pings, 2);
	assert_int_equal(w->c.fake->dials, 3);
}

static void a_fresh_connection_is_never_pinged(void **state)
{
	struct pool_world *w = *state;
	w->options.ping = POOL_PING_ALWAYS;
	w->options.min_size = 1;
	pool_world_open(w);
	pool_open(w->pool);
	pool_world_ms(w, 0);

	assert_true(pool_world_take(w, 0));

	assert_int_equal(pool_world_stats(w).pings, 0);
	assert_string_equal(w->c.fake->asked, "");
}

static void always_means_before_each_lease_but_not_in_a_hand_off(void **state)
{
	struct pool_world *w = *state;
	w->options.ping = POOL_PING_ALWAYS;
	w->options.size = 1;
	pool_world_open(w);
	w->c.fake->is_obliging = true;
	pool_world_take_many(w, 0, 2);

	pool_world_give_back(w, 0); /* to 1 */
	assert_int_equal(pool_world_stats(w).pings, 0);
	pool_world_give_back(w, 1);
	assert_false(pool_world_take(w, 2)); /* not at once: it is asked first */

	assert_true(pool_world_has(w, 2));
	assert_int_equal(pool_world_stats(w).pings, 1);
	assert_int_equal(w->c.fake->dials, 1);
}

static void over_a_network_one_long_idle_is_pinged(void **state)
{
	struct pool_world *w = *state;
	pool_world_open(w);
	w->c.fake->is_obliging = true;
	snprintf(w->c.fake->identity.address, sizeof(w->c.fake->identity.address), "192.0.2.1");
	pool_world_take(w, 0);
	pool_world_give_back(w, 0);

	pool_world_ms(w, 30000);
	assert_true(pool_world_take(w, 0));
	pool_world_give_back(w, 0);
	pool_world_ms(w, 30001);
	assert_false(pool_world_take(w, 0));

	assert_int_equal(pool_world_stats(w).pings, 1);
	assert_true(pool_world_has(w, 0));
}

static void on_a_socket_or_with_ping_off_nobody_is_pinged(void **state)
{
	struct pool_world *w = *state;
	pool_world_open(w);
	pool_world_take(w, 0);
	pool_world_give_back(w, 0);

	pool_world_ms(w, 300000);
	assert_true(pool_world_take(w, 0));

	assert_int_equal(pool_world_stats(w).pings, 0);
}

static void a_ping_without_answer_is_given_up_and_another_connection_found(void **state)
{
	struct pool_world *w = *state;
	w->options.ping = POOL_PING_ALWAYS;
	w->options.size = 1;
	pool_world_open(w);
	pool_world_take(w, 0);
	pool_world_give_back(w, 0);
	fake_expect(w->c.fake, "");
	fake_silence(w->c.fake);

	pool_world_take(w, 0);
	pool_world_ms(w, 999);
	assert_int_equal(w->holders[0].answers, 0);
	pool_world_ms(w, 1);

	assert_true(pool_world_has(w, 0));
	assert_int_equal(pool_world_stats(w).ping_failures, 1);
	assert_int_equal(w->c.fake->dials, 2);
}

static void a_server_restarted_while_all_were_idle_is_met_by_new_connections(void **state)
{
	struct pool_world *w = *state;
	pool_world_open(w);
	pool_world_take_many(w, 0, 4);
	for (int i = 0; i < 4; i++)
		pool_world_give_back(w, i);

	for (int dial = 1; dial <= 4; dial++) {
		fake_pick(w->c.fake, dial);
		fake_cut(w->c.fake);
	}
	pool_world_ms(w, 0);
	assert_int_equal(pool_world_stats(w).total, 0);
	pool_world_take_many(w, 0, 4);

	for (int i = 0; i < 4; i++)
		assert_true(pool_world_has(w, i));
}

static void a_full_set_of_dead_connections_cannot_fail_a_caller(void **state)
{
	struct pool_world *w = *state;
	pool_world_open(w);
	pool_world_take_many(w, 0, 4);
	for (int i = 0; i < 4; i++)
		pool_world_give_back(w, i);

	for (int dial = 1; dial <= 4; dial++) {
		fake_pick(w->c.fake, dial);
		fake_cut(w->c.fake); /* and no turn passes before somebody asks */
	}
	pool_world_take(w, 5);

	/* It was lent before its death was heard of: its holder finds out, the next one does not. */
	if (pool_world_has(w, 5))
		pool_world_give_back(w, 5);
	pool_world_take(w, 6);
	assert_true(pool_world_has(w, 6));
	assert_true(conn_is_usable(pool_world_conn(w, 6)));
}

static enum pool_verdict always_evict(
	void *arg, enum pool_mishap mishap, const struct err *e, bool is_final)
{
	(void)e;
	(void)is_final;
	(*(int *)arg)++;
	return mishap == POOL_LINK_LOST ? POOL_EVICT : POOL_AGAIN;
}

static void another_judge_may_condemn_all_for_one_and_is_asked_once(void **state)
{
	struct pool_world *w = *state;
	int asked = 0;
	w->options.judge = always_evict;
	w->options.judge_arg = &asked;
	pool_world_open(w);
	pool_world_take_many(w, 0, 4);
	for (int i = 0; i < 4; i++)
		pool_world_give_back(w, i);

	fake_pick(w->c.fake, 2);
	fake_cut(w->c.fake);
	pool_world_ms(w, 0);

	assert_int_equal(asked, 1);
	assert_int_equal(pool_world_stats(w).checked_in, 0);
	assert_int_equal(pool_world_stats(w).destroys[POOL_REASON_ROLE], 3);
}

static void the_usual_judge_knows_whom_a_loss_concerns(void **state)
{
	static const struct {
		const char *sqlstate;
		enum pool_verdict verdict;
	} rows[] = { { "", POOL_SUSPECT }, { "57P01", POOL_SUSPECT }, { "57P05", POOL_REPLACE },
		{ "25006", POOL_EVICT }, { "57P04", POOL_EVICT } };
	struct err e = { .kind = ERR_CONNECT };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		snprintf(e.sqlstate, sizeof(e.sqlstate), "%s", rows[i].sqlstate);
		assert_int_equal(pool_judge(NULL, POOL_LINK_LOST, &e, false), rows[i].verdict);
	}
	snprintf(e.sqlstate, sizeof(e.sqlstate), "28P01");
	assert_int_equal(pool_judge(NULL, POOL_DIAL_FAILED, &e, false), POOL_STOP);
	snprintf(e.sqlstate, sizeof(e.sqlstate), "53300");
	assert_int_equal(pool_judge(NULL, POOL_DIAL_FAILED, &e, false), POOL_FULL);
	snprintf(e.sqlstate, sizeof(e.sqlstate), "57P03");
	assert_int_equal(pool_judge(NULL, POOL_DIAL_FAILED, &e, false), POOL_AGAIN);
	assert_int_equal(pool_judge(NULL, POOL_DIAL_FAILED, &e, true), POOL_STOP);
}

/* Fault row 25: sessions end one after another, and a dial was refused in between. */
static void a_link_lost_after_the_dialing_stopped_does_not_hide_why_it_did(void **state)
{
	struct pool_world *w = *state;
	w->options.size = w->options.min_size = 2;
	pool_world_open(w);
	pool_open(w->pool);
	pool_world_ms(w, 0);
	pool_world_take_many(w, 0, 2);
	fake_refuse(w->c.fake, "x failed: FATAL:  28P01: password authentication failed\n");
	fake_pick(w->c.fake, 1);
	fake_goodbye(w->c.fake, "57P01", "terminating connection");
	pool_world_ms(w, 0);
	pool_world_give_back(w, 0);
	pool_world_give_back(w, 1);
	pool_world_ms(w, 2000);
	assert_int_equal(w->c.fake->dials, 3);

	fake_pick(w->c.fake, 2);
	fake_goodbye(w->c.fake, "57P01", "terminating connection");
	pool_world_ms(w, 60000);

	assert_int_equal(w->c.fake->dials, 3);
	assert_int_equal(pool_view(w->pool)->state, LINK_STOPPED);
	assert_non_null(strstr(pool_view(w->pool)->error, "refuses the password"));
}

static void the_view_says_how_the_endpoint_is(void **state)
{
	struct pool_world *w = *state;
	w->options.size = w->options.min_size = 1;
	pool_world_open(w);
	pool_open(w->pool);
	assert_int_equal(pool_view(w->pool)->state, LINK_CONNECTING);
	pool_world_ms(w, 0);
	assert_int_equal(pool_view(w->pool)->state, LINK_UP);
	assert_string_equal(pool_view(w->pool)->identity.host, "pg-a");

	for (int i = 0; i < 3; i++)
		fake_refuse(w->c.fake, "x failed: Connection refused\n");
	fake_cut(w->c.fake);
	pool_world_ms(w, 0);
	assert_int_equal(pool_view(w->pool)->state, LINK_WAITING);
	assert_true(pool_view(w->pool)->lost_at_us > 0);
	pool_world_ms(w, 1200);
	assert_int_equal(pool_view(w->pool)->state, LINK_WAITING);
	assert_int_equal(pool_view(w->pool)->attempt, 1);
	assert_non_null(strstr(pool_view(w->pool)->error, "Connection refused"));
	assert_true(pool_view(w->pool)->retry_at_us > loop_now_us(w->c.loop));
	pool_world_ms(w, 60000);

	assert_int_equal(pool_view(w->pool)->state, LINK_UP);
	assert_string_equal(pool_view(w->pool)->error, "");
	assert_int_equal(pool_error(w->pool)->kind, ERR_NONE);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, pool_world_setup, pool_world_teardown)
	const struct CMUnitTest tests[] = {
		CASE(an_old_idle_connection_is_replaced_in_the_background),
		CASE(an_old_connection_is_replaced_when_it_comes_back),
		CASE(after_eight_hours_of_sleep_there_is_one_dial),
		CASE(lives_end_up_to_a_tenth_early_and_never_late),
		CASE(connections_never_retire_all_at_once),
		CASE(without_a_limit_a_connection_lives_for_ever),
		CASE(a_connection_nobody_uses_is_closed),
		CASE(the_minimum_stays_although_nobody_uses_it),
		CASE(the_one_in_use_keeps_its_place_and_the_others_go),
		CASE(a_dead_connection_leaves_when_it_dies_and_not_when_it_is_wanted),
		CASE(a_lost_link_makes_the_idle_ones_be_asked_once_each),
		CASE(a_fresh_connection_is_never_pinged),
		CASE(always_means_before_each_lease_but_not_in_a_hand_off),
		CASE(over_a_network_one_long_idle_is_pinged),
		CASE(on_a_socket_or_with_ping_off_nobody_is_pinged),
		CASE(a_ping_without_answer_is_given_up_and_another_connection_found),
		CASE(a_server_restarted_while_all_were_idle_is_met_by_new_connections),
		CASE(a_full_set_of_dead_connections_cannot_fail_a_caller),
		CASE(another_judge_may_condemn_all_for_one_and_is_asked_once),
		CASE(the_usual_judge_knows_whom_a_loss_concerns),
		CASE(a_link_lost_after_the_dialing_stopped_does_not_hide_why_it_did),
		CASE(the_view_says_how_the_endpoint_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
