// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What befalls all connections of a pool together: resize, drain, suspend and resume, close, another password, a fork;
 * each with leases out, requests in line and dials under way, and each comes to its end.
 */
#include "test.h"

#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "fake/pool_world.h"

/* Two are out, two dials hang, and 4 and 5 wait. */
static struct pool_world *busy_pool(void **state)
{
	struct pool_world *w = *state;

	w->options.size = 4;
	pool_world_open(w);
	pool_world_take_many(w, 0, 2);
	fake_hang(w->c.fake);
	fake_hang(w->c.fake);
	pool_world_take_many(w, 4, 2);
	assert_int_equal(pool_world_stats(w).connecting, 2);
	assert_int_equal(pool_world_stats(w).waiting, 2);
	return w;
}

static void idle_pool(struct pool_world *w, int count)
{
	w->options.size = count;
	pool_world_open(w);
	pool_world_take_many(w, 0, count);
	for (int i = 0; i < count; i++)
		pool_world_give_back(w, i);
	assert_int_equal(pool_world_stats(w).checked_in, count);
}

/* ---- resize ---- */

static void a_larger_pool_serves_who_waits_at_once(void **state)
{
	struct pool_world *w = *state;
	w->options.size = 1;
	pool_world_open(w);
	pool_world_take_many(w, 0, 3);

	assert_true(pool_resize(w->pool, 3, 0, pool_world_settled, w));
	pool_world_ms(w, 0);

	assert_true(pool_world_has(w, 1) && pool_world_has(w, 2));
	assert_int_equal(w->settled, 1);
	assert_int_equal(w->settled_error.kind, ERR_NONE);
}

static void a_smaller_pool_closes_the_idle_now(void **state)
{
	struct pool_world *w = *state;
	idle_pool(w, 4);

	assert_true(pool_resize(w->pool, 1, 0, pool_world_settled, w));
	pool_world_ms(w, 0);

	assert_int_equal(pool_world_stats(w).total, 1);
	assert_int_equal(pool_world_stats(w).destroys[POOL_REASON_RESIZE], 3);
	assert_int_equal(w->settled, 1);
}

static void a_smaller_pool_closes_what_is_out_when_it_comes_back(void **state)
{
	struct pool_world *w = busy_pool(state);

	assert_true(pool_resize(w->pool, 1, 0, pool_world_settled, w));
	pool_world_ms(w, 0);
	assert_int_equal(pool_world_stats(w).connecting, 0);
	assert_int_equal(pool_world_stats(w).overflow, 1);
	assert_int_equal(w->settled, 0);
	pool_world_give_back(w, 0);

	assert_int_equal(w->settled, 1);
	assert_int_equal(pool_world_stats(w).total, 1);
	assert_int_equal(pool_world_stats(w).overflow, 0);
	assert_int_equal(w->holders[4].answers, 0); /* that one was closed: it serves nobody */
	pool_world_give_back(w, 1);
	assert_true(pool_world_has(w, 4));
}

static void a_second_resize_ends_the_first(void **state)
{
	struct pool_world *w = busy_pool(state);

	assert_true(pool_resize(w->pool, 1, 0, pool_world_settled, w));
	assert_true(pool_resize(w->pool, 8, 0, NULL, NULL));
	pool_world_ms(w, 0);

	assert_int_equal(w->settled, 1);
	assert_int_equal(w->settled_error.kind, ERR_CANCELED);
	assert_int_equal(pool_world_stats(w).pool_size, 8);
	assert_true(pool_world_has(w, 4)); /* dialed anew in the room there is */
}

static void a_size_that_makes_no_pool_changes_nothing(void **state)
{
	struct pool_world *w = *state;
	idle_pool(w, 2);

	assert_false(pool_resize(w->pool, 0, 0, pool_world_settled, w));
	assert_false(pool_resize(w->pool, 2, -1, pool_world_settled, w));
	pool_world_ms(w, 0);

	assert_int_equal(pool_world_stats(w).pool_size, 2);
	assert_int_equal(w->settled, 0);
}

/* ---- drain ---- */

static void a_drain_replaces_every_connection_of_today(void **state)
{
	struct pool_world *w = busy_pool(state);
	struct conn *old = pool_world_conn(w, 0);

	pool_drain(w->pool, POOL_REASON_ROLE, pool_world_settled, w);
	pool_world_ms(w, 0);
	assert_int_equal(w->settled, 0);
	assert_true(pool_world_has(w, 4)); /* the dials that hung were begun anew */
	assert_true(pool_world_has(w, 5));
	assert_ptr_equal(pool_world_conn(w, 0), old); /* nobody is interrupted */
	pool_world_give_back(w, 0);
	assert_int_equal(w->settled, 0);
	pool_world_give_back(w, 1);

	assert_int_equal(w->settled, 1);
	assert_int_equal(w->settled_error.kind, ERR_NONE);
	assert_int_equal(pool_world_stats(w).destroys[POOL_REASON_ROLE], 2);
	assert_int_equal(pool_world_stats(w).total, 2);
}

static void a_drain_of_an_idle_pool_is_done_at_once(void **state)
{
	struct pool_world *w = *state;
	idle_pool(w, 3);

	pool_drain(w->pool, POOL_REASON_DRAIN, pool_world_settled, w);
	assert_int_equal(w->settled, 0); /* on a later turn, though */
	pool_world_ms(w, 0);

	assert_int_equal(w->settled, 1);
	assert_int_equal(pool_world_stats(w).total, 0);
	assert_int_equal(pool_world_stats(w).destroys[POOL_REASON_DRAIN], 3);
}

static void a_second_drain_lets_the_first_end_too(void **state)
{
	struct pool_world *w = busy_pool(state);

	pool_drain(w->pool, POOL_REASON_DRAIN, pool_world_settled, w);
	pool_drain(w->pool, POOL_REASON_DRAIN, pool_world_settled, w);
	pool_world_ms(w, 0);
	for (int i = 0; i < 2; i++)
		pool_world_give_back(w, i);
	assert_int_equal(w->settled, 2);
	assert_int_equal(w->settled_error.kind, ERR_NONE);
}

/* ---- suspend ---- */

static void a_suspended_pool_serves_nobody_until_it_is_resumed(void **state)
{
	struct pool_world *w = *state;
	idle_pool(w, 2);
	pool_world_take(w, 0);

	pool_suspend(w->pool, pool_world_settled, w);
	pool_world_take_many(w, 1, 2);
	assert_int_equal(w->settled, 0);
	assert_int_equal(pool_world_stats(w).state, POOL_SUSPENDED);
	pool_world_give_back(w, 0);
	assert_int_equal(w->settled, 1); /* no lease is out: now it is quiet */
	assert_int_equal(w->served, 3);
	pool_world_ms(w, 1000);
	assert_false(pool_world_has(w, 1));
	pool_resume(w->pool);
	pool_world_ms(w, 0);

	assert_true(pool_world_has(w, 1) && pool_world_has(w, 2));
	assert_int_equal(w->holders[1].turn, 4);
	assert_int_equal(w->holders[2].turn, 5);
	assert_int_equal(pool_world_stats(w).wait.max, 1000000);
}

static void a_dial_that_ends_while_suspended_waits_for_the_resume(void **state)
{
	struct pool_world *w = *state;
	struct pool_lease lease;
	pool_world_open(w);
	struct holder *holder = &w->holders[0];
	pool_world_take(w, 1); /* for its callback */
	holder->request.done = w->holders[1].request.done;
	holder->request.arg = holder;
	assert_false(pool_take(w->pool, &holder->request, &lease));

	pool_suspend(w->pool, NULL, NULL);
	pool_world_ms(w, 0);
	assert_int_equal(pool_world_stats(w).checked_in, 1);
	assert_false(pool_world_has(w, 0));
	pool_resume(w->pool);
	pool_world_ms(w, 0);

	assert_true(pool_world_has(w, 0));
}

static void deadlines_count_while_suspended(void **state)
{
	struct pool_world *w = *state;
	idle_pool(w, 1);
	pool_suspend(w->pool, NULL, NULL);
	w->holders[0].request.timeout_ms = 500;

	pool_world_take(w, 0);
	pool_world_ms(w, 500);

	assert_int_equal(w->holders[0].error.kind, ERR_TIMEOUT);
	assert_int_equal(w->c.fake->dials, 1);
}

static void a_resume_before_it_was_quiet_ends_the_suspension(void **state)
{
	struct pool_world *w = busy_pool(state);

	pool_suspend(w->pool, pool_world_settled, w);
	pool_resume(w->pool);
	pool_resume(w->pool);
	pool_world_ms(w, 0);

	assert_int_equal(w->settled, 1);
	assert_int_equal(w->settled_error.kind, ERR_CANCELED);
}

/* What the model of test_pool_model.c found, with POOL_SEED=2338127126: nobody was told. */
static void a_lease_cut_while_suspended_is_quiet_once_it_comes_back(void **state)
{
	struct pool_world *w = *state;
	pool_world_open(w);
	w->holders[0].request.hold_ms = 3000;
	pool_world_take(w, 0);

	pool_suspend(w->pool, pool_world_settled, w);
	pool_world_ms(w, 3000);
	assert_null(pool_world_conn(w, 0));
	assert_int_equal(w->settled, 0); /* its holder does not know yet */
	pool_world_give_back(w, 0);

	assert_int_equal(w->settled, 1);
	assert_int_equal(w->settled_error.kind, ERR_NONE);
}

/* ---- close ---- */

static void closing_tells_who_waits_ends_dials_and_waits_for_leases(void **state)
{
	struct pool_world *w = busy_pool(state);

	pool_close(w->pool, POOL_FOR_EVER, pool_world_settled, w);
	pool_world_ms(w, 0);
	assert_int_equal(w->holders[4].error.kind, ERR_CANCELED);
	assert_int_equal(w->holders[5].error.kind, ERR_CANCELED);
	assert_int_equal(pool_world_stats(w).connecting, 0);
	assert_int_equal(pool_world_stats(w).state, POOL_CLOSING);
	pool_world_give_back(w, 0);
	assert_int_equal(w->settled, 0);
	pool_world_give_back(w, 1);

	assert_int_equal(w->settled, 1);
	assert_int_equal(pool_world_stats(w).state, POOL_CLOSED);
	assert_int_equal(pool_world_stats(w).destroys[POOL_REASON_CLOSE], 2);
}

static void a_closed_pool_refuses_whoever_asks(void **state)
{
	struct pool_world *w = *state;
	idle_pool(w, 1);
	pool_close(w->pool, POOL_FOR_EVER, NULL, NULL);

	pool_world_take(w, 0);

	assert_int_equal(w->holders[0].error.kind, ERR_CANCELED);
	assert_int_equal(w->c.fake->dials, 1);
}

static void after_its_grace_a_closing_pool_takes_the_connections_away(void **state)
{
	struct pool_world *w = busy_pool(state);
	fake_pick(w->c.fake, 1);
	fake_expect(w->c.fake, "SELECT slow");
	fake_silence(w->c.fake);
	pool_world_ask(w, 0, "SELECT slow");

	pool_close(w->pool, 2000, pool_world_settled, w);
	pool_world_ms(w, 1999);
	assert_int_equal(w->settled, 0);
	pool_world_ms(w, 1);

	assert_int_equal(w->settled, 1);
	assert_int_equal(w->c.error.kind, ERR_CANCELED);
	assert_null(pool_world_conn(w, 0));
	pool_world_give_back(w, 0);
	pool_world_give_back(w, 1);
	assert_int_equal(pool_world_stats(w).misuses, 0);
}

static void closing_twice_is_closing_once(void **state)
{
	struct pool_world *w = *state;
	idle_pool(w, 2);

	pool_close(w->pool, POOL_FOR_EVER, pool_world_settled, w);
	pool_close(w->pool, 0, pool_world_settled, w);
	pool_world_ms(w, 0);

	assert_int_equal(w->settled, 2);
	assert_int_equal(w->c.fake->finishes, 2);
}

static void freeing_ends_everything_at_once(void **state)
{
	struct pool_world *w = busy_pool(state);
	fake_pick(w->c.fake, 1);
	fake_expect(w->c.fake, "SELECT slow");
	fake_silence(w->c.fake);
	pool_world_ask(w, 0, "SELECT slow");
	pool_drain(w->pool, POOL_REASON_DRAIN, pool_world_settled, w);

	pool_free(w->pool);
	w->pool = NULL;

	assert_int_equal(w->holders[4].error.kind, ERR_CANCELED);
	assert_int_equal(w->c.error.kind, ERR_CANCELED);
	assert_int_equal(w->settled, 1);
	assert_int_equal(w->settled_error.kind, ERR_CANCELED);
	assert_int_equal(w->c.fake->finishes, w->c.fake->dials);
}

static void free_it(void *arg, const struct err *e)
{
	struct pool_world *w = arg;

	assert_null(e);
	pool_free(w->pool);
	w->pool = NULL;
}

static void a_pool_may_be_freed_by_whoever_hears_that_it_is_closed(void **state)
{
	struct pool_world *w = *state;
	idle_pool(w, 2);

	pool_close(w->pool, POOL_FOR_EVER, free_it, w);
	pool_world_ms(w, 0);

	assert_null(w->pool);
}

/* ---- another password, another process ---- */

static void new_connections_go_where_the_new_conninfo_says(void **state)
{
	struct pool_world *w = *state;
	struct err e;
	w->options.size = 2;
	pool_world_open(w);
	fake_refuse(w->c.fake, "x failed: FATAL:  28P01: password authentication failed\n");
	pool_world_take(w, 0);
	assert_int_equal(pool_world_stats(w).state, POOL_STOPPED);
	struct conninfo *info =
		conninfo_new("host=pg-b user=ann dbname=shop password=open", NULL, &e);
	loop_virtual_host(w->c.loop, "pg-b", "192.0.2.9");

	pool_world_log(w);
	pool_set_info(w->pool, info);
	conninfo_free(info);
	pool_world_take(w, 0);

	assert_true(pool_world_has(w, 0));
	assert_string_equal(w->c.fake->last_hostaddr, "192.0.2.9");
	assert_true(pool_world_said(w, "grown server=ann@pg-b:5432/shop total=1") > 0);
}

static void connections_there_are_stay_under_a_new_conninfo_until_they_go(void **state)
{
	struct pool_world *w = *state;
	struct err e;
	w->options.size = 2;
	pool_world_open(w);
	pool_world_take(w, 0);
	struct conn *old = pool_world_conn(w, 0);
	pool_world_give_back(w, 0);
	struct conninfo *info = conninfo_new("host=pg-b user=ann dbname=shop", NULL, &e);
	loop_virtual_host(w->c.loop, "pg-b", "192.0.2.9");

	pool_set_info(w->pool, info);
	conninfo_free(info);
	pool_world_ms(w, 60000);
	assert_int_equal(w->c.fake->finishes, 0);
	assert_true(pool_world_take(w, 0));
	assert_ptr_equal(pool_world_conn(w, 0), old);
	assert_string_equal(w->c.fake->last_hostaddr, "192.0.2.1");
	pool_world_take(w, 1); /* a second one */

	assert_true(pool_world_has(w, 1));
	assert_string_equal(w->c.fake->last_hostaddr, "192.0.2.9");
	assert_true(conn_is_usable(old));
}

/* Exit status of the child: bit by bit what was not refused. */
static int use_in_child(struct pool_world *w)
{
	struct pool_lease lease, held = w->holders[0].lease;
	struct pool_request request = { .done = w->holders[0].request.done, .arg = &w->holders[3] };
	int finishes = w->c.fake->finishes, wrong = 0;

	wrong |= pool_take(w->pool, &request, &lease) ? 1 : 0;
	wrong |= pool_give_back(w->pool, held) ? 2 : 0;
	wrong |= pool_conn(w->pool, held) ? 4 : 0;
	pool_free(w->pool);
	wrong |= w->c.fake->finishes != finishes ? 8 : 0; /* a Terminate on the parent's socket */
	wrong |= w->holders[3].error.kind != ERR_CONFLICT ? 16 : 0;
	return wrong;
}

static void a_forked_child_is_refused_and_leaves_the_sockets_alone(void **state)
{
	struct pool_world *w = *state;
	int status;
	idle_pool(w, 2);
	pool_world_take(w, 0);

	pid_t child = fork();
	if (child == 0)
		_exit(use_in_child(w));

	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	pool_world_give_back(w, 0); /* and the parent goes on */
	assert_int_equal(pool_world_stats(w).checked_in, 2);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, pool_world_setup, pool_world_teardown)
	const struct CMUnitTest tests[] = {
		CASE(a_larger_pool_serves_who_waits_at_once),
		CASE(a_smaller_pool_closes_the_idle_now),
		CASE(a_smaller_pool_closes_what_is_out_when_it_comes_back),
		CASE(a_second_resize_ends_the_first),
		CASE(a_size_that_makes_no_pool_changes_nothing),
		CASE(a_drain_replaces_every_connection_of_today),
		CASE(a_drain_of_an_idle_pool_is_done_at_once),
		CASE(a_second_drain_lets_the_first_end_too),
		CASE(a_suspended_pool_serves_nobody_until_it_is_resumed),
		CASE(a_dial_that_ends_while_suspended_waits_for_the_resume),
		CASE(deadlines_count_while_suspended),
		CASE(a_resume_before_it_was_quiet_ends_the_suspension),
		CASE(a_lease_cut_while_suspended_is_quiet_once_it_comes_back),
		CASE(closing_tells_who_waits_ends_dials_and_waits_for_leases),
		CASE(a_closed_pool_refuses_whoever_asks),
		CASE(after_its_grace_a_closing_pool_takes_the_connections_away),
		CASE(closing_twice_is_closing_once),
		CASE(freeing_ends_everything_at_once),
		CASE(a_pool_may_be_freed_by_whoever_hears_that_it_is_closed),
		CASE(new_connections_go_where_the_new_conninfo_says),
		CASE(connections_there_are_stay_under_a_new_conninfo_until_they_go),
		CASE(a_forked_child_is_refused_and_leaves_the_sockets_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
