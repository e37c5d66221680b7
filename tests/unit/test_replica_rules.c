// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "probe/replica_rules.h"
#include "replication_fixture.h"

#define MB (INT64_C(1) << 20)
#define GB (INT64_C(1) << 30)

/* One case: a healthy standby on a healthy slot, until a test changes something. */
struct bench {
	struct replication_head head;
	struct replica row;
	struct follower follower;
	struct replica_case given;
};

static int bench_begin(void **state)
{
	struct bench *bench = test_calloc(1, sizeof(*bench));
	bench->head = (struct replication_head){ .sender_timeout_ms = 60000,
		.max_wal_bytes = GB,
		.slot_keep_bytes = -1,
		.has_monitor = true };
	bench->row = (struct replica){ .kind = REPLICA_STANDBY,
		.reply_age_ms = 1000,
		.retained_bytes = VALUE_NONE,
		.safe_bytes = VALUE_NONE,
		.to_lost_ms = VALUE_NONE,
		.xmin_age = VALUE_NONE,
		.gone_ms = VALUE_NONE,
		.drain_bytes_s = VALUE_UNKNOWN };
	snprintf(bench->row.state, sizeof(bench->row.state), "streaming");
	snprintf(bench->row.sync, sizeof(bench->row.sync), "async");
	bench->follower.behind =
		(struct series){ .points = bench->follower.points, .capacity = FOLLOWER_POINTS };
	bench->given = (struct replica_case){ .head = &bench->head,
		.row = &bench->row,
		.follower = &bench->follower,
		.now_us = INT64_C(1) << 40 };
	*state = bench;
	return 0;
}

static int bench_end(void **state)
{
	test_free(*state);
	return 0;
}

static enum status judge(struct bench *bench)
{
	struct mark marks[FOLLOWER_MARKS] = { 0 };
	replica_judge(&bench->given, marks, 1, &bench->row);
	return bench->row.status;
}

static void check(struct bench *bench, enum status status, const char *words)
{
	assert_int_equal(judge(bench), status);
	if (!strstr(bench->row.reason, words))
		fail_msg("\"%s\" does not say \"%s\"", bench->row.reason, words);
}

static void a_healthy_standby_has_no_reason(void **state)
{
	struct bench *bench = *state;
	check(bench, STATUS_OK, "");
	assert_string_equal(bench->row.reason, "");
}

static void grow(struct bench *bench)
{
	for (int i = 1; i <= 3; i++)
		series_push(&bench->follower.behind, i, i);
}

static void behind_is_bad_from_64_mb_while_it_grows_and_from_1_gb_always(void **state)
{
	struct bench *bench = *state;
	bench->row.behind_bytes = 64 * MB;
	check(bench, STATUS_OK, "");
	grow(bench);
	check(bench, STATUS_WARN, "64 MB behind");
	bench->row.behind_bytes = 64 * MB - 1;
	check(bench, STATUS_OK, "");
	bench->follower.behind.count = 0;
	bench->row.behind_bytes = GB;
	bench->row.apply_bytes = GB;
	check(bench, STATUS_CRIT, "not replayed yet");
	bench->row.apply_bytes = 0;
	bench->row.to_send_bytes = GB;
	check(bench, STATUS_CRIT, "not sent yet");
}

static void what_a_failover_would_lose_has_the_same_thresholds(void **state)
{
	struct bench *bench = *state;
	bench->row.at_risk_bytes = GB;
	check(bench, STATUS_CRIT, "would be lost at a failover");
	bench->row.kind = REPLICA_BACKUP;
	check(bench, STATUS_OK, "");
}

static void time_is_stricter_for_synchronous_standbys(void **state)
{
	struct bench *bench = *state;
	const struct {
		const char *sync;
		int64_t lag_ms;
		enum status status;
	} cases[] = {
		{ "async", 9999, STATUS_OK },
		{ "async", 10000, STATUS_WARN },
		{ "async", 60000, STATUS_CRIT },
		{ "potential", 5000, STATUS_OK },
		{ "sync", 999, STATUS_OK },
		{ "sync", 1000, STATUS_WARN },
		{ "quorum", 5000, STATUS_CRIT },
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		snprintf(bench->row.sync, sizeof(bench->row.sync), "%s", cases[i].sync);
		bench->row.lag_ms = cases[i].lag_ms;
		check(bench, cases[i].status, "");
	}
	bench->row.lag_is_at_least = true;
	check(bench, STATUS_CRIT, "at least 5");
	bench->row.kind = REPLICA_ARCHIVER;
	check(bench, STATUS_OK, "");
	bench->row.kind = REPLICA_STANDBY;
	bench->row.lag_ms = VALUE_UNKNOWN;
	check(bench, STATUS_OK, "");
}

static void silence_warns_at_20_s_and_is_critical_at_half_the_timeout(void **state)
{
	struct bench *bench = *state;
	bench->row.reply_age_ms = 19999;
	check(bench, STATUS_OK, "");
	bench->row.reply_age_ms = 20000;
	check(bench, STATUS_WARN, "no reply for 20 s");
	bench->row.reply_age_ms = 30000;
	check(bench, STATUS_CRIT, "no reply for 30 s");
	bench->head.sender_timeout_ms = 0;
	check(bench, STATUS_WARN, "no reply");
	bench->row.reply_age_ms = 60000;
	check(bench, STATUS_CRIT, "no reply");
	bench->row.reply_age_ms = VALUE_UNKNOWN;
	check(bench, STATUS_OK, "");
}

static void a_short_timeout_moves_the_thresholds_of_silence(void **state)
{
	struct bench *bench = *state;
	bench->head.sender_timeout_ms = 3000;
	bench->row.reply_age_ms = 1600;
	check(bench, STATUS_OK, "");
	bench->row.reply_age_ms = 2000;
	check(bench, STATUS_WARN, "no reply");
	bench->row.reply_age_ms = 2500;
	check(bench, STATUS_CRIT, "no reply");
}

static void catching_up_may_take_a_minute(void **state)
{
	struct bench *bench = *state;
	bench->follower.catchup_us = bench->given.now_us - 60 * INT64_C(1000000);
	check(bench, STATUS_OK, "");
	bench->follower.catchup_us--;
	check(bench, STATUS_WARN, "catching up");
}

static void falling_behind_is_said_with_its_rate(void **state)
{
	struct bench *bench = *state;
	bench->row.is_falling_behind = true;
	bench->row.behind_bytes = 20 * MB;
	bench->row.drain_bytes_s = 6 * MB;
	check(bench, STATUS_WARN, "falling back by 6 MB/s");
}

static void use_slot(struct bench *bench, const char *wal_status)
{
	snprintf(bench->row.slot, sizeof(bench->row.slot), "s1");
	snprintf(bench->row.wal_status, sizeof(bench->row.wal_status), "%s", wal_status);
}

static void a_slot_speaks_by_its_status(void **state)
{
	struct bench *bench = *state;
	use_slot(bench, "reserved");
	check(bench, STATUS_OK, "");
	use_slot(bench, "extended");
	check(bench, STATUS_WARN, "slot s1 holds more than max_wal_size");
	use_slot(bench, "unreserved");
	check(bench, STATUS_CRIT, "slot s1 is lost at the next checkpoint");
	use_slot(bench, "lost");
	check(bench, STATUS_CRIT, "slot s1 is lost: rebuild");
	use_slot(bench, "reserved");
	snprintf(bench->row.invalidation, sizeof(bench->row.invalidation), "rows_removed");
	check(bench, STATUS_CRIT, "slot s1 is invalid (rows_removed)");
}

static void headroom_is_judged_by_share(void **state)
{
	struct bench *bench = *state;
	use_slot(bench, "reserved");
	bench->head.slot_keep_bytes = 100 * MB;
	bench->row.retained_bytes = 70 * MB;
	bench->row.safe_bytes = 30 * MB;
	check(bench, STATUS_OK, "");
	bench->row.safe_bytes = 29 * MB;
	check(bench, STATUS_WARN, "is lost after 29 MB more");
	bench->row.safe_bytes = 7 * MB;
	check(bench, STATUS_CRIT, "is lost after 7 MB more");
	bench->row.safe_bytes = VALUE_UNKNOWN;
	check(bench, STATUS_OK, "");
}

static void headroom_is_judged_by_time(void **state)
{
	struct bench *bench = *state;
	use_slot(bench, "reserved");
	bench->head.slot_keep_bytes = 100 * GB;
	bench->row.retained_bytes = MB;
	bench->row.safe_bytes = 3600 * MB;
	bench->row.to_lost_ms = slot_to_lost_ms(&bench->row, MB);
	assert_int_equal(bench->row.to_lost_ms, 3600 * 1000);
	check(bench, STATUS_OK, "");
	bench->row.to_lost_ms = slot_to_lost_ms(&bench->row, MB + 1000);
	check(bench, STATUS_WARN, "at this rate");
	bench->row.to_lost_ms = slot_to_lost_ms(&bench->row, 7 * MB);
	check(bench, STATUS_CRIT, "at this rate");
}

static void an_active_slot_is_eaten_by_what_its_reader_falls_behind(void **state)
{
	struct bench *bench = *state;
	bench->row.safe_bytes = 100 * MB;
	bench->row.slot_is_active = true;
	assert_int_equal(slot_to_lost_ms(&bench->row, 50 * MB), VALUE_NONE);
	bench->row.drain_bytes_s = -MB;
	assert_int_equal(slot_to_lost_ms(&bench->row, 50 * MB), VALUE_NONE);
	bench->row.drain_bytes_s = MB;
	assert_int_equal(slot_to_lost_ms(&bench->row, 50 * MB), 100000);
	bench->row.slot_is_active = false;
	assert_int_equal(slot_to_lost_ms(&bench->row, 50 * MB), 2000);
	assert_int_equal(slot_to_lost_ms(&bench->row, 0), VALUE_NONE);
	assert_int_equal(slot_to_lost_ms(&bench->row, VALUE_UNKNOWN), VALUE_NONE);
	bench->row.safe_bytes = VALUE_NONE;
	assert_int_equal(slot_to_lost_ms(&bench->row, 50 * MB), VALUE_NONE);
}

static void a_slot_without_a_limit_is_judged_by_max_wal_size(void **state)
{
	struct bench *bench = *state;
	use_slot(bench, "reserved");
	bench->row.retained_bytes = GB;
	check(bench, STATUS_OK, "");
	bench->row.retained_bytes = GB + 1;
	check(bench, STATUS_WARN, "without a limit");
	bench->row.retained_bytes = 4 * GB + 1;
	check(bench, STATUS_CRIT, "without a limit");
	bench->head.max_wal_bytes = 100 * GB;
	bench->row.retained_bytes = 10 * GB + 1;
	check(bench, STATUS_CRIT, "without a limit");
	bench->head.slot_keep_bytes = 1000 * GB;
	check(bench, STATUS_OK, "");
}

static void one_that_was_here_and_is_gone_is_critical_at_once(void **state)
{
	struct bench *bench = *state;
	bench->row.kind = REPLICA_DOWN;
	snprintf(bench->row.state, sizeof(bench->row.state), "down");
	bench->row.gone_ms = 4000;
	bench->follower.seen_us = 1;
	check(bench, STATUS_CRIT, "down for 4");
	use_slot(bench, "reserved");
	bench->row.retained_bytes = 5 * MB;
	check(bench, STATUS_CRIT, "slot s1 retains 5 MB");
}

static void a_slot_nobody_reads_warns_and_is_critical_after_an_hour(void **state)
{
	struct bench *bench = *state;
	bench->row.kind = REPLICA_DOWN;
	use_slot(bench, "reserved");
	snprintf(bench->row.state, sizeof(bench->row.state), "inactive");
	bench->row.gone_ms = 3599999;
	check(bench, STATUS_WARN, "nobody reads it");
	bench->row.gone_ms = 3600000;
	check(bench, STATUS_CRIT, "nobody reads it");
	snprintf(bench->row.state, sizeof(bench->row.state), "unused");
	check(bench, STATUS_OK, "");
}

static void an_absent_standby_weighs_by_who_expects_it(void **state)
{
	struct bench *bench = *state;
	bench->row.kind = REPLICA_ABSENT;
	bench->row.sync[0] = '\0';
	check(bench, STATUS_WARN, "never seen");
	snprintf(bench->row.sync, sizeof(bench->row.sync), "sync");
	check(bench, STATUS_CRIT, "synchronous_standby_names");
}

static void an_old_xmin_is_named(void **state)
{
	struct bench *bench = *state;
	bench->row.xmin_age = 9999999;
	check(bench, STATUS_OK, "");
	bench->row.xmin_age = 10000000;
	check(bench, STATUS_WARN, "keeps 10000000 transactions from vacuum");
	bench->row.xmin_age = 100000000;
	check(bench, STATUS_CRIT, "from vacuum");
}

static void the_worst_of_several_is_the_reason(void **state)
{
	struct bench *bench = *state;
	bench->row.reply_age_ms = 20000;
	bench->row.behind_bytes = GB;
	check(bench, STATUS_CRIT, "1 GB behind");
}

#define WITH_BENCH(test) cmocka_unit_test_setup_teardown(test, bench_begin, bench_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_BENCH(a_healthy_standby_has_no_reason),
		WITH_BENCH(behind_is_bad_from_64_mb_while_it_grows_and_from_1_gb_always),
		WITH_BENCH(what_a_failover_would_lose_has_the_same_thresholds),
		WITH_BENCH(time_is_stricter_for_synchronous_standbys),
		WITH_BENCH(silence_warns_at_20_s_and_is_critical_at_half_the_timeout),
		WITH_BENCH(a_short_timeout_moves_the_thresholds_of_silence),
		WITH_BENCH(catching_up_may_take_a_minute),
		WITH_BENCH(falling_behind_is_said_with_its_rate),
		WITH_BENCH(a_slot_speaks_by_its_status),
		WITH_BENCH(headroom_is_judged_by_share),
		WITH_BENCH(headroom_is_judged_by_time),
		WITH_BENCH(an_active_slot_is_eaten_by_what_its_reader_falls_behind),
		WITH_BENCH(a_slot_without_a_limit_is_judged_by_max_wal_size),
		WITH_BENCH(one_that_was_here_and_is_gone_is_critical_at_once),
		WITH_BENCH(a_slot_nobody_reads_warns_and_is_critical_after_an_hour),
		WITH_BENCH(an_absent_standby_weighs_by_who_expects_it),
		WITH_BENCH(an_old_xmin_is_named),
		WITH_BENCH(the_worst_of_several_is_the_reason),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
