// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Giving back: what state a connection may come back in, and who may give it back.
 */
#include "test.h"

#include "base/mem.h"
#include "fake/pool_world.h"
#include "pg/unit.h"

static struct pool_world *one_lent(void **state)
{
	struct pool_world *w = *state;

	w->options.size = 1;
	pool_world_open(w);
	pool_world_take(w, 0);
	return w;
}

static void begin(struct pool_world *w)
{
	fake_expect(w->c.fake, "BEGIN");
	fake_tag(w->c.fake, "BEGIN");
	pool_world_ask(w, 0, "BEGIN");
}

static void an_idle_connection_comes_back_as_it_is(void **state)
{
	struct pool_world *w = one_lent(state);

	pool_world_give_back(w, 0);

	assert_string_equal(w->c.fake->asked, "");
	assert_int_equal(pool_world_stats(w).checked_in, 1);
}

static void an_open_transaction_is_rolled_back_before_the_next_holder(void **state)
{
	struct pool_world *w = one_lent(state);
	begin(w);
	pool_world_take(w, 1);
	fake_expect(w->c.fake, "ROLLBACK");
	fake_tag(w->c.fake, "ROLLBACK");

	pool_world_give_back(w, 0);

	assert_true(pool_world_has(w, 1));
	assert_false(conn_in_transaction(pool_world_conn(w, 1)));
	assert_int_equal(pool_world_stats(w).rollbacks, 1);
	assert_int_equal(w->c.fake->dials, 1);
}

static void a_failed_transaction_is_rolled_back_too(void **state)
{
	struct pool_world *w = one_lent(state);
	begin(w);
	fake_expect(w->c.fake, "SELECT 1/0");
	fake_error(w->c.fake, "22012", "division by zero", 0);
	pool_world_ask(w, 0, "SELECT 1/0");
	fake_expect(w->c.fake, "ROLLBACK");
	fake_tag(w->c.fake, "ROLLBACK");

	pool_world_give_back(w, 0);

	assert_int_equal(pool_world_stats(w).checked_in, 1);
	assert_int_equal(pool_world_stats(w).rollbacks, 1);
}

static void a_rollback_that_fails_closes_the_connection(void **state)
{
	struct pool_world *w = one_lent(state);
	begin(w);
	fake_expect(w->c.fake, "ROLLBACK");
	fake_error(w->c.fake, "XX000", "no", 0);
	pool_world_take(w, 1);

	pool_world_give_back(w, 0);

	assert_int_equal(pool_world_stats(w).destroys[POOL_REASON_BROKEN], 1);
	assert_true(pool_world_has(w, 1));
	assert_int_equal(w->c.fake->dials, 2);
}

static void a_rollback_that_leaves_the_transaction_open_closes_the_connection(void **state)
{
	struct pool_world *w = one_lent(state);
	begin(w);
	fake_expect(w->c.fake, "ROLLBACK");
	fake_tag(w->c.fake, "SOMETHING");

	pool_world_give_back(w, 0);

	assert_int_equal(pool_world_stats(w).destroys[POOL_REASON_BROKEN], 1);
}

static void a_rollback_without_answer_closes_the_connection(void **state)
{
	struct pool_world *w = one_lent(state);
	begin(w);
	fake_expect(w->c.fake, "ROLLBACK");
	fake_silence(w->c.fake);
	pool_world_give_back(w, 0);
	assert_int_equal(pool_world_stats(w).checked_in, 1); /* not free, but not out either */

	pool_world_ms(w, 5000);

	assert_int_equal(pool_world_stats(w).total, 0);
}

static void in_mid_question_it_is_canceled_and_closed(void **state)
{
	struct pool_world *w = one_lent(state);
	fake_expect(w->c.fake, "SELECT slow");
	fake_silence(w->c.fake);
	pool_world_ask(w, 0, "SELECT slow");
	pool_world_take(w, 1);

	pool_world_give_back(w, 0);

	assert_int_equal(w->c.error.kind, ERR_CANCELED);
	assert_int_equal(w->c.fake->cancels, 1); /* so that the server does not go on with it */
	assert_int_equal(pool_world_stats(w).destroys[POOL_REASON_UNCLEAN], 1);
	assert_true(pool_world_has(w, 1));
	assert_int_equal(w->c.fake->dials, 2);
}

static void a_connection_that_broke_in_use_is_not_lent_again(void **state)
{
	struct pool_world *w = one_lent(state);
	fake_expect(w->c.fake, "SELECT 1");
	fake_drop(w->c.fake);
	pool_world_ask(w, 0, "SELECT 1");
	assert_int_equal(w->c.error.kind, ERR_CONNECT);

	pool_world_give_back(w, 0);
	pool_world_take(w, 1);

	assert_true(pool_world_has(w, 1));
	assert_int_equal(pool_world_stats(w).destroys[POOL_REASON_BROKEN], 1);
	assert_int_equal(w->c.fake->dials, 2);
}

static void count_end(void *arg, const struct err *e)
{
	assert_non_null(e);
	(*(int *)arg)++;
}

static void a_connection_whose_begin_was_never_answered_is_not_lent_again(void **state)
{
	struct pool_world *w = one_lent(state);
	const struct unit_options options = { .deadline_ms = 2000 };
	int ends = 0;
	fake_expect(w->c.fake, "BEGIN");
	fake_silence(w->c.fake);
	struct unit_of_work *unit = unit_begin(pool_world_conn(w, 0), &options, count_end, &ends);
	pool_world_ms(w, 2000);

	unit_free(unit);
	pool_world_give_back(w, 0);
	pool_world_take(w, 1);

	assert_int_equal(ends, 1);
	assert_true(pool_world_has(w, 1));
	assert_int_equal(pool_world_stats(w).destroys[POOL_REASON_BROKEN], 1);
	assert_int_equal(w->c.fake->dials, 2);
}

static enum pool_verdict always_replace(
	void *arg, enum pool_mishap mishap, const struct err *e, bool is_final)
{
	(void)e;
	(void)is_final;
	(*(int *)arg)++;
	return mishap == POOL_LINK_LOST ? POOL_REPLACE : POOL_AGAIN;
}

/* How often an idle one was asked whether it lives, after another one was lost in use. */
static int pings_after_a_loss(struct pool_world *w)
{
	pool_world_open(w);
	pool_world_take_many(w, 0, 2);
	pool_world_give_back(w, 1);
	pool_world_ms(w, 1000);
	fake_pick(w->c.fake, 1);
	fake_goodbye(w->c.fake, "57P01", "terminating connection");
	pool_world_ms(w, 0);
	pool_world_give_back(w, 0);
	pool_world_take(w, 2);
	assert_true(pool_world_has(w, 2));
	assert_int_equal(pool_world_stats(w).destroys[POOL_REASON_BROKEN], 1);
	assert_int_equal(w->c.fake->dials, 2);
	return (int)pool_world_stats(w).pings;
}

static void the_usual_judge_has_the_others_asked_after_a_loss(void **state)
{
	struct pool_world *w = *state;
	w->c.fake->is_obliging = true;

	assert_int_equal(pings_after_a_loss(w), 1);
}

static void a_judge_may_say_that_a_loss_concerns_nobody_else(void **state)
{
	struct pool_world *w = *state;
	int asked = 0;
	w->options.judge = always_replace;
	w->options.judge_arg = &asked;

	assert_int_equal(pings_after_a_loss(w), 0);

	assert_int_equal(asked, 1);
	assert_int_equal(pool_error(w->pool)->kind, ERR_NONE);
}

static void a_condemned_connection_is_closed_when_it_comes_back(void **state)
{
	struct pool_world *w = one_lent(state);

	pool_condemn(w->pool, w->holders[0].lease);
	assert_true(conn_is_usable(pool_world_conn(w, 0)));
	pool_world_give_back(w, 0);

	assert_int_equal(pool_world_stats(w).destroys[POOL_REASON_UNCLEAN], 1);
}

static void a_second_return_is_refused_and_harms_nobody(void **state)
{
	struct pool_world *w = one_lent(state);
	struct pool_lease stale = w->holders[0].lease;
	pool_world_log(w);
	pool_world_take(w, 1);
	pool_world_give_back(w, 0);
	assert_true(pool_world_has(w, 1)); /* the same connection, another lease */

	assert_false(pool_give_back(w->pool, stale));
	assert_null(pool_conn(w->pool, stale));

	assert_int_equal(pool_world_stats(w).checked_out, 1);
	assert_int_equal(pool_world_stats(w).misuses, 1);
	assert_int_equal(pool_world_said(w, "a lease is given back twice"), 1);
	pool_world_give_back(w, 1);
}

static void a_return_to_the_wrong_pool_is_refused_and_harms_nobody(void **state)
{
	struct pool_world *w = one_lent(state);
	struct err e;
	struct pool *other = pool_new(w->c.loop, &w->options, &e);
	pool_world_log(w);

	assert_false(pool_give_back(other, w->holders[0].lease));

	assert_int_equal(pool_world_said(w, "a lease is given back to the wrong pool"), 1);
	assert_int_equal(pool_world_stats(w).misuses, 0);
	assert_int_equal(pool_world_stats(w).checked_out, 1);
	pool_world_give_back(w, 0);
	pool_free(other);
}

static void no_lease_at_all_is_refused(void **state)
{
	struct pool_world *w = one_lent(state);

	assert_false(pool_give_back(w->pool, (struct pool_lease){ 0 }));
	assert_false(pool_give_back(w->pool, (struct pool_lease){ .serial = 1, .slot = 99 }));

	assert_int_equal(pool_world_stats(w).misuses, 2);
	pool_world_give_back(w, 0);
}

static void a_promotion_is_looked_into_before_the_next_holder(void **state)
{
	struct pool_world *w = *state;
	w->options.size = 1;
	w->c.fake->in_hot_standby = "on";
	w->c.fake->identity.is_standby = true;
	pool_world_open(w);
	pool_world_take_many(w, 0, 2);
	w->c.fake->in_hot_standby = "off";
	w->c.fake->identity.is_standby = false;
	w->c.fake->identity.timeline = 2;
	fake_expect(w->c.fake, "SELECT 1");
	pool_world_ask(w, 0, "SELECT 1");

	pool_world_give_back(w, 0);

	assert_true(pool_world_has(w, 1));
	assert_int_equal(conn_view(pool_world_conn(w, 1))->identity.timeline, 2);
	assert_int_equal(pool_view(w->pool)->identity.timeline, 2);
}

/* ---- held too long ---- */

static void a_lease_held_beyond_its_limit_loses_its_connection(void **state)
{
	struct pool_world *w = *state;
	w->options.size = 1;
	pool_world_open(w);
	w->holders[0].request.hold_ms = 3000;
	pool_world_take(w, 0);
	fake_expect(w->c.fake, "SELECT slow");
	fake_silence(w->c.fake);
	pool_world_ask(w, 0, "SELECT slow");
	pool_world_take(w, 1);

	pool_world_ms(w, 2999);
	assert_non_null(pool_world_conn(w, 0));
	pool_world_ms(w, 1);

	assert_null(pool_world_conn(w, 0));
	assert_int_equal(w->c.error.kind, ERR_CANCELED);
	assert_true(pool_world_has(w, 1)); /* its place went to the next one */
	assert_int_equal(pool_world_stats(w).destroys[POOL_REASON_OVERDUE], 1);
	pool_world_give_back(w, 0); /* still to be given back, and no misuse */
	assert_int_equal(pool_world_stats(w).misuses, 0);
	pool_world_give_back(w, 1);
}

static void a_leak_is_told_with_its_tag_and_so_is_its_end(void **state)
{
	struct pool_world *w = *state;
	pool_world_open(w);
	pool_world_log(w);
	w->holders[0].request.tag = "the forgetful";
	pool_world_take_many(w, 0, 2);
	pool_world_give_back(w, 1);

	pool_world_ms(w, w->options.leak_ms - 1);
	assert_int_equal(pool_world_said(w, "the forgetful"), 0);
	pool_world_ms(w, 100000);
	assert_int_equal(pool_world_said(w, "held_ms=10000"), 1);
	pool_world_give_back(w, 0);

	assert_int_equal(pool_world_said(w, "the forgetful"), 2);
	assert_int_equal(pool_world_said(w, "came back late"), 1);
	assert_int_equal(pool_world_said(w, "held_ms="), 2);
	assert_int_equal(pool_world_stats(w).leaks, 1);
}

static void leaks_are_told_one_by_one_and_only_when_asked_for(void **state)
{
	struct pool_world *w = *state;
	pool_world_open(w);
	pool_world_take(w, 0);
	pool_world_ms(w, 4000);
	pool_world_take(w, 1);

	pool_world_ms(w, 6000);
	assert_int_equal(pool_world_stats(w).leaks, 1);
	pool_world_ms(w, 4000);
	assert_int_equal(pool_world_stats(w).leaks, 2);
	pool_free(w->pool);

	w->options.leak_ms = 0;
	pool_world_open(w);
	pool_world_take(w, 0);
	pool_world_ms(w, 100000);
	assert_int_equal(pool_world_stats(w).leaks, 0);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, pool_world_setup, pool_world_teardown)
	const struct CMUnitTest tests[] = {
		CASE(an_idle_connection_comes_back_as_it_is),
		CASE(an_open_transaction_is_rolled_back_before_the_next_holder),
		CASE(a_failed_transaction_is_rolled_back_too),
		CASE(a_rollback_that_fails_closes_the_connection),
		CASE(a_rollback_that_leaves_the_transaction_open_closes_the_connection),
		CASE(a_rollback_without_answer_closes_the_connection),
		CASE(in_mid_question_it_is_canceled_and_closed),
		CASE(a_connection_that_broke_in_use_is_not_lent_again),
		CASE(the_usual_judge_has_the_others_asked_after_a_loss),
		CASE(a_judge_may_say_that_a_loss_concerns_nobody_else),
		CASE(a_connection_whose_begin_was_never_answered_is_not_lent_again),
		CASE(a_condemned_connection_is_closed_when_it_comes_back),
		CASE(a_second_return_is_refused_and_harms_nobody),
		CASE(a_return_to_the_wrong_pool_is_refused_and_harms_nobody),
		CASE(no_lease_at_all_is_refused),
		CASE(a_promotion_is_looked_into_before_the_next_holder),
		CASE(a_lease_held_beyond_its_limit_loses_its_connection),
		CASE(a_leak_is_told_with_its_tag_and_so_is_its_end),
		CASE(leaks_are_told_one_by_one_and_only_when_asked_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
