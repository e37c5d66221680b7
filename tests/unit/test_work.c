// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Units of work: done again where that is allowed, never where it is not, and a COMMIT without an answer asked for.
 */
#include "test.h"

#include "fake/servers_world.h"

#define INSERT	"INSERT INTO t VALUES (1) RETURNING xact_id"
#define OUTCOME "SELECT pg_catalog.pg_xact_status"

static int setup(void **state)
{
	int failed = servers_world_setup(state);

	servers_world_open(*state, 2);
	return failed;
}

static void expect_begin(struct servers_world *w, int server)
{
	fake_expect(w->fakes[server], "BEGIN");
	fake_tag(w->fakes[server], "BEGIN");
}

static void expect_rollback(struct servers_world *w, int server)
{
	fake_expect(w->fakes[server], "ROLLBACK");
	fake_tag(w->fakes[server], "ROLLBACK");
}

/* A connection is there already: the dials that fail are later ones. */
static void warm_up(struct servers_world *w)
{
	servers_world_look(w);
	servers_world_expect_insert(w, 0);
	servers_world_expect_commit(w, 0);
	servers_world_work(w, INSERT);
	assert_int_equal(w->end.outcome, WORK_COMMITTED);
}

static void expect_deadlock(struct servers_world *w)
{
	expect_begin(w, 0);
	fake_expect(w->fakes[0], "INSERT");
	fake_error(w->fakes[0], "40P01", "deadlock detected", 0);
	expect_rollback(w, 0);
}

static void work_that_goes_well_brings_the_token_of_its_commit(void **state)
{
	struct servers_world *w = *state;
	struct pool_stats stats;
	servers_world_expect_insert(w, 0);
	servers_world_expect_commit(w, 0);

	servers_world_work(w, INSERT);

	assert_int_equal(w->ends, 1);
	assert_int_equal(w->end.outcome, WORK_COMMITTED);
	assert_int_equal(w->end.tries, 1);
	assert_int_equal(w->end.token.lsn, 0x2000000);
	assert_int_equal(w->end.token.timeline, 1);
	pool_stats(servers_work_pool(w->servers, 0), &stats);
	assert_int_equal(stats.transaction.count, 1);
	assert_int_equal(stats.checked_out, 0);
}

static void replayable_work_is_done_again_from_the_start(void **state)
{
	struct servers_world *w = *state;
	expect_deadlock(w);
	servers_world_expect_insert(w, 0);
	servers_world_expect_commit(w, 0);

	servers_world_work(w, INSERT);
	servers_world_ms(w, 1000);

	assert_int_equal(w->end.outcome, WORK_COMMITTED);
	assert_int_equal(w->bodies, 2);
	assert_int_equal(w->end.tries, 2);
}

static void work_that_is_not_replayable_is_done_once(void **state)
{
	struct servers_world *w = *state;
	w->work.is_replayable = false;
	expect_deadlock(w);

	servers_world_work(w, INSERT);
	servers_world_ms(w, 1000);

	assert_int_equal(w->end.outcome, WORK_ROLLED_BACK);
	assert_string_equal(w->error.sqlstate, "40P01");
	assert_int_equal(w->bodies, 1);
}

static void tries_end_with_the_rule(void **state)
{
	struct servers_world *w = *state;
	for (int i = 0; i < 3; i++)
		expect_deadlock(w);

	servers_world_work(w, INSERT);
	servers_world_ms(w, 5000);

	assert_int_equal(w->ends, 1);
	assert_int_equal(w->end.tries, 3);
	assert_string_equal(w->error.sqlstate, "40P01");
}

static void an_empty_budget_ends_the_tries(void **state)
{
	struct servers_world *w = *state;
	for (int i = 0; i < RETRY_BUDGET_FREE; i++)
		assert_true(retry_budget_take(servers_budget(w->servers), loop_now_us(w->loop)));
	expect_deadlock(w);

	servers_world_work(w, INSERT);
	servers_world_ms(w, 1000);

	assert_int_equal(w->end.tries, 1);
	assert_int_equal(w->end.outcome, WORK_ROLLED_BACK);
}

static void a_link_lost_before_commit_is_done_again_on_the_new_primary(void **state)
{
	struct servers_world *w = *state;
	warm_up(w);
	expect_begin(w, 0);
	fake_expect(w->fakes[0], "INSERT");
	fake_drop(w->fakes[0]);
	for (int i = 0; i < 50; i++)
		fake_refuse(w->fakes[0], "connection to server failed: Connection refused\n");
	servers_world_expect_insert(w, 1);
	servers_world_expect_commit(w, 1);

	servers_world_work(w, INSERT);
	servers_world_promote(w, 1, 2);
	servers_world_ms(w, 2000);

	assert_int_equal(w->end.outcome, WORK_COMMITTED);
	assert_int_equal(w->end.server, 1);
	assert_int_equal(w->end.token.timeline, 2);
}

static void lose_commit(struct servers_world *w)
{
	servers_world_expect_insert(w, 0);
	fake_expect(w->fakes[0], "COMMIT");
	fake_drop(w->fakes[0]);
}

static void a_commit_without_an_answer_is_asked_for_until_it_is_settled(void **state)
{
	struct servers_world *w = *state;
	lose_commit(w);
	fake_expect(w->fakes[0], OUTCOME);
	fake_rows(w->fakes[0], "status|lsn|timeline", "in progress|0/2000000|1");
	fake_expect(w->fakes[0], OUTCOME);
	fake_rows(w->fakes[0], "status|lsn|timeline", "committed|0/3000000|1");

	servers_world_work(w, INSERT);
	servers_world_ms(w, 5000);

	assert_int_equal(w->ends, 1);
	assert_int_equal(w->end.outcome, WORK_COMMITTED);
	assert_true(w->end.was_resolved);
	assert_int_equal(w->bodies, 1);
	assert_int_equal(w->end.token.lsn, 0x3000000);
}

static void a_commit_that_never_arrived_is_told_and_not_sent_again(void **state)
{
	struct servers_world *w = *state;
	lose_commit(w);
	fake_expect(w->fakes[0], OUTCOME);
	fake_rows(w->fakes[0], "status|lsn|timeline", "aborted|0/2000000|1");

	servers_world_work(w, INSERT);
	servers_world_ms(w, 5000);

	assert_int_equal(w->end.outcome, WORK_ROLLED_BACK);
	assert_int_equal(w->bodies, 1);
}

static void on_another_timeline_nobody_can_say_what_became_of_a_commit(void **state)
{
	struct servers_world *w = *state;
	warm_up(w);
	lose_commit(w);
	fake_expect(w->fakes[0], OUTCOME);
	fake_drop(w->fakes[0]);
	for (int i = 0; i < 50; i++)
		fake_refuse(w->fakes[0], "connection to server failed: Connection refused\n");
	fake_expect(w->fakes[1], OUTCOME);
	fake_rows(w->fakes[1], "status|lsn|timeline", "committed|0/2000000|2");

	servers_world_work(w, INSERT);
	servers_world_promote(w, 1, 2);
	servers_world_ms(w, 5000);

	assert_int_equal(w->end.outcome, WORK_UNKNOWN);
	assert_non_null(strstr(w->error.text, "transaction 741"));
	assert_int_equal(w->bodies, 1);
}

static void work_without_an_answer_ends_at_its_deadline(void **state)
{
	struct servers_world *w = *state;
	expect_begin(w, 0);
	fake_expect(w->fakes[0], "INSERT");
	fake_silence(w->fakes[0]);
	servers_world_work(w, INSERT);

	servers_world_ms(w, 10000);

	assert_int_equal(w->ends, 1);
	assert_int_equal(w->end.outcome, WORK_ROLLED_BACK);
	assert_int_equal(w->error.kind, ERR_TIMEOUT);
}

/* ---- canceled from outside ---- */

static void cancel(struct servers_world *w)
{
	work_cancel(w->under_way);
	assert_int_equal(w->ends, 0); /* never before a turn */
	servers_world_ms(w, 0);
}

static void assert_canceled(const struct servers_world *w)
{
	assert_int_equal(w->ends, 1);
	assert_int_equal(w->end.outcome, WORK_ROLLED_BACK);
	assert_int_equal(w->error.kind, ERR_CANCELED);
}

static void work_canceled_while_it_waits_for_a_connection_never_begins(void **state)
{
	struct servers_world *w = *state;
	fake_hang(w->fakes[0]);
	servers_world_work(w, INSERT);
	assert_int_equal(w->ends, 0);

	cancel(w);

	assert_canceled(w);
	assert_int_equal(w->bodies, 0);
	assert_int_equal(w->end.server, SERVERS_NONE);
}

static void work_canceled_in_mid_question_is_rolled_back(void **state)
{
	struct servers_world *w = *state;
	struct pool_stats stats;
	expect_begin(w, 0);
	fake_expect(w->fakes[0], "INSERT");
	fake_silence(w->fakes[0]);
	servers_world_work(w, INSERT);
	expect_rollback(w, 0);

	cancel(w);

	assert_canceled(w);
	assert_int_equal(w->fakes[0]->cancels, 1);
	pool_stats(servers_work_pool(w->servers, 0), &stats);
	assert_int_equal(stats.checked_out, 0);
	assert_int_equal(stats.checked_in, 1);
}

static void work_canceled_before_its_next_try_has_none(void **state)
{
	struct servers_world *w = *state;
	expect_deadlock(w);
	servers_world_work(w, INSERT);
	assert_int_equal(w->ends, 0);

	cancel(w);
	servers_world_ms(w, 5000);

	assert_canceled(w);
	assert_int_equal(w->bodies, 1);
}

static void work_canceled_behind_its_commit_ends_with_what_became_of_it(void **state)
{
	struct servers_world *w = *state;
	w->is_canceled_at_commit = true;
	servers_world_expect_insert(w, 0);
	servers_world_expect_commit(w, 0);

	servers_world_work(w, INSERT);

	assert_int_equal(w->ends, 1);
	assert_int_equal(w->end.outcome, WORK_COMMITTED);
	assert_int_equal(w->fakes[0]->cancels, 0);
}

static void work_through_a_pooler_brings_its_settings_along(void **state)
{
	struct servers_world *w = *state;
	w->fakes[0]->backend_pid = 99;
	expect_begin(w, 0);
	fake_expect(w->fakes[0], "SELECT\n\tpg_catalog.set_config('search_path', '', true)");
	fake_rows(w->fakes[0], "set_config", "");
	fake_expect(w->fakes[0], "INSERT");
	fake_rows(w->fakes[0], "xact_id", "741");
	servers_world_expect_commit(w, 0);

	servers_world_work(w, INSERT);

	assert_int_equal(w->end.outcome, WORK_COMMITTED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, servers_world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(work_that_goes_well_brings_the_token_of_its_commit),
		TEST(replayable_work_is_done_again_from_the_start),
		TEST(work_that_is_not_replayable_is_done_once),
		TEST(tries_end_with_the_rule),
		TEST(an_empty_budget_ends_the_tries),
		TEST(a_link_lost_before_commit_is_done_again_on_the_new_primary),
		TEST(a_commit_without_an_answer_is_asked_for_until_it_is_settled),
		TEST(a_commit_that_never_arrived_is_told_and_not_sent_again),
		TEST(on_another_timeline_nobody_can_say_what_became_of_a_commit),
		TEST(work_without_an_answer_ends_at_its_deadline),
		TEST(work_canceled_while_it_waits_for_a_connection_never_begins),
		TEST(work_canceled_in_mid_question_is_rolled_back),
		TEST(work_canceled_before_its_next_try_has_none),
		TEST(work_canceled_behind_its_commit_ends_with_what_became_of_it),
		TEST(work_through_a_pooler_brings_its_settings_along),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
