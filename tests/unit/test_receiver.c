// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "replication_fixture.h"

/* A standby, level with its upstream, that heard from it a second ago. */
static int standby_begin(void **state)
{
	struct fixture *fixture = test_malloc(sizeof(*fixture));
	fixture_init(fixture);
	struct replication_head *head = &fixture->answer.head;
	head->is_standby = head->has_receiver = true;
	head->receiver_age_ms = 1000;
	head->receiver_timeout_ms = 60000;
	head->apply_delay_ms = 0;
	head->own_replay_age_ms = 41000; /* the last commit: says nothing */
	snprintf(head->has_upstream, sizeof(head->has_upstream), "t");
	snprintf(head->receiver_status, sizeof(head->receiver_status), "streaming");
	snprintf(head->replay_pause, sizeof(head->replay_pause), "not paused");
	snprintf(head->receive_lsn, sizeof(head->receive_lsn), "%s", head->end_lsn);
	snprintf(head->own_replay_lsn, sizeof(head->own_replay_lsn), "%s", head->end_lsn);
	*state = fixture;
	return 0;
}

static int standby_end(void **state)
{
	fixture_release(*state);
	test_free(*state);
	return 0;
}

static void check_own(
	const struct fixture *fixture, const char *state, int64_t lag_ms, bool is_at_least)
{
	assert_string_equal(fixture->replicas.receiver_state, state);
	assert_int_equal(fixture->replicas.own_lag_ms, lag_ms);
	assert_int_equal(fixture->replicas.own_lag_is_at_least, is_at_least);
}

static void level_and_fresh_is_zero(void **state)
{
	struct fixture *fixture = *state;
	fixture_sample(fixture, 0);
	check_own(fixture, "streaming", 0, false);
	assert_int_equal(fixture->replicas.own_replay_bytes, 0);
	fixture->answer.head.receiver_age_ms = 29700; /* an idle upstream */
	fixture_sample(fixture, 2000);
	fixture_sample(fixture, 2000);
	check_own(fixture, "streaming", 0, false);
	assert_int_equal(fixture->replicas.status, STATUS_OK);
}

static void level_and_silent_is_at_least_the_silence(void **state)
{
	struct fixture *fixture = *state;
	fixture->answer.head.receiver_age_ms = 35001;
	fixture_sample(fixture, 0);
	fixture_sample(fixture, 2000);
	check_own(fixture, "streaming", 35001, true);
	assert_int_equal(fixture->replicas.status, STATUS_WARN);
	fixture->answer.head.receiver_age_ms = 60000;
	fixture_sample(fixture, 2000);
	fixture_sample(fixture, 2000);
	assert_int_equal(fixture->replicas.status, STATUS_CRIT);
	assert_string_equal(fixture->replicas.reason, "no message from its upstream for 1m00s");
}

static void behind_is_as_old_as_the_first_byte_not_replayed(void **state)
{
	struct fixture *fixture = *state;
	fixture_sample(fixture, 0);
	fixture_write(fixture, 4000);
	fixture_sample(fixture, 2000);
	check_own(fixture, "streaming", 2000, false);
	assert_int_equal(fixture->replicas.own_replay_bytes, 4000);
	/* Without the ring's help the last commit's age is all there is; clocks may differ. */
	lsn_print(fixture->answer.head.own_replay_lsn, FIXTURE_END - 1);
	fixture_sample(fixture, 0);
	check_own(fixture, "streaming", 41000, false);
	fixture->answer.head.own_replay_age_ms = -20;
	fixture_sample(fixture, 0);
	check_own(fixture, "streaming", 0, false);
}

static void a_paused_replay_says_so(void **state)
{
	struct fixture *fixture = *state;
	snprintf(fixture->answer.head.replay_pause, 24, "paused");
	fixture_write(fixture, 4096);
	fixture_sample(fixture, 0);
	fixture_sample(fixture, 2000);
	assert_string_equal(fixture->replicas.receiver_state, "paused");
	assert_true(fixture->replicas.is_replay_paused);
	assert_int_equal(fixture->replicas.status, STATUS_WARN);
	assert_string_equal(fixture->replicas.reason, "replay is paused, 4 kB behind");
}

static void a_wanted_delay_is_no_lag(void **state)
{
	struct fixture *fixture = *state;
	fixture->answer.head.apply_delay_ms = 3600000;
	fixture->answer.head.own_replay_age_ms = 3605000;
	lsn_print(fixture->answer.head.own_replay_lsn, FIXTURE_END - 1);
	fixture_sample(fixture, 0);
	fixture_sample(fixture, 2000);
	check_own(fixture, "delayed", 3605000, false);
	assert_int_equal(fixture->replicas.status, STATUS_OK);
	fixture->answer.head.own_replay_age_ms = 3660000;
	fixture_sample(fixture, 2000);
	fixture_sample(fixture, 2000);
	assert_int_equal(fixture->replicas.status, STATUS_CRIT);
}

static void a_cut_link_is_disconnected_and_not_level(void **state)
{
	struct fixture *fixture = *state;
	fixture_sample(fixture, 0);
	fixture->answer.head.has_receiver = false;
	fixture->answer.head.receiver_status[0] = '\0';
	fixture->answer.head.receiver_age_ms = VALUE_UNKNOWN;
	fixture_sample(fixture, 4000);
	fixture_sample(fixture, 4000);
	check_own(fixture, "disconnected", 8000, true);
	assert_int_equal(fixture->replicas.status, STATUS_CRIT);
	assert_string_equal(
		fixture->replicas.reason, "disconnected from its upstream for at least 8 s");
}

static void without_a_receiver_the_timeline_stays_what_it_was(void **state)
{
	struct fixture *fixture = *state;
	fixture->answer.head.timeline = 2;
	fixture_sample(fixture, 0);
	fixture->answer.head.has_receiver = false;
	fixture->answer.head.timeline = VALUE_UNKNOWN;
	fixture_sample(fixture, 4000);
	assert_int_equal(fixture->replicas.timeline, 2);
	check_own(fixture, "disconnected", 4000, true);
}

static void without_upstream_and_receiver_it_lives_from_the_archive(void **state)
{
	struct fixture *fixture = *state;
	struct replication_head *head = &fixture->answer.head;
	head->has_receiver = false;
	head->receive_lsn[0] = '\0';
	head->receiver_age_ms = VALUE_UNKNOWN;
	snprintf(head->has_upstream, sizeof(head->has_upstream), "f");
	fixture_sample(fixture, 0);
	check_own(fixture, "archive", 41000, false);
	snprintf(head->has_upstream, sizeof(head->has_upstream), "t");
	fixture_sample(fixture, 1000);
	assert_string_equal(fixture->replicas.receiver_state, "disconnected");
}

static void without_the_right_to_see_nobody_says_zero(void **state)
{
	struct fixture *fixture = *state;
	struct replication_head *head = &fixture->answer.head;
	head->has_monitor = false;
	head->receiver_status[0] = head->has_upstream[0] = '\0';
	head->receiver_age_ms = VALUE_UNKNOWN;
	fixture_sample(fixture, 0);
	check_own(fixture, "?", VALUE_UNKNOWN, true);
	assert_int_equal(fixture->replicas.own_replay_bytes, 0);
}

#define WITH_STANDBY(test) cmocka_unit_test_setup_teardown(test, standby_begin, standby_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_STANDBY(level_and_fresh_is_zero),
		WITH_STANDBY(level_and_silent_is_at_least_the_silence),
		WITH_STANDBY(behind_is_as_old_as_the_first_byte_not_replayed),
		WITH_STANDBY(a_paused_replay_says_so),
		WITH_STANDBY(a_wanted_delay_is_no_lag),
		WITH_STANDBY(a_cut_link_is_disconnected_and_not_level),
		WITH_STANDBY(without_a_receiver_the_timeline_stays_what_it_was),
		WITH_STANDBY(without_upstream_and_receiver_it_lives_from_the_archive),
		WITH_STANDBY(without_the_right_to_see_nobody_says_zero),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
