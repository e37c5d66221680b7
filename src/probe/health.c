// SPDX-License-Identifier: GPL-3.0-or-later
#include "probe/health.h"

#include <stdarg.h>

#include "base/compiler.h"
#include "base/words.h"
#include "probe/app_pools.h"

/* A question that takes the server longer than this is answered by a server in trouble. */
#define LATENCY_WARN_US INT64_C(500000)
#define LATENCY_CRIT_US INT64_C(1000000)

const char *health_word(enum health_verdict verdict)
{
	static const char *const words[] = { "healthy", "degraded", "unhealthy", "unknown" };

	return words[verdict];
}

enum health_verdict health_verdict_of(enum status status)
{
	switch (status) {
	case STATUS_OK:
	case STATUS_INFO: return HEALTH_HEALTHY;
	case STATUS_WARN: return HEALTH_DEGRADED;
	case STATUS_CRIT: return HEALTH_UNHEALTHY;
	case STATUS_STALE: return HEALTH_UNKNOWN;
	}
	return HEALTH_UNKNOWN;
}

static void check_add(struct health *out, const char *name, enum health_verdict verdict,
	const char *fmt, ...) PRINTF(4, 5);

static void check_add(
	struct health *out, const char *name, enum health_verdict verdict, const char *fmt, ...)
{
	va_list args;

	assert_always(out->check_count < HEALTH_CHECKS_MAX, "every check has its place");
	struct health_check *check = &out->checks[out->check_count++];
	check->name = name;
	check->verdict = verdict;
	va_start(args, fmt);
	vsnprintf(check->words, sizeof(check->words), fmt, args);
	va_end(args);
	if (verdict > out->verdict)
		out->verdict = verdict;
}

/* What is in use, not what was asked for. */
static void way_words(const struct identity *identity, char out[96])
{
	if (identity_is_local(identity))
		snprintf(out, 96, "over a local socket");
	else if (identity->tls[0])
		snprintf(out, 96, "over %s", identity->tls);
	else
		snprintf(out, 96, "without TLS");
}

static void link_check(const struct link_view *link, struct health *out)
{
	const struct identity *identity = &link->identity;

	if (link->state != LINK_UP) {
		check_add(out, "link", HEALTH_UNKNOWN, "no connection: %s",
			link->error[0] ? link->error : "not tried yet");
		return;
	}
	char way[96];
	way_words(identity, way);
	check_add(out, "link", HEALTH_HEALTHY, "connected to PostgreSQL %s, %s, %s",
		identity->version_words, identity->is_standby ? "a standby" : "the primary", way);
	if (identity->is_pooled)
		check_add(out, "pooler", HEALTH_DEGRADED,
			"asked through a pooler, each question in a read-only transaction of its "
			"own: figures are of whichever server it chose");
}

static void latency_check(const struct pool_health *pool, struct health *out)
{
	char took[WORDS_BYTES];
	enum health_verdict verdict = HEALTH_HEALTHY;

	if (pool->took_us >= LATENCY_WARN_US)
		verdict = pool->took_us >= LATENCY_CRIT_US ? HEALTH_UNHEALTHY : HEALTH_DEGRADED;
	words_ms(pool->took_us / 1000, took);
	check_add(out, "latency", verdict, "answered in %s", took);
}

static enum health_verdict slots_verdict(const struct pool_health *pool)
{
	for (size_t i = 0; i < pool->reason_count; i++)
		if (pool->reason_topics[i] == POOL_SLOTS)
			return health_verdict_of(pool->reason_status[i]);
	return HEALTH_HEALTHY;
}

static void slots_check(const struct health_given *given, struct health *out)
{
	const struct pool_health *pool = given->pool;

	if (!value_is_known(pool->used_percent)) {
		check_add(out, "slots", HEALTH_UNKNOWN,
			"the server did not say how many slots it has");
		return;
	}
	check_add(out, "slots", slots_verdict(pool), "%s%lld of %lld slots used, %lld%%",
		pool->is_restricted ? "about " : "", (long long)pool->used,
		(long long)pool->ceiling, (long long)pool->used_percent);
}

/* Of the declared pools, what is wrong in each; when nothing is, that is one check for all. */
static void app_pools_check(const struct health_given *given, struct health *out)
{
	size_t declared = given->pool_count > 0 ? given->pool_count - 1 : 0, said = 0;

	for (size_t i = 0; i < declared; i++) {
		const struct app_pool_state *state = &given->states[i];
		if (state->status < STATUS_WARN)
			continue;
		said++;
		check_add(out, "pool", health_verdict_of(state->status), "%.48s: %s",
			given->pools[i + 1].name, state->reason);
	}
	if (declared == 1 && said == 0)
		check_add(out, "pool", HEALTH_HEALTHY, "the declared pool is not short");
	else if (declared > 0 && said == 0)
		check_add(out, "pool", HEALTH_HEALTHY, "none of %zu declared pools is short",
			declared);
}

/* The arithmetic is always shown: for what does not fit, else for the sum. */
static void budget_check(const struct health_given *given, struct health *out)
{
	struct budget_line lines[BUDGET_LINES_MAX];
	size_t count = budget_judge(given->pools, given->pool_count, given->pool, lines);
	bool has_trouble = false;

	for (size_t i = 0; i < count; i++) {
		if (lines[i].fits)
			continue;
		has_trouble = true;
		check_add(out, "budget", HEALTH_DEGRADED, "%.48s: %.190s", lines[i].name,
			lines[i].words);
	}
	if (count > 0 && !has_trouble)
		check_add(out, "budget", HEALTH_HEALTHY, "%.48s: %.190s", lines[count - 1].name,
			lines[count - 1].words);
}

/* A limit of the role or the database may be nearer than the server's own. */
static void limit_check(
	struct health *out, const char *name, const char *what, int64_t limit, int64_t used)
{
	if (!value_is_known(limit) || limit < 0)
		return;
	enum health_verdict verdict = used >= limit	      ? HEALTH_UNHEALTHY
				      : used * 5 >= limit * 4 ? HEALTH_DEGRADED
							      : HEALTH_HEALTHY;
	check_add(out, name, verdict, "%s holds %lld of the %lld connections it may have", what,
		(long long)used, (long long)limit);
}

static void sessions_check(const struct pool_health *pool, struct health *out)
{
	static const char *const names[] = { "slots", "transactions", "idle", "sessions" };
	bool is_said = false;

	for (size_t i = 0; i < pool->reason_count; i++) {
		if (pool->reason_topics[i] == POOL_SLOTS)
			continue;
		is_said = true;
		check_add(out, names[pool->reason_topics[i]],
			health_verdict_of(pool->reason_status[i]), "%s", pool->reasons[i]);
	}
	if (pool->is_restricted)
		check_add(out, "permission", HEALTH_DEGRADED,
			"the states of %lld sessions are hidden: grant pg_monitor to this role",
			(long long)pool->hidden);
	else if (!is_said)
		check_add(out, "sessions", HEALTH_HEALTHY,
			"%lld active, %lld idle, %lld idle in transaction", (long long)pool->active,
			(long long)pool->idle, (long long)pool->idle_in_txn);
}

static void pool_check(const struct health_given *given, struct health *out)
{
	if (given->pool->sampled_us == 0) {
		check_add(
			out, "sessions", HEALTH_UNKNOWN, "the server did not say who is connected");
		return;
	}
	latency_check(given->pool, out);
	slots_check(given, out);
	budget_check(given, out);
	app_pools_check(given, out);
	limit_check(out, "role", "this role", given->pool->role_limit, given->pool->role_used);
	limit_check(out, "database", "this database", given->pool->database_limit,
		given->pool->database_used);
	sessions_check(given->pool, out);
}

enum { REPLICA_CHECKS_MAX = 8 };

static bool rows_have_status(const struct replicas *replicas)
{
	return replicas->count > 0 && replicas->rows[0].status >= STATUS_WARN;
}

/* A standby speaks of itself; words of the whole that are no row's are the receiver's, or waiting commits. */
static void own_check(const struct replicas *replicas, struct health *out)
{
	char lag[WORDS_BYTES];

	if (replicas->status >= STATUS_WARN &&
		(!rows_have_status(replicas) || replicas->status > replicas->rows[0].status)) {
		check_add(out, replicas->is_standby ? "upstream" : "commits",
			health_verdict_of(replicas->status), "%s", replicas->reason);
		return;
	}
	if (!replicas->is_standby)
		return;
	if (!value_is_known(replicas->own_lag_ms)) {
		check_add(out, "upstream", HEALTH_DEGRADED, "%s, how far behind may not be seen",
			replicas->receiver_state);
		return;
	}
	words_ms(replicas->own_lag_ms, lag);
	check_add(out, "upstream", HEALTH_HEALTHY, "%s, %s%s behind its upstream",
		replicas->receiver_state, replicas->own_lag_is_at_least ? "at least " : "", lag);
}

static void replicas_check(const struct replicas *replicas, struct health *out)
{
	char worst[WORDS_BYTES];

	if (replicas->sampled_us == 0) {
		check_add(out, "replicas", HEALTH_UNKNOWN, "the server did not say who follows it");
		return;
	}
	if (replicas->split_words[0])
		check_add(out, "primaries", HEALTH_UNHEALTHY, "%s", replicas->split_words);
	own_check(replicas, out);
	size_t said = 0;
	for (size_t i = 0; i < replicas->count && said < REPLICA_CHECKS_MAX; i++) {
		const struct replica *row = &replicas->rows[i];
		if (row->status < STATUS_WARN)
			continue;
		said++;
		check_add(out, "replica", health_verdict_of(row->status), "%.48s: %.191s",
			row->name, row->reason);
	}
	if (replicas->worst_lag_bytes == VALUE_UNKNOWN)
		check_add(out, "permission", HEALTH_DEGRADED,
			"positions of standbys are hidden: grant pg_monitor to this role");
	else if (replicas->worst_lag_bytes == VALUE_NONE && said == 0)
		check_add(out, "replicas", HEALTH_HEALTHY, "no standby follows");
	else if (said == 0) {
		words_bytes(replicas->worst_lag_bytes, worst);
		check_add(out, "replicas", HEALTH_HEALTHY, "the last standby is %s behind", worst);
	}
}

void health_judge(const struct health_given *given, struct health *out)
{
	*out = (struct health){ .verdict = HEALTH_HEALTHY };
	link_check(given->link, out);
	if (given->link->state != LINK_UP)
		return;
	pool_check(given, out);
	replicas_check(given->replicas, out);
}
