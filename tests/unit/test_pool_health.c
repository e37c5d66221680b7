// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "probe/pool_health.h"

/* A server of 100 connections, three of them kept for superusers, and one quiet application. */
static struct pool_health quiet_pool(void)
{
	struct pool_health pool = {
		.max_connections = 100,
		.superuser_reserved = 3,
		.used = 10,
		.own = 1,
		.active = 4,
		.idle = 5,
		.group_count = 1,
		.group_total = 1,
		.oldest = { .age_ms = VALUE_UNKNOWN, .pid = VALUE_UNKNOWN },
		.groups = { { .name = "web",
			.total = 9,
			.active = 4,
			.idle = 5,
			.oldest_idle_in_txn_ms = VALUE_UNKNOWN,
			.oldest_aborted_ms = VALUE_UNKNOWN } },
	};
	return pool;
}

/* Judge as often as a mark needs, and once more to see that it stays. */
static struct pool_health judged(struct pool_health given, int samples)
{
	struct pool_memory *memory = test_calloc(1, sizeof(*memory));
	struct pool_health pool = given;

	for (int i = 0; i < samples; i++) {
		pool = given;
		pool_health_complete(&pool);
		pool_health_judge(&pool, memory, MARK_RAISE_SAMPLES);
	}
	test_free(memory);
	return pool;
}

static void the_ceiling_is_where_new_logins_stop(void **state)
{
	(void)state;
	struct pool_health pool = quiet_pool();
	pool.reserved = 7;
	pool.used = 45;
	pool_health_complete(&pool);
	assert_int_equal(pool.ceiling, 90);
	assert_int_equal(pool.used_percent, 50);
	assert_int_equal(pool.oldest.age_ms, VALUE_NONE);
	assert_int_equal(pool.groups[0].oldest_idle_in_txn_ms, VALUE_NONE);
	assert_false(pool.is_restricted);
}

static void a_quiet_pool_has_nothing_to_say(void **state)
{
	(void)state;
	struct pool_health pool = judged(quiet_pool(), 5);
	assert_int_equal(pool.status, STATUS_OK);
	assert_int_equal(pool.reason_count, 0);
	assert_string_equal(pool.groups[0].reason, "");
}

static void what_is_hidden_is_unknown_and_never_zero(void **state)
{
	(void)state;
	struct pool_health pool = quiet_pool();
	pool.hidden = 8;
	pool.groups[0].hidden = 8;
	pool.groups[0].lock_waits = 0;
	pool_health_complete(&pool);
	assert_true(pool.is_restricted);
	assert_int_equal(pool.active, VALUE_UNKNOWN);
	assert_int_equal(pool.idle_in_txn, VALUE_UNKNOWN);
	assert_int_equal(pool.lock_waits, VALUE_UNKNOWN);
	assert_int_equal(pool.oldest.age_ms, VALUE_UNKNOWN);
	assert_int_equal(pool.used, 10);
	assert_int_equal(pool.groups[0].total, 9);
	assert_int_equal(pool.groups[0].aborted, VALUE_UNKNOWN);
	assert_int_equal(pool.groups[0].oldest_idle_in_txn_ms, VALUE_UNKNOWN);
	assert_int_equal(judged(pool, 3).status, STATUS_OK);
}

static void slots_warn_at_80_and_are_critical_at_90_percent(void **state)
{
	(void)state;
	struct pool_health pool = quiet_pool();
	pool.used = 77; /* of 97: 79 % */
	assert_int_equal(judged(pool, 2).status, STATUS_OK);
	pool.used = 78;
	assert_int_equal(judged(pool, 1).status, STATUS_OK);
	assert_int_equal(judged(pool, 2).status, STATUS_WARN);
	pool.used = 88;
	struct pool_health crit = judged(pool, 2);
	assert_int_equal(crit.status, STATUS_CRIT);
	assert_string_equal(crit.reasons[0], "server slots 90%, 88 of 97");
	assert_int_equal(crit.reason_topics[0], POOL_SLOTS);
	pool.used = 97;
	assert_non_null(strstr(judged(pool, 2).reasons[0], "new logins are refused"));
}

static void the_oldest_transaction_warns_at_5_and_is_critical_at_30_minutes(void **state)
{
	(void)state;
	struct pool_health pool = quiet_pool();
	pool.oldest.pid = 8812;
	snprintf(pool.oldest.app, sizeof(pool.oldest.app), "web-7");
	pool.oldest.age_ms = 299999;
	assert_int_equal(judged(pool, 2).status, STATUS_OK);
	pool.oldest.age_ms = 300000;
	assert_int_equal(judged(pool, 2).status, STATUS_WARN);
	pool.oldest.age_ms = 1800000;
	struct pool_health crit = judged(pool, 2);
	assert_int_equal(crit.status, STATUS_CRIT);
	assert_non_null(strstr(crit.reasons[0], "pid 8812 web-7"));
}

static void idle_in_transaction_warns_at_30_and_is_critical_at_300_seconds(void **state)
{
	(void)state;
	struct pool_health pool = quiet_pool();
	pool.groups[0].oldest_idle_in_txn_ms = 29999;
	assert_int_equal(judged(pool, 2).status, STATUS_OK);
	pool.groups[0].oldest_idle_in_txn_ms = 30000;
	assert_int_equal(judged(pool, 2).groups[0].status, STATUS_WARN);
	pool.groups[0].oldest_idle_in_txn_ms = 300000;
	struct pool_health crit = judged(pool, 2);
	assert_int_equal(crit.status, STATUS_CRIT);
	assert_string_equal(crit.reasons[0], crit.groups[0].reason);
	assert_int_equal(crit.reason_topics[0], POOL_SESSIONS);
}

static void an_aborted_transaction_may_last_five_seconds(void **state)
{
	(void)state;
	struct pool_health pool = quiet_pool();
	pool.groups[0].aborted = 1;
	pool.groups[0].oldest_aborted_ms = 5000;
	assert_int_equal(judged(pool, 2).status, STATUS_OK);
	pool.groups[0].oldest_aborted_ms = 5001;
	assert_int_equal(judged(pool, 2).status, STATUS_WARN);
}

static void lock_waits_are_judged_by_number_and_share(void **state)
{
	(void)state;
	struct pool_health pool = quiet_pool();
	pool.groups[0].lock_waits = 1;
	assert_int_equal(judged(pool, 1).status, STATUS_OK);
	assert_int_equal(judged(pool, 2).status, STATUS_WARN);
	pool.groups[0].active = 15;
	pool.groups[0].lock_waits = 3; /* a fifth, not over it */
	assert_int_equal(judged(pool, 2).status, STATUS_WARN);
	pool.groups[0].lock_waits = 4;
	assert_int_equal(judged(pool, 2).status, STATUS_CRIT);
	pool.groups[0].active = 100;
	pool.groups[0].lock_waits = 11;
	assert_int_equal(judged(pool, 2).status, STATUS_CRIT);
}

static void idle_sessions_that_hold_most_slots_are_named(void **state)
{
	(void)state;
	struct pool_health pool = quiet_pool();
	pool.used = 60; /* of 97: 61 % */
	pool.idle_long = 21;
	assert_int_equal(judged(pool, 2).status, STATUS_WARN);
	assert_int_equal(judged(pool, 2).reason_topics[0], POOL_HOARDED);
	pool.idle_long = 20;
	assert_int_equal(judged(pool, 2).status, STATUS_OK);
}

static void applications_stand_worst_first_and_reasons_critical_first(void **state)
{
	(void)state;
	struct pool_health pool = quiet_pool();
	pool.group_count = 3;
	pool.groups[1] = pool.groups[2] = pool.groups[0];
	snprintf(pool.groups[1].name, sizeof(pool.groups[1].name), "jobs");
	pool.groups[1].total = 2;
	pool.groups[1].oldest_idle_in_txn_ms = 400000;
	pool.groups[2].name[0] = '\0';
	pool.groups[2].total = 3;
	pool.groups[2].oldest_idle_in_txn_ms = 40000;
	struct pool_health got = judged(pool, 2);
	assert_string_equal(got.groups[0].name, "jobs");
	assert_string_equal(got.groups[1].name, "");
	assert_string_equal(got.groups[2].name, "web");
	assert_int_equal(got.reason_count, 2);
	assert_int_equal(got.reason_status[0], STATUS_CRIT);
	assert_non_null(strstr(got.reasons[1], "(unset): "));
}

static void a_mark_stays_with_its_words_until_three_samples_are_well(void **state)
{
	(void)state;
	struct pool_memory *memory = test_calloc(1, sizeof(*memory));
	const int64_t ages[] = { 40000, 40000, VALUE_UNKNOWN, VALUE_UNKNOWN, VALUE_UNKNOWN };
	const enum status shown[] = { STATUS_OK, STATUS_WARN, STATUS_WARN, STATUS_WARN, STATUS_OK };
	for (size_t i = 0; i < ARRAY_SIZE(ages); i++) {
		struct pool_health pool = quiet_pool();
		pool.groups[0].oldest_idle_in_txn_ms = ages[i];
		pool_health_complete(&pool);
		pool_health_judge(&pool, memory, MARK_RAISE_SAMPLES);
		assert_int_equal(pool.groups[0].status, shown[i]);
		if (shown[i] == STATUS_WARN)
			assert_non_null(
				strstr(pool.groups[0].reason, "idle in transaction for 40"));
	}
	test_free(memory);
}

static void an_application_that_left_is_forgotten(void **state)
{
	(void)state;
	struct pool_memory *memory = test_calloc(1, sizeof(*memory));
	for (int i = 0; i < 300; i++) {
		struct pool_health pool = quiet_pool();
		pool.group_count = POOL_GROUPS_MAX;
		for (int k = 0; k < POOL_GROUPS_MAX; k++)
			snprintf(pool.groups[k].name, sizeof(pool.groups[k].name), "app-%d-%d", i,
				k);
		pool_health_judge(&pool, memory, MARK_RAISE_SAMPLES);
		assert_int_equal(memory->group_count, POOL_GROUPS_MAX);
	}
	test_free(memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_ceiling_is_where_new_logins_stop),
		cmocka_unit_test(a_quiet_pool_has_nothing_to_say),
		cmocka_unit_test(what_is_hidden_is_unknown_and_never_zero),
		cmocka_unit_test(slots_warn_at_80_and_are_critical_at_90_percent),
		cmocka_unit_test(the_oldest_transaction_warns_at_5_and_is_critical_at_30_minutes),
		cmocka_unit_test(idle_in_transaction_warns_at_30_and_is_critical_at_300_seconds),
		cmocka_unit_test(an_aborted_transaction_may_last_five_seconds),
		cmocka_unit_test(lock_waits_are_judged_by_number_and_share),
		cmocka_unit_test(idle_sessions_that_hold_most_slots_are_named),
		cmocka_unit_test(applications_stand_worst_first_and_reasons_critical_first),
		cmocka_unit_test(a_mark_stays_with_its_words_until_three_samples_are_well),
		cmocka_unit_test(an_application_that_left_is_forgotten),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
