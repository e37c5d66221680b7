// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Taking and giving back: lines, deadlines, clean hand-over, the connection for changes.
 */
#include "test.h"

#include "fake/conn_world.h"
#include "pg/lease.h"

enum { WAIT_MS = 2000 };

struct holder {
	struct lease *lease;
	int answers;
	struct err error;
};

struct lease_world {
	struct conn_world c; /* loop, server, conninfo; its own conn stays NULL */
	struct endpoint *endpoint;
	struct holder a, b;
};

static void granted(void *arg, struct lease *lease, const struct err *e)
{
	struct holder *holder = arg;

	assert_true(!lease != !e);
	holder->answers++;
	holder->lease = lease;
	holder->error = e ? *e : (struct err){ .kind = ERR_NONE };
}

static int setup_with(void **state, int pool_size)
{
	struct lease_world *w = calloc(1, sizeof(*w));
	struct pool_options pool = pool_defaults;

	conn_world_init(&w->c);
	pool.size = pool_size;
	w->endpoint = endpoint_new(w->c.loop,
		&(struct endpoint_options){ .driver = fake_driver(w->c.fake),
			.info = w->c.info,
			.pool = &pool,
			.connect_timeout_ms = 5000 },
		NULL, NULL);
	*state = w;
	return 0;
}

static int setup(void **state)
{
	return setup_with(state, 1);
}

static int setup_two(void **state)
{
	return setup_with(state, 2);
}

static int teardown(void **state)
{
	struct lease_world *w = *state;

	endpoint_free(w->endpoint);
	fake_check_done(w->c.fake);
	conn_world_release(&w->c);
	free(w);
	return 0;
}

static void take(struct lease_world *w, enum conn_purpose purpose, struct holder *holder)
{
	lease_take(w->endpoint, purpose, NULL, WAIT_MS, granted, holder);
	assert_int_equal(holder->answers, 0); /* never before a turn */
	loop_advance_ms(w->c.loop, 0);
}

static void one_holder_at_a_time_in_order_of_asking(void **state)
{
	struct lease_world *w = *state;

	take(w, CONN_MONITOR, &w->a);
	take(w, CONN_MONITOR, &w->b);
	assert_non_null(w->a.lease);
	assert_int_equal(w->b.answers, 0);

	lease_give_back(w->a.lease);
	loop_advance_ms(w->c.loop, 0);
	assert_non_null(w->b.lease);
	assert_int_equal(w->c.fake->dials, 1);
	lease_give_back(w->b.lease);
}

static void waiting_ends_at_the_deadline(void **state)
{
	struct lease_world *w = *state;
	take(w, CONN_MONITOR, &w->a);
	take(w, CONN_MONITOR, &w->b);

	loop_advance_ms(w->c.loop, WAIT_MS);

	assert_int_equal(w->b.answers, 1);
	assert_int_equal(w->b.error.kind, ERR_TIMEOUT);
	assert_non_null(strstr(w->b.error.text, "was not free within 2.0 s"));
	lease_give_back(w->a.lease);
}

static void waiting_for_a_lost_link_ends_with_why_it_is_lost(void **state)
{
	struct lease_world *w = *state;
	for (int i = 0; i < 100; i++)
		fake_refuse(w->c.fake, "connection to server failed: Connection refused\n");

	take(w, CONN_MONITOR, &w->a);
	loop_advance_ms(w->c.loop, WAIT_MS);

	assert_int_equal(w->a.error.kind, ERR_CONNECT);
	assert_non_null(strstr(w->a.error.text, "Connection refused"));
}

static void without_a_deadline_a_lost_link_is_told_at_once(void **state)
{
	struct lease_world *w = *state;
	fake_refuse(w->c.fake, "connection to server failed: Connection refused\n");

	lease_take(w->endpoint, CONN_MONITOR, NULL, 0, granted, &w->a);
	loop_advance_ms(w->c.loop, 0);

	assert_int_equal(w->a.answers, 1);
	assert_int_equal(w->a.error.kind, ERR_CONNECT);
}

static void a_link_that_stopped_is_told_at_once(void **state)
{
	struct lease_world *w = *state;
	fake_refuse(w->c.fake, "x failed: FATAL:  3D000: database \"shop\" does not exist\n");

	take(w, CONN_MONITOR, &w->a);

	assert_string_equal(w->a.error.sqlstate, "3D000");
}

static void a_link_given_back_in_a_transaction_is_rolled_back(void **state)
{
	struct lease_world *w = *state;
	const struct query begin = { .sql = "BEGIN" };
	take(w, CONN_MONITOR, &w->a);
	fake_expect(w->c.fake, "BEGIN");
	fake_tag(w->c.fake, "BEGIN");
	conn_query(lease_conn(w->a.lease), &begin, conn_world_done, &w->c);
	loop_advance_ms(w->c.loop, 0);
	fake_expect(w->c.fake, "ROLLBACK");
	fake_tag(w->c.fake, "ROLLBACK");

	lease_give_back(w->a.lease);
	take(w, CONN_MONITOR, &w->b);

	assert_non_null(w->b.lease);
	assert_false(conn_in_transaction(lease_conn(w->b.lease)));
	lease_give_back(w->b.lease);
}

static void a_link_given_back_in_mid_question_is_replaced(void **state)
{
	struct lease_world *w = *state;
	const struct query slow = { .sql = "SELECT slow" };
	take(w, CONN_MONITOR, &w->a);
	fake_expect(w->c.fake, "SELECT slow");
	fake_silence(w->c.fake);
	conn_query(lease_conn(w->a.lease), &slow, conn_world_done, &w->c);
	loop_advance_ms(w->c.loop, 0);

	lease_give_back(w->a.lease);
	assert_int_equal(w->c.error.kind, ERR_CANCELED);
	take(w, CONN_MONITOR, &w->b);

	assert_non_null(w->b.lease);
	assert_int_equal(w->c.fake->dials, 2);
	lease_give_back(w->b.lease);
}

static void a_promotion_is_looked_into_before_the_next_holder(void **state)
{
	struct lease_world *w = *state;
	const struct query any = { .sql = "SELECT 1" };
	w->c.fake->in_hot_standby = "on";
	w->c.fake->identity.is_standby = true;
	take(w, CONN_MONITOR, &w->a);
	w->c.fake->in_hot_standby = "off";
	w->c.fake->identity.is_standby = false;
	w->c.fake->identity.timeline = 2;
	fake_expect(w->c.fake, "SELECT 1");
	conn_query(lease_conn(w->a.lease), &any, conn_world_done, &w->c);
	loop_advance_ms(w->c.loop, 0);

	lease_give_back(w->a.lease);
	take(w, CONN_MONITOR, &w->b);

	assert_int_equal(endpoint_view(w->endpoint)->identity.timeline, 2);
	lease_give_back(w->b.lease);
}

static void a_change_dials_its_own_link_and_closes_it(void **state)
{
	struct lease_world *w = *state;

	take(w, CONN_CHANGE, &w->a);
	assert_non_null(w->a.lease);
	assert_int_equal(w->c.fake->dials, 1);
	assert_non_null(strstr(w->c.fake->last_application, "dbtop/change "));
	take(w, CONN_CHANGE, &w->b);
	assert_int_equal(w->b.answers, 0);

	lease_give_back(w->a.lease);
	assert_int_equal(w->c.fake->finishes, 1);
	loop_advance_ms(w->c.loop, 0);
	assert_non_null(w->b.lease);
	assert_int_equal(w->c.fake->dials, 2);
	lease_give_back(w->b.lease);
}

static void a_change_is_refused_by_another_server(void **state)
{
	struct lease_world *w = *state;
	struct identity planned = w->c.fake->identity;
	snprintf(planned.system_identifier, sizeof(planned.system_identifier), "8");

	lease_take(w->endpoint, CONN_CHANGE, &planned, WAIT_MS, granted, &w->a);
	loop_advance_ms(w->c.loop, 0);

	assert_int_equal(w->a.error.kind, ERR_CONFLICT);
	assert_int_equal(w->c.fake->finishes, 1);
}

static void a_forgotten_request_ends_as_canceled_and_lets_the_next_one_in(void **state)
{
	struct lease_world *w = *state;
	fake_hang(w->c.fake);
	take(w, CONN_CHANGE, &w->a);
	take(w, CONN_CHANGE, &w->b);

	lease_forget(w->endpoint, granted, &w->a);
	assert_int_equal(w->a.answers, 0);
	loop_advance_ms(w->c.loop, 0);

	assert_int_equal(w->a.error.kind, ERR_CANCELED);
	assert_non_null(w->b.lease);
	lease_give_back(w->b.lease);
}

static void an_endpoint_may_go_before_its_leases(void **state)
{
	struct lease_world *w = *state;
	take(w, CONN_MONITOR, &w->a);
	take(w, CONN_MONITOR, &w->b);

	endpoint_free(w->endpoint);
	w->endpoint = NULL;

	assert_int_equal(w->b.error.kind, ERR_CANCELED);
	assert_null(lease_conn(w->a.lease));
	lease_give_back(w->a.lease);
}

static void the_pool_lends_as_many_as_it_has_at_the_same_time(void **state)
{
	struct lease_world *w = *state;

	take(w, CONN_MONITOR, &w->a);
	take(w, CONN_MONITOR, &w->b);

	assert_non_null(w->a.lease);
	assert_non_null(w->b.lease);
	assert_ptr_not_equal(lease_conn(w->a.lease), lease_conn(w->b.lease));
	lease_give_back(w->a.lease);
	lease_give_back(w->b.lease);
}

static void a_link_lost_before_its_lease_was_told_is_replaced(void **state)
{
	struct lease_world *w = *state;
	take(w, CONN_MONITOR, &w->a);
	lease_give_back(w->a.lease);

	fake_cut(w->c.fake);
	take(w, CONN_MONITOR, &w->b);

	assert_non_null(w->b.lease);
	assert_true(conn_is_usable(lease_conn(w->b.lease)));
	lease_give_back(w->b.lease);
}

static void watching_is_refused_by_another_server_and_the_link_stays(void **state)
{
	struct lease_world *w = *state;
	struct identity planned = w->c.fake->identity;
	snprintf(planned.system_identifier, sizeof(planned.system_identifier), "8");

	lease_take(w->endpoint, CONN_MONITOR, &planned, WAIT_MS, granted, &w->a);
	loop_advance_ms(w->c.loop, 0);
	assert_int_equal(w->a.error.kind, ERR_CONFLICT);
	take(w, CONN_MONITOR, &w->b);

	assert_non_null(w->b.lease);
	assert_int_equal(w->c.fake->dials, 1);
	lease_give_back(w->b.lease);
}

static void a_forgotten_watcher_ends_as_canceled_wherever_it_stood(void **state)
{
	struct lease_world *w = *state;
	take(w, CONN_MONITOR, &w->a);
	take(w, CONN_MONITOR, &w->b);

	lease_forget(w->endpoint, granted, &w->b); /* in line */
	loop_advance_ms(w->c.loop, 0);
	assert_int_equal(w->b.error.kind, ERR_CANCELED);
	lease_give_back(w->a.lease);
	w->a = w->b = (struct holder){ 0 };
	lease_take(w->endpoint, CONN_MONITOR, NULL, WAIT_MS, granted, &w->a);
	lease_forget(w->endpoint, granted, &w->a); /* had at once, not told yet */
	loop_advance_ms(w->c.loop, 0);

	assert_int_equal(w->a.answers, 1);
	assert_int_equal(w->a.error.kind, ERR_CANCELED);
	take(w, CONN_MONITOR, &w->b);
	assert_non_null(w->b.lease);
	lease_give_back(w->b.lease);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(one_holder_at_a_time_in_order_of_asking),
		CASE(waiting_ends_at_the_deadline),
		CASE(waiting_for_a_lost_link_ends_with_why_it_is_lost),
		CASE(without_a_deadline_a_lost_link_is_told_at_once),
		CASE(a_link_that_stopped_is_told_at_once),
		CASE(a_link_given_back_in_a_transaction_is_rolled_back),
		CASE(a_link_given_back_in_mid_question_is_replaced),
		CASE(a_promotion_is_looked_into_before_the_next_holder),
		CASE(a_change_dials_its_own_link_and_closes_it),
		CASE(a_change_is_refused_by_another_server),
		CASE(a_forgotten_request_ends_as_canceled_and_lets_the_next_one_in),
		CASE(an_endpoint_may_go_before_its_leases),
		CASE(a_link_lost_before_its_lease_was_told_is_replaced),
		CASE(watching_is_refused_by_another_server_and_the_link_stays),
		CASE(a_forgotten_watcher_ends_as_canceled_wherever_it_stood),
		cmocka_unit_test_setup_teardown(
			the_pool_lends_as_many_as_it_has_at_the_same_time, setup_two, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
