// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The figures of a pool.
 */
#include "test.h"

#include "base/mem.h"
#include "fake/pool_world.h"

static void gauges_add_up(void **state)
{
	struct pool_world *w = *state;
	w->options.size = 3;
	w->options.max_overflow = 1;
	pool_world_open(w);
	pool_world_take_many(w, 0, 4);
	pool_world_give_back(w, 0);

	struct pool_stats stats = pool_world_stats(w);
	assert_int_equal(stats.checked_in, 1);
	assert_int_equal(stats.checked_out, 3);
	assert_int_equal(stats.total, 4);
	assert_int_equal(stats.overflow, 1);
	assert_int_equal(pool_stats_used_percent(&stats), 75);
}

static void waiting_is_only_counted_where_somebody_waited(void **state)
{
	struct pool_world *w = *state;
	w->options.size = 1;
	pool_world_open(w);
	pool_world_take(w, 0); /* waits for the dial, no time passes */
	pool_world_give_back(w, 0);
	pool_world_take(w, 0);
	pool_world_take(w, 1);

	pool_world_ms(w, 40);
	assert_int_equal(pool_world_stats(w).oldest_wait_us, 40000);
	pool_world_give_back(w, 0);

	struct pool_stats stats = pool_world_stats(w);
	assert_int_equal(stats.acquires, 3);
	assert_int_equal(stats.waits, 2);
	assert_int_equal(stats.wait.count, 2);
	assert_int_equal(stats.wait.max, 40000);
	assert_int_equal(stats.wait_tally.count, 2);
	assert_int_equal(stats.oldest_wait_us, 0);
}

static void holding_and_dialing_are_measured(void **state)
{
	struct pool_world *w = *state;
	pool_world_open(w);
	fake_hang(w->c.fake);
	pool_world_take(w, 0); /* the dial hangs for 5 s, then another one succeeds */
	pool_world_ms(w, 6000);
	assert_true(pool_world_has(w, 0));
	pool_world_give_back(w, 0);
	pool_world_take(w, 0);
	pool_world_ms(w, 2000);
	pool_world_give_back(w, 0);
	pool_note_transaction(w->pool, 1234);

	struct pool_stats stats = pool_world_stats(w);
	assert_int_equal(stats.hold.max, 2000000);
	assert_int_equal(stats.hold.count, 2);
	assert_int_equal(stats.connect.count, 1);
	assert_int_equal(stats.transaction.max, 1234);
	assert_int_equal(stats.creates, 1);
	assert_int_equal(stats.create_errors, 1);
}

static void requests_that_end_otherwise_are_counted_by_how(void **state)
{
	struct pool_world *w = *state;
	w->options.size = 1;
	w->options.waiters_max = 3;
	pool_world_open(w);
	pool_world_take(w, 0);
	w->holders[1].request.timeout_ms = 10;
	pool_world_take_many(w, 1, 4); /* the last one finds the line full */
	pool_cancel(&w->holders[2].request);
	pool_world_ms(w, 10);
	pool_close(w->pool, POOL_FOR_EVER, NULL, NULL);
	pool_world_ms(w, 0);

	struct pool_stats stats = pool_world_stats(w);
	assert_int_equal(stats.timeouts, 1);
	assert_int_equal(stats.cancels, 1);
	assert_int_equal(stats.refusals, 2); /* the line was full, and closed over the third */
	assert_int_equal(stats.acquires, 1);
}

static void a_request_taken_back_is_counted_once_in_each_phase(void **state)
{
	struct pool_world *w = *state;
	w->options.size = 2;
	pool_world_open(w);
	pool_world_take(w, 0);

	assert_false(pool_cancel(&w->holders[1].request)); /* before it was asked */
	assert_int_equal(pool_world_stats(w).cancels, 0);
	fake_hang(w->c.fake);
	pool_world_take_many(w, 1, 3);
	assert_true(pool_cancel(&w->holders[1].request)); /* while it is dialed for */
	pool_world_ms(w, 0);
	assert_int_equal(pool_world_stats(w).cancels, 1);
	assert_true(pool_cancel(&w->holders[3].request)); /* in line behind another */
	assert_false(pool_cancel(&w->holders[3].request));
	pool_world_ms(w, 0);
	assert_int_equal(pool_world_stats(w).cancels, 2);
	struct pool_lease lease = w->holders[0].lease;
	pool_give_back(w->pool, lease);
	assert_true(pool_cancel(&w->holders[2].request)); /* granted, and not told yet */
	pool_world_ms(w, 0);
	assert_int_equal(pool_world_stats(w).cancels, 3);
	assert_false(pool_cancel(&w->holders[2].request)); /* answered */
	pool_world_ms(w, 0);

	struct pool_stats stats = pool_world_stats(w);
	assert_int_equal(stats.cancels, 3);
	assert_int_equal(stats.acquires, 1);
	assert_int_equal(stats.checked_in, 1);
	assert_int_equal(stats.connecting, 1); /* the dial is the pool's own */
	w->holders[0].lease = (struct pool_lease){ 0 };
}

static void a_lost_connection_leaves_the_gauges(void **state)
{
	struct pool_world *w = *state;
	pool_world_open(w);
	pool_world_take(w, 0);
	pool_world_give_back(w, 0);
	fake_cut(w->c.fake);
	pool_world_ms(w, 0);

	struct pool_stats stats = pool_world_stats(w);
	assert_int_equal(stats.total, 0);
	assert_int_equal(stats.checked_in, 0);
	assert_int_equal(stats.destroys[POOL_REASON_BROKEN], 1);
}

static void reset_begins_the_counting_anew_and_keeps_the_gauges(void **state)
{
	struct pool_world *w = *state;
	pool_world_open(w);
	pool_world_take_many(w, 0, 2);
	pool_world_give_back(w, 0);

	pool_stats_reset(w->pool);

	struct pool_stats stats = pool_world_stats(w);
	assert_int_equal(stats.acquires + stats.waits + stats.creates, 0);
	assert_int_equal(stats.wait.count + stats.hold.count + stats.connect.count, 0);
	assert_int_equal(stats.total, 2);
	assert_int_equal(stats.checked_out, 1);
}

static void every_state_and_reason_has_a_word(void **state)
{
	(void)state;
	for (int i = 0; i < POOL_STATES; i++)
		assert_true(strlen(pool_state_word((enum pool_state)i)) > 3);
	for (int i = 0; i < POOL_REASONS; i++)
		assert_true(strlen(pool_reason_word((enum pool_reason)i)) > 3);
}

static void a_pool_is_judged_by_what_its_users_feel(void **state)
{
	static const struct {
		struct pool_stats stats;
		enum status status;
		const char *words;
	} rows[] = {
		{ { .total = 1 }, STATUS_OK, "" },
		{ { .error = "" }, STATUS_OK, "" },
		{ { .error = "refused" }, STATUS_CRIT, "no connection: refused" },
		{ { .total = 1, .error = "refused" }, STATUS_OK, "" },
		{ { .state = POOL_STOPPED, .error = "no" }, STATUS_CRIT, "dialed any more: no" },
		{ { .state = POOL_SUSPENDED }, STATUS_WARN, "suspended" },
		{ { .state = POOL_CLOSED }, STATUS_WARN, "closed" },
		{ { .total = 4, .waiting = 3, .oldest_wait_us = 900000 }, STATUS_OK, "" },
		{ { .total = 4, .waiting = 3, .oldest_wait_us = 2500000 }, STATUS_WARN,
			"3 wait for a connection, the first for 2.5 s" },
		{ { .total = 4, .wait = { .p99 = 1200000 } }, STATUS_WARN, "waited 1.2 s" },
	};
	char reason[POOL_REASON_BYTES];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(pool_stats_judge(&rows[i].stats, reason), rows[i].status);
		assert_non_null(strstr(reason, rows[i].words));
		assert_int_equal(reason[0] == '\0', rows[i].words[0] == '\0');
	}
}

static void count_change(void *arg, struct pool *pool)
{
	(void)pool;
	(*(int *)arg)++;
}

static void changes_of_the_endpoint_are_told_on_a_later_turn(void **state)
{
	struct pool_world *w = *state;
	int changes = 0;
	w->options.changed = count_change;
	w->options.changed_arg = &changes;
	w->options.min_size = 1;
	pool_world_open(w);

	pool_open(w->pool);
	assert_int_equal(changes, 0);
	pool_world_ms(w, 0);
	assert_true(changes > 0);
	changes = 0;
	pool_world_take(w, 0);
	pool_world_give_back(w, 0);
	assert_int_equal(changes, 0); /* lending is no news of the endpoint */
	fake_cut(w->c.fake);
	pool_world_ms(w, 0);

	assert_true(changes > 0);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, pool_world_setup, pool_world_teardown)
	const struct CMUnitTest tests[] = {
		CASE(gauges_add_up),
		CASE(waiting_is_only_counted_where_somebody_waited),
		CASE(holding_and_dialing_are_measured),
		CASE(requests_that_end_otherwise_are_counted_by_how),
		CASE(a_request_taken_back_is_counted_once_in_each_phase),
		CASE(a_lost_connection_leaves_the_gauges),
		CASE(reset_begins_the_counting_anew_and_keeps_the_gauges),
		CASE(every_state_and_reason_has_a_word),
		CASE(a_pool_is_judged_by_what_its_users_feel),
		CASE(changes_of_the_endpoint_are_told_on_a_later_turn),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
