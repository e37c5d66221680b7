// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "probe/replica_row.h"
#include "replication_fixture.h"

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

static struct replica read_row(struct fixture *fixture, const struct replication_row *row)
{
	struct replica out;
	replica_row_read(&fixture->answer.head, &fixture->replication.ring, row, &out);
	return out;
}

/* The ring knows that the end stood at FIXTURE_END - 1000 four seconds ago, and at FIXTURE_END now. */
static void ring_fill(struct fixture *fixture)
{
	struct wal_ring *ring = &fixture->replication.ring;
	wal_ring_push(ring, "1", 1, FIXTURE_START_US - 4000000, FIXTURE_END - 1000);
	wal_ring_push(ring, "1", 1, FIXTURE_START_US, FIXTURE_END);
}

static void each_stage_is_a_difference_of_two_positions(void **state)
{
	struct fixture *fixture = *state;
	struct replication_row *row = fixture_standby(fixture, "r1");
	lsn_print(row->sent_lsn, FIXTURE_END - 1);
	lsn_print(row->write_lsn, FIXTURE_END - 11);
	lsn_print(row->flush_lsn, FIXTURE_END - 111);
	lsn_print(row->replay_lsn, FIXTURE_END - 1111);
	struct replica got = read_row(fixture, row);
	assert_int_equal(got.kind, REPLICA_STANDBY);
	assert_int_equal(got.to_send_bytes, 1);
	assert_int_equal(got.write_bytes, 10);
	assert_int_equal(got.flush_bytes, 100);
	assert_int_equal(got.apply_bytes, 1000);
	assert_int_equal(got.at_risk_bytes, 111);
	assert_int_equal(got.behind_bytes, 1111);
}

static void level_and_fresh_is_zero_whatever_the_server_measured_last(void **state)
{
	struct fixture *fixture = *state;
	ring_fill(fixture);
	struct replication_row *row = fixture_standby(fixture, "r1");
	row->replay_lag_ms = 4800;
	struct replica got = read_row(fixture, row);
	assert_int_equal(got.lag_ms, 0);
	assert_false(got.lag_is_at_least);
}

static void level_and_silent_is_at_least_the_age_of_the_reply(void **state)
{
	struct fixture *fixture = *state;
	ring_fill(fixture);
	struct replication_row *row = fixture_standby(fixture, "r1");
	row->reply_age_ms = 40000;
	struct replica got = read_row(fixture, row);
	assert_int_equal(got.lag_ms, 40000);
	assert_true(got.lag_is_at_least);
}

static void a_frozen_lag_of_the_server_is_overruled_by_the_ring(void **state)
{
	struct fixture *fixture = *state;
	ring_fill(fixture);
	struct replication_row *row = fixture_standby(fixture, "r1");
	row_set_behind(row, FIXTURE_END, 1000);
	row->replay_lag_ms = 46;
	struct replica got = read_row(fixture, row);
	assert_int_equal(got.lag_ms, 4000);
	assert_false(got.lag_is_at_least);
	row->replay_lag_ms = 9000;
	assert_int_equal(read_row(fixture, row).lag_ms, 9000);
}

static void a_ring_too_short_gives_a_bound(void **state)
{
	struct fixture *fixture = *state;
	ring_fill(fixture);
	struct replication_row *row = fixture_standby(fixture, "r1");
	row_set_behind(row, FIXTURE_END, 5000);
	row->replay_lag_ms = 46;
	struct replica got = read_row(fixture, row);
	assert_int_equal(got.lag_ms, 4000);
	assert_true(got.lag_is_at_least);
}

static void a_starting_walsender_has_no_positions(void **state)
{
	struct fixture *fixture = *state;
	struct replication_row *row = fixture_standby(fixture, "r1");
	snprintf(row->state, sizeof(row->state), "startup");
	snprintf(row->sent_lsn, sizeof(row->sent_lsn), "0/0");
	row->write_lsn[0] = row->flush_lsn[0] = row->replay_lsn[0] = '\0';
	row->reply_age_ms = VALUE_UNKNOWN;
	struct replica got = read_row(fixture, row);
	assert_int_equal(got.kind, REPLICA_STANDBY);
	assert_int_equal(got.to_send_bytes, VALUE_UNKNOWN);
	assert_int_equal(got.behind_bytes, VALUE_UNKNOWN);
	assert_int_equal(got.at_risk_bytes, VALUE_UNKNOWN);
	assert_int_equal(got.lag_ms, VALUE_UNKNOWN);
}

static void without_the_right_to_see_nothing_is_zero_and_nobody_an_archiver(void **state)
{
	struct fixture *fixture = *state;
	fixture->answer.head.has_monitor = false;
	struct replication_row *row = fixture_standby(fixture, "r1");
	struct replication_row nulls = { .pid = row->pid,
		.replay_lag_ms = VALUE_UNKNOWN,
		.reply_age_ms = VALUE_UNKNOWN,
		.safe_bytes = VALUE_UNKNOWN,
		.xmin_age = VALUE_UNKNOWN,
		.slot_inactive_ms = VALUE_UNKNOWN };
	memcpy(nulls.name, row->name, sizeof(nulls.name));
	struct replica got = read_row(fixture, &nulls);
	assert_int_equal(got.kind, REPLICA_STANDBY);
	assert_string_equal(got.state, "?");
	assert_string_equal(got.sync, "");
	assert_int_equal(got.behind_bytes, VALUE_UNKNOWN);
	assert_int_equal(got.to_send_bytes, VALUE_UNKNOWN);
	assert_int_equal(got.reply_age_ms, VALUE_UNKNOWN);
	assert_int_equal(got.lag_ms, VALUE_UNKNOWN);
}

static void a_logical_follower_goes_by_its_confirmed_position(void **state)
{
	struct fixture *fixture = *state;
	ring_fill(fixture);
	struct replication_row *row = fixture_standby(fixture, "sub");
	snprintf(row->slot, sizeof(row->slot), "sub");
	snprintf(row->slot_type, sizeof(row->slot_type), "logical");
	row->slot_is_active = true;
	lsn_print(row->confirmed_lsn, FIXTURE_END - 500);
	lsn_print(row->restart_lsn, FIXTURE_END - 9000);
	snprintf(row->wal_status, sizeof(row->wal_status), "reserved");
	struct replica got = read_row(fixture, row);
	assert_int_equal(got.kind, REPLICA_LOGICAL);
	assert_int_equal(got.behind_bytes, 500);
	assert_int_equal(got.lag_ms, 2000);
	assert_int_equal(got.retained_bytes, 9000);
	assert_int_equal(got.at_risk_bytes, VALUE_NONE);
	assert_true(got.slot_is_logical);
}

static void who_answers_and_never_replays_is_an_archiver(void **state)
{
	struct fixture *fixture = *state;
	ring_fill(fixture);
	struct replication_row *row = fixture_standby(fixture, "pg_receivewal");
	row->flush_lsn[0] = row->replay_lsn[0] = '\0';
	row->replay_lag_ms = 15000; /* it says so with nothing wrong */
	lsn_print(row->write_lsn, FIXTURE_END - 250);
	struct replica got = read_row(fixture, row);
	assert_int_equal(got.kind, REPLICA_ARCHIVER);
	assert_int_equal(got.behind_bytes, 250);
	assert_int_equal(got.lag_ms, 1000);
	assert_int_equal(got.apply_bytes, VALUE_NONE);
}

static void a_backup_is_never_behind(void **state)
{
	struct fixture *fixture = *state;
	struct replication_row *row = fixture_standby(fixture, "nightly");
	snprintf(row->state, sizeof(row->state), "backup");
	struct replica got = read_row(fixture, row);
	assert_int_equal(got.kind, REPLICA_BACKUP);
	assert_int_equal(got.behind_bytes, VALUE_NONE);
	assert_int_equal(got.lag_ms, VALUE_NONE);
	snprintf(row->state, sizeof(row->state), "streaming");
	snprintf(row->name, sizeof(row->name), "pg_basebackup");
	assert_int_equal(read_row(fixture, row).kind, REPLICA_BACKUP);
}

static void an_idle_slot_goes_by_its_restart_position(void **state)
{
	struct fixture *fixture = *state;
	ring_fill(fixture);
	fixture->answer.head.slot_keep_bytes = 1 << 20;
	struct replication_row *row = fixture_slot(fixture, "s1");
	lsn_print(row->restart_lsn, FIXTURE_END - 1000);
	row->safe_bytes = 70000;
	row->slot_inactive_ms = -3;
	struct replica got = read_row(fixture, row);
	assert_int_equal(got.kind, REPLICA_DOWN);
	assert_string_equal(got.name, "s1");
	assert_string_equal(got.state, "inactive");
	assert_int_equal(got.behind_bytes, 1000);
	assert_int_equal(got.retained_bytes, 1000);
	assert_int_equal(got.safe_bytes, 70000);
	assert_int_equal(got.slot_inactive_ms, 0);
	assert_int_equal(got.lag_ms, 4000);
	assert_true(got.lag_is_at_least);
}

static void a_slot_nobody_ever_used_holds_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct replication_row *row = fixture_slot(fixture, "new");
	row->restart_lsn[0] = row->wal_status[0] = '\0';
	struct replica got = read_row(fixture, row);
	assert_string_equal(got.state, "unused");
	assert_int_equal(got.retained_bytes, VALUE_NONE);
	assert_int_equal(got.safe_bytes, VALUE_NONE);
}

static void a_lost_slot_keeps_what_it_retained_unknown(void **state)
{
	struct fixture *fixture = *state;
	fixture->answer.head.slot_keep_bytes = 1 << 20;
	struct replication_row *row = fixture_slot(fixture, "s1");
	row->restart_lsn[0] = '\0';
	snprintf(row->wal_status, sizeof(row->wal_status), "lost");
	struct replica got = read_row(fixture, row);
	assert_int_equal(got.retained_bytes, VALUE_UNKNOWN);
	assert_int_equal(got.safe_bytes, VALUE_UNKNOWN);
}

static void a_reply_is_late_after_20_s_or_two_thirds_of_a_short_timeout(void **state)
{
	(void)state;
	assert_int_equal(reply_late_ms(60000), 20000);
	assert_int_equal(reply_late_ms(3000), 2000);
	assert_int_equal(reply_late_ms(0), 20000);
	assert_int_equal(reply_late_ms(VALUE_UNKNOWN), 20000);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, fixture_begin, fixture_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FIXTURE(each_stage_is_a_difference_of_two_positions),
		WITH_FIXTURE(level_and_fresh_is_zero_whatever_the_server_measured_last),
		WITH_FIXTURE(level_and_silent_is_at_least_the_age_of_the_reply),
		WITH_FIXTURE(a_frozen_lag_of_the_server_is_overruled_by_the_ring),
		WITH_FIXTURE(a_ring_too_short_gives_a_bound),
		WITH_FIXTURE(a_starting_walsender_has_no_positions),
		WITH_FIXTURE(without_the_right_to_see_nothing_is_zero_and_nobody_an_archiver),
		WITH_FIXTURE(a_logical_follower_goes_by_its_confirmed_position),
		WITH_FIXTURE(who_answers_and_never_replays_is_an_archiver),
		WITH_FIXTURE(a_backup_is_never_behind),
		WITH_FIXTURE(an_idle_slot_goes_by_its_restart_position),
		WITH_FIXTURE(a_slot_nobody_ever_used_holds_nothing),
		WITH_FIXTURE(a_lost_slot_keeps_what_it_retained_unknown),
		cmocka_unit_test(a_reply_is_late_after_20_s_or_two_thirds_of_a_short_timeout),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
