// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "probe/health.h"

struct world {
	struct link_view link;
	struct pool_health pool;
	struct replicas replicas;
	struct app_pool pools[2]; /* dbtop's own, and web */
	struct app_pool_state states[1];
	struct health_given given;
	struct health health;
};

static int world_begin(void **state)
{
	struct world *w = test_calloc(1, sizeof(*w));
	w->link.state = LINK_UP;
	w->link.identity.server_version = 150018;
	snprintf(w->link.identity.version_words, sizeof(w->link.identity.version_words), "15.18");
	w->pool = (struct pool_health){ .sampled_us = 1,
		.took_us = 2000,
		.ceiling = 97,
		.used = 10,
		.used_percent = 10,
		.active = 1,
		.idle = 9,
		.role_limit = -1,
		.database_limit = -1 };
	w->pools[0] = (struct app_pool){ .name = "dbtop", .size = 2, .workers = 1 };
	w->pools[1] = (struct app_pool){ .name = "web", .size = 1, .workers = 1 };
	w->replicas = (struct replicas){
		.sampled_us = 1, .worst_lag_bytes = VALUE_NONE, .own_lag_ms = VALUE_NONE
	};
	w->given = (struct health_given){ .link = &w->link,
		.pool = &w->pool,
		.replicas = &w->replicas,
		.pools = w->pools,
		.states = w->states,
		.pool_count = 1 };
	*state = w;
	return 0;
}

static int world_end(void **state)
{
	test_free(*state);
	return 0;
}

/* The check that names it and has this verdict; fails when there is none. */
static const char *words_of(const struct world *w, const char *name, enum health_verdict verdict)
{
	for (size_t i = 0; i < w->health.check_count; i++)
		if (strcmp(w->health.checks[i].name, name) == 0 &&
			w->health.checks[i].verdict == verdict)
			return w->health.checks[i].words;
	fail_msg("no check %s is %s", name, health_word(verdict));
	return "";
}

static void the_way_is_called_what_it_is(void **state)
{
	struct world *w = *state;
	struct identity *identity = &w->link.identity;
	snprintf(identity->tls, sizeof(identity->tls), "TLSv1.3 TLS_AES_256_GCM_SHA384");
	health_judge(&w->given, &w->health);
	assert_non_null(strstr(
		words_of(w, "link", HEALTH_HEALTHY), ", over TLSv1.3 TLS_AES_256_GCM_SHA384"));

	snprintf(identity->host, sizeof(identity->host), "/run/postgresql");
	health_judge(&w->given, &w->health);
	assert_non_null(strstr(words_of(w, "link", HEALTH_HEALTHY), ", over a local socket"));
}

static void two_primaries_are_unhealthy_before_any_row_says_so(void **state)
{
	struct world *w = *state;
	snprintf(w->replicas.split_words, sizeof(w->replicas.split_words), "split brain: two");
	health_judge(&w->given, &w->health);
	assert_int_equal(w->health.verdict, HEALTH_UNHEALTHY);
	assert_string_equal(words_of(w, "primaries", HEALTH_UNHEALTHY), "split brain: two");
}

static void a_quiet_primary_is_healthy_and_says_why(void **state)
{
	struct world *w = *state;
	health_judge(&w->given, &w->health);
	assert_int_equal(w->health.verdict, HEALTH_HEALTHY);
	assert_string_equal(words_of(w, "link", HEALTH_HEALTHY),
		"connected to PostgreSQL 15.18, the primary, without TLS");
	assert_string_equal(words_of(w, "slots", HEALTH_HEALTHY), "10 of 97 slots used, 10%");
	assert_string_equal(words_of(w, "latency", HEALTH_HEALTHY), "answered in 2 ms");
	assert_string_equal(words_of(w, "replicas", HEALTH_HEALTHY), "no standby follows");
	words_of(w, "budget", HEALTH_HEALTHY);
}

static void a_lost_server_is_unknown_with_its_reason(void **state)
{
	struct world *w = *state;
	w->link.state = LINK_WAITING;
	snprintf(w->link.error, sizeof(w->link.error), "connection refused");
	health_judge(&w->given, &w->health);
	assert_int_equal(w->health.verdict, HEALTH_UNKNOWN);
	assert_string_equal(
		words_of(w, "link", HEALTH_UNKNOWN), "no connection: connection refused");
	assert_int_equal(w->health.check_count, 1);
}

static void what_was_not_answered_is_unknown(void **state)
{
	struct world *w = *state;
	w->pool.sampled_us = 0;
	health_judge(&w->given, &w->health);
	assert_int_equal(w->health.verdict, HEALTH_UNKNOWN);
}

static void a_ceiling_nobody_told_is_unknown(void **state)
{
	struct world *w = *state;
	w->pool.ceiling = w->pool.used_percent = VALUE_UNKNOWN;
	health_judge(&w->given, &w->health);
	words_of(w, "slots", HEALTH_UNKNOWN);
}

static void a_warning_degrades_and_a_critical_mark_is_unhealthy(void **state)
{
	struct world *w = *state;
	w->pool.status = STATUS_WARN;
	w->pool.reason_count = 1;
	w->pool.reason_topics[0] = POOL_SLOTS;
	w->pool.reason_status[0] = STATUS_WARN;
	health_judge(&w->given, &w->health);
	assert_int_equal(w->health.verdict, HEALTH_DEGRADED);
	words_of(w, "slots", HEALTH_DEGRADED);
	w->pool.reason_topics[0] = POOL_OLDEST;
	w->pool.reason_status[0] = STATUS_CRIT;
	snprintf(w->pool.reasons[0], sizeof(w->pool.reasons[0]), "oldest transaction 31m00s");
	health_judge(&w->given, &w->health);
	assert_int_equal(w->health.verdict, HEALTH_UNHEALTHY);
	words_of(w, "slots", HEALTH_HEALTHY);
	assert_string_equal(
		words_of(w, "transactions", HEALTH_UNHEALTHY), "oldest transaction 31m00s");
}

static void a_replica_in_trouble_is_named(void **state)
{
	struct world *w = *state;
	w->replicas.count = 2;
	w->replicas.worst_lag_bytes = 100;
	w->replicas.status = w->replicas.rows[0].status = STATUS_CRIT;
	snprintf(w->replicas.rows[0].name, 64, "pg-c");
	snprintf(w->replicas.rows[0].reason, 64, "down for 4 s");
	health_judge(&w->given, &w->health);
	assert_int_equal(w->health.verdict, HEALTH_UNHEALTHY);
	assert_string_equal(words_of(w, "replica", HEALTH_UNHEALTHY), "pg-c: down for 4 s");
}

static void words_of_the_whole_are_told_beside_the_rows(void **state)
{
	struct world *w = *state;
	w->replicas.status = STATUS_CRIT;
	snprintf(w->replicas.reason, sizeof(w->replicas.reason), "4 commits wait");
	health_judge(&w->given, &w->health);
	assert_string_equal(words_of(w, "commits", HEALTH_UNHEALTHY), "4 commits wait");
	w->replicas.is_standby = w->link.identity.is_standby = true;
	health_judge(&w->given, &w->health);
	words_of(w, "upstream", HEALTH_UNHEALTHY);
	w->replicas.status = STATUS_OK;
	w->replicas.own_lag_ms = 0;
	snprintf(w->replicas.receiver_state, 24, "streaming");
	health_judge(&w->given, &w->health);
	assert_string_equal(
		words_of(w, "upstream", HEALTH_HEALTHY), "streaming, 0 ms behind its upstream");
}

static void what_may_not_be_seen_is_not_healthy(void **state)
{
	struct world *w = *state;
	w->pool.is_restricted = true;
	w->pool.hidden = 8;
	w->pool.active = w->pool.idle = VALUE_UNKNOWN;
	health_judge(&w->given, &w->health);
	assert_int_equal(w->health.verdict, HEALTH_DEGRADED);
	assert_non_null(strstr(words_of(w, "permission", HEALTH_DEGRADED), "pg_monitor"));
	w->pool.is_restricted = false;
	w->replicas.worst_lag_bytes = VALUE_UNKNOWN;
	health_judge(&w->given, &w->health);
	assert_int_equal(w->health.verdict, HEALTH_DEGRADED);
}

static void own_connections_must_leave_a_fifth_of_the_slots(void **state)
{
	struct world *w = *state;
	w->pool.ceiling = 10;
	w->pools[0].size = 7;
	health_judge(&w->given, &w->health);
	assert_string_equal(words_of(w, "budget", HEALTH_HEALTHY),
		"dbtop: (7 + 0) * 1 = 7 connections, below 80% of 10 slots (8.0)");
	w->pools[0].overflow = 1;
	health_judge(&w->given, &w->health);
	assert_string_equal(words_of(w, "budget", HEALTH_DEGRADED),
		"dbtop: (7 + 1) * 1 = 8 connections, not below 80% of 10 slots (8.0)");
}

static void pools_that_fit_alone_may_not_fit_together(void **state)
{
	struct world *w = *state;
	w->given.pool_count = 2;
	w->pools[0].size = 4;
	w->pools[1].size = 19; /* 76 of 77.6 */
	w->pools[1].workers = 4;
	health_judge(&w->given, &w->health);
	assert_string_equal(words_of(w, "budget", HEALTH_DEGRADED),
		"all of them: 2 pools = 80 connections, not below 80% of 97 slots (77.6)");
	assert_string_equal(words_of(w, "pool", HEALTH_HEALTHY), "the declared pool is not short");
	w->states[0].status = STATUS_CRIT;
	snprintf(w->states[0].reason, sizeof(w->states[0].reason), "starved");
	health_judge(&w->given, &w->health);
	assert_string_equal(words_of(w, "pool", HEALTH_UNHEALTHY), "web: starved");
}

static void a_limit_of_the_role_or_the_database_is_told(void **state)
{
	struct world *w = *state;
	w->pool.role_limit = 10;
	w->pool.role_used = 8;
	w->pool.database_limit = 20;
	w->pool.database_used = 20;
	health_judge(&w->given, &w->health);
	assert_string_equal(words_of(w, "role", HEALTH_DEGRADED),
		"this role holds 8 of the 10 connections it may have");
	assert_string_equal(words_of(w, "database", HEALTH_UNHEALTHY),
		"this database holds 20 of the 20 connections it may have");
}

static void a_slow_answer_is_told(void **state)
{
	struct world *w = *state;
	w->pool.took_us = 600000;
	health_judge(&w->given, &w->health);
	words_of(w, "latency", HEALTH_DEGRADED);
	w->pool.took_us = 1200000;
	health_judge(&w->given, &w->health);
	words_of(w, "latency", HEALTH_UNHEALTHY);
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, world_begin, world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_WORLD(a_quiet_primary_is_healthy_and_says_why),
		WITH_WORLD(the_way_is_called_what_it_is),
		WITH_WORLD(two_primaries_are_unhealthy_before_any_row_says_so),
		WITH_WORLD(a_lost_server_is_unknown_with_its_reason),
		WITH_WORLD(what_was_not_answered_is_unknown),
		WITH_WORLD(a_ceiling_nobody_told_is_unknown),
		WITH_WORLD(a_warning_degrades_and_a_critical_mark_is_unhealthy),
		WITH_WORLD(a_replica_in_trouble_is_named),
		WITH_WORLD(words_of_the_whole_are_told_beside_the_rows),
		WITH_WORLD(what_may_not_be_seen_is_not_healthy),
		WITH_WORLD(own_connections_must_leave_a_fifth_of_the_slots),
		WITH_WORLD(pools_that_fit_alone_may_not_fit_together),
		WITH_WORLD(a_limit_of_the_role_or_the_database_is_told),
		WITH_WORLD(a_slow_answer_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
