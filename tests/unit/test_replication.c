// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "replication_fixture.h"

#define MB (INT64_C(1) << 20)

static int fixture_begin(void **state)
{
	*state = test_malloc(sizeof(struct fixture));
	fixture_init(*state);
	return 0;
}

static int fixture_end(void **state)
{
	fixture_release(*state);
	test_free(*state);
	return 0;
}

static void a_primary_without_followers_is_well(void **state)
{
	struct fixture *fixture = *state;
	fixture_sample(fixture, 2000);
	const struct replicas *got = &fixture->replicas;
	assert_int_equal(got->count, 0);
	assert_int_equal(got->status, STATUS_OK);
	assert_int_equal(got->worst_lag_bytes, VALUE_NONE);
	assert_int_equal(got->wal_bytes_s, VALUE_UNKNOWN);
	assert_int_equal(got->sync_waits, VALUE_NONE);
	assert_int_equal(got->own_lag_ms, VALUE_NONE);
	assert_string_equal(got->end_lsn, "0/A000000");
}

static void the_rate_of_writing_comes_with_the_second_sample(void **state)
{
	struct fixture *fixture = *state;
	fixture_sample(fixture, 0);
	fixture_write(fixture, 4 * MB);
	fixture_sample(fixture, 2000);
	assert_int_equal(fixture->replicas.wal_bytes_s, 2 * MB);
}

static void a_standby_that_does_not_replay_ages_by_the_ring(void **state)
{
	struct fixture *fixture = *state;
	struct replication_row *row = fixture_standby(fixture, "r1");
	fixture_sample(fixture, 0);
	for (int i = 0; i < 5; i++) {
		fixture_write(fixture, 1000);
		row->replay_lag_ms = 46; /* frozen */
		fixture_sample(fixture, 2000);
	}
	const struct replica *got = fixture_row(fixture, "r1");
	assert_int_equal(got->behind_bytes, 5000);
	assert_int_equal(got->lag_ms, 10000);
	assert_false(got->lag_is_at_least);
	assert_int_equal(got->drain_bytes_s, 500);
	assert_int_equal(fixture->replicas.worst_lag_bytes, 5000);
}

static void a_threshold_speaks_with_the_second_sample(void **state)
{
	struct fixture *fixture = *state;
	struct replication_row *row = fixture_standby(fixture, "r1");
	row->reply_age_ms = 45000;
	fixture_sample(fixture, 0);
	assert_int_equal(fixture->replicas.status, STATUS_OK);
	fixture_sample(fixture, 2000);
	assert_int_equal(fixture->replicas.status, STATUS_CRIT);
	assert_string_equal(fixture->replicas.reason, "r1: no reply for 45 s");
	row->reply_age_ms = 0;
	fixture_sample(fixture, 2000);
	fixture_sample(fixture, 2000);
	assert_int_equal(fixture->replicas.status, STATUS_CRIT);
	fixture_sample(fixture, 2000);
	assert_int_equal(fixture->replicas.status, STATUS_OK);
}

static void a_standby_that_goes_leaves_a_row_that_says_so(void **state)
{
	struct fixture *fixture = *state;
	fixture_standby(fixture, "r1");
	fixture_sample(fixture, 0);
	fixture->answer.count = 0;
	fixture_sample(fixture, 2000);
	fixture_sample(fixture, 2000);
	const struct replica *got = fixture_row(fixture, "r1");
	assert_int_equal(got->kind, REPLICA_DOWN);
	assert_string_equal(got->state, "down");
	assert_int_equal(got->gone_ms, 4000);
	assert_int_equal(got->lag_ms, 4000);
	assert_true(got->lag_is_at_least);
	assert_int_equal(got->behind_bytes, VALUE_UNKNOWN);
	assert_int_equal(got->status, STATUS_CRIT);
	assert_int_equal(fixture->replicas.worst_lag_bytes, VALUE_NONE);
	fixture_standby(fixture, "r1");
	fixture_sample(fixture, 2000);
	assert_int_equal(fixture->replicas.count, 1);
	assert_int_equal(fixture_row(fixture, "r1")->kind, REPLICA_STANDBY);
}

static void a_slot_left_behind_keeps_the_name_of_its_standby(void **state)
{
	struct fixture *fixture = *state;
	struct replication_row *row = fixture_standby(fixture, "r1");
	snprintf(row->slot, sizeof(row->slot), "s1");
	snprintf(row->wal_status, sizeof(row->wal_status), "reserved");
	snprintf(row->slot_type, sizeof(row->slot_type), "physical");
	snprintf(row->restart_lsn, sizeof(row->restart_lsn), "%s", row->flush_lsn);
	row->slot_is_active = true;
	fixture_sample(fixture, 0);
	fixture->answer.count = 0;
	fixture_slot(fixture, "s1");
	fixture_write(fixture, 3 * MB);
	fixture_sample(fixture, 2000);
	fixture_sample(fixture, 2000);
	assert_int_equal(fixture->replicas.count, 1);
	const struct replica *got = fixture_row(fixture, "r1");
	assert_string_equal(got->state, "down");
	assert_string_equal(got->slot, "s1");
	assert_int_equal(got->retained_bytes, 3 * MB);
	assert_int_equal(got->behind_bytes, 3 * MB);
	assert_int_equal(got->gone_ms, 4000);
	assert_string_equal(got->reason, "down for 4 s, slot s1 retains 3 MB");
}

static void backups_and_dismissed_logical_followers_are_not_missed(void **state)
{
	struct fixture *fixture = *state;
	struct replication_row *backup = fixture_standby(fixture, "pg_basebackup");
	snprintf(backup->state, sizeof(backup->state), "backup");
	struct replication_row *sync = fixture_standby(fixture, "pg_16394_sync_16385");
	snprintf(sync->slot, sizeof(sync->slot), "pg_16394_sync_16385");
	snprintf(sync->slot_type, sizeof(sync->slot_type), "logical");
	fixture_sample(fixture, 0);
	assert_int_equal(fixture->replicas.count, 2);
	fixture->answer.count = 0;
	fixture_sample(fixture, 2000);
	assert_int_equal(fixture->replicas.count, 0);
}

static void expected_standbys_are_absent_once_asked_until_they_are_seen(void **state)
{
	struct fixture *fixture = *state;
	struct replica_expected expected[] = { { .name = "pg-d" }, { .address = "10.0.0.7" },
		{ .slot = "s9" } };
	replication_expect(&fixture->replication, expected, ARRAY_SIZE(expected));
	fixture_sample(fixture, 0);
	assert_int_equal(fixture->replicas.count, 0); /* nobody has asked them yet */
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++)
		expected[i].state = EXPECTED_UNREACHED;
	replication_expect(&fixture->replication, expected, ARRAY_SIZE(expected));
	fixture_sample(fixture, 0);
	fixture_sample(fixture, 2000);
	assert_int_equal(fixture->replicas.count, 3);
	assert_int_equal(fixture_row(fixture, "pg-d")->kind, REPLICA_ABSENT);
	assert_int_equal(fixture_row(fixture, "10.0.0.7")->status, STATUS_CRIT);
	assert_int_equal(fixture_row(fixture, "s9")->behind_bytes, VALUE_UNKNOWN);
	struct replication_row *row = fixture_standby(fixture, "walreceiver");
	snprintf(row->address, sizeof(row->address), "10.0.0.7");
	fixture_standby(fixture, "PG-D");
	fixture_sample(fixture, 2000);
	assert_int_equal(fixture->replicas.count, 3);
	assert_int_equal(fixture_row(fixture, "walreceiver")->kind, REPLICA_STANDBY);
	assert_int_equal(fixture_row(fixture, "PG-D")->kind, REPLICA_STANDBY);
}

static void a_synchronous_standby_that_is_named_and_absent_is_critical(void **state)
{
	struct fixture *fixture = *state;
	snprintf(fixture->answer.head.sync_names, 64, "FIRST 1 (r1, \"r 2\")");
	fixture->answer.head.sync_waits = 0;
	fixture_standby(fixture, "r1");
	fixture_sample(fixture, 0);
	fixture_sample(fixture, 2000);
	assert_int_equal(fixture->replicas.count, 2);
	assert_int_equal(fixture_row(fixture, "r 2")->status, STATUS_CRIT);
	assert_int_equal(fixture_row(fixture, "r1")->status, STATUS_OK);
	assert_int_equal(fixture->replicas.sync_waits, 0);
}

static void waiting_commits_without_a_synchronous_standby_are_critical(void **state)
{
	struct fixture *fixture = *state;
	snprintf(fixture->answer.head.sync_names, 64, "*");
	fixture->answer.head.sync_waits = 4;
	struct replication_row *row = fixture_standby(fixture, "r1");
	fixture_sample(fixture, 0);
	fixture_sample(fixture, 2000);
	assert_int_equal(fixture->replicas.status, STATUS_CRIT);
	assert_string_equal(
		fixture->replicas.reason, "4 commits wait: no synchronous standby is connected");
	snprintf(row->sync, sizeof(row->sync), "sync");
	for (int i = 0; i < 3; i++)
		fixture_sample(fixture, 2000);
	assert_int_equal(fixture->replicas.status, STATUS_OK);
}

static void another_timeline_forgets_what_was(void **state)
{
	struct fixture *fixture = *state;
	struct replication_row *row = fixture_standby(fixture, "r1");
	fixture_sample(fixture, 0);
	fixture_write(fixture, MB);
	fixture_sample(fixture, 2000);
	fixture->answer.head.timeline = 2;
	fixture->answer.count = 0;
	fixture_sample(fixture, 2000);
	assert_int_equal(fixture->replicas.count, 0);
	assert_int_equal(fixture->replicas.timeline, 2);
	assert_int_equal(fixture->replicas.wal_bytes_s, VALUE_UNKNOWN);
	fixture->answer.count = 1;
	fixture_sample(fixture, 0);
	assert_int_equal(fixture_row(fixture, row->name)->drain_bytes_s, VALUE_UNKNOWN);
}

static void lost_slots_stand_first_and_the_best_last(void **state)
{
	struct fixture *fixture = *state;
	fixture_standby(fixture, "fine");
	row_set_behind(fixture_standby(fixture, "late"), FIXTURE_END, 100);
	fixture_standby(fixture, "silent")->reply_age_ms = 50000;
	struct replication_row *lost = fixture_slot(fixture, "lost");
	snprintf(lost->wal_status, sizeof(lost->wal_status), "lost");
	lost->restart_lsn[0] = '\0';
	fixture_sample(fixture, 0);
	fixture_sample(fixture, 2000);
	static const char *const order[] = { "lost", "silent", "late", "fine" };
	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		assert_string_equal(fixture->replicas.rows[i].name, order[i]);
	assert_string_equal(
		fixture->replicas.reason, "lost: slot lost is lost: rebuild what reads it");
}

static void many_rows_are_cut_and_counted(void **state)
{
	struct fixture *fixture = *state;
	char name[16];
	for (int i = 0; i < FIXTURE_ROWS; i++) {
		snprintf(name, sizeof(name), "r%d", i);
		fixture_standby(fixture, name);
	}
	for (int i = 0; i < FIXTURE_ROWS; i++)
		fixture->rows[i].total = FIXTURE_ROWS + 1000;
	fixture_sample(fixture, 0);
	assert_int_equal(fixture->replicas.count, REPLICAS_MAX);
	assert_int_equal(fixture->replicas.total, FIXTURE_ROWS + 1000);
}

static void without_the_right_to_see_the_worst_is_unknown(void **state)
{
	struct fixture *fixture = *state;
	fixture->answer.head.has_monitor = false;
	struct replication_row *row = fixture_standby(fixture, "r1");
	row->sent_lsn[0] = row->write_lsn[0] = row->flush_lsn[0] = row->replay_lsn[0] = '\0';
	row->state[0] = row->sync[0] = '\0';
	row->reply_age_ms = VALUE_UNKNOWN;
	fixture_sample(fixture, 0);
	fixture_sample(fixture, 2000);
	assert_true(fixture->replicas.is_restricted);
	assert_int_equal(fixture->replicas.worst_lag_bytes, VALUE_UNKNOWN);
	assert_string_equal(fixture_row(fixture, "r1")->reason, "no permission: needs pg_monitor");
}

static void a_single_look_speaks_with_its_first_sample(void **state)
{
	struct fixture *fixture = *state;
	fixture->replication.raise_after = 1;
	fixture_standby(fixture, "r1")->reply_age_ms = 45000;
	fixture_sample(fixture, 0);
	assert_int_equal(fixture->replicas.status, STATUS_CRIT);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, fixture_begin, fixture_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FIXTURE(a_primary_without_followers_is_well),
		WITH_FIXTURE(the_rate_of_writing_comes_with_the_second_sample),
		WITH_FIXTURE(a_standby_that_does_not_replay_ages_by_the_ring),
		WITH_FIXTURE(a_threshold_speaks_with_the_second_sample),
		WITH_FIXTURE(a_standby_that_goes_leaves_a_row_that_says_so),
		WITH_FIXTURE(a_slot_left_behind_keeps_the_name_of_its_standby),
		WITH_FIXTURE(backups_and_dismissed_logical_followers_are_not_missed),
		WITH_FIXTURE(expected_standbys_are_absent_once_asked_until_they_are_seen),
		WITH_FIXTURE(a_synchronous_standby_that_is_named_and_absent_is_critical),
		WITH_FIXTURE(waiting_commits_without_a_synchronous_standby_are_critical),
		WITH_FIXTURE(another_timeline_forgets_what_was),
		WITH_FIXTURE(lost_slots_stand_first_and_the_best_last),
		WITH_FIXTURE(many_rows_are_cut_and_counted),
		WITH_FIXTURE(without_the_right_to_see_the_worst_is_unknown),
		WITH_FIXTURE(a_single_look_speaks_with_its_first_sample),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
