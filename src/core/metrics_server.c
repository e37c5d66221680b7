// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Metrics of the server's slots, of who holds them, of declared pools and of the budget.
 */
#include "core/metrics.h"

#include "base/compiler.h"
#include "core/app.h"
#include "probe/app_pools.h"

#define GAUGE(name, help)                                   \
	{                                                   \
		"dbtop_server_" name, help, METRIC_GAUGE, 0 \
	}
#define APP_POOL(name, help)                                  \
	{                                                     \
		"dbtop_app_pool_" name, help, METRIC_GAUGE, 0 \
	}

static const struct {
	struct metric metric;
	size_t offset; /* of an int64_t */
} slots[] = {
	{ GAUGE("slots_used", "Connection slots in use, dbtop's among them"),
		offsetof(struct pool_health, used) },
	{ GAUGE("slots_usable",
		  "Connection slots an ordinary role can have: where new logins stop"),
		offsetof(struct pool_health, ceiling) },
	{ GAUGE("lock_waits", "Sessions that wait for a lock"),
		offsetof(struct pool_health, lock_waits) },
	{ GAUGE("own_sessions", "Sessions of any dbtop"), offsetof(struct pool_health, own) },
};

static const struct {
	const char *state;
	size_t offset;
} states[] = {
	{ "active", offsetof(struct pool_health, active) },
	{ "idle", offsetof(struct pool_health, idle) },
	{ "idle in transaction", offsetof(struct pool_health, idle_in_txn) },
	{ "idle in transaction (aborted)", offsetof(struct pool_health, aborted) },
	{ "other", offsetof(struct pool_health, other) },
};

static const struct metric sessions = { "dbtop_server_sessions",
	"Client sessions by state, dbtop's own left out", METRIC_GAUGE, 0 };
static const struct metric oldest = { "dbtop_server_oldest_transaction_seconds",
	"Age of the oldest open transaction; absent while none is open", METRIC_GAUGE, 1000 };
static const struct metric took = { "dbtop_server_answer_seconds",
	"How long the server took to say who is connected", METRIC_GAUGE, 1000000 };
static const struct metric sampled = { "dbtop_server_sample_timestamp_seconds",
	"When the figures of the server were taken", METRIC_GAUGE, 1000000 };
static const struct metric limits = { "dbtop_server_connection_limit",
	"CONNECTION LIMIT of dbtop's role and of the database; absent where there is none",
	METRIC_GAUGE, 0 };
static const struct metric limited = { "dbtop_server_limited_connections",
	"Connections that count against the limit of the role, of the database", METRIC_GAUGE, 0 };
static const struct metric need = { "dbtop_budget_connections",
	"Connections a pool may open: (size + overflow) * workers", METRIC_GAUGE, 0 };
static const struct metric fits = { "dbtop_budget_fits",
	"1 when that is below 0.8 of the usable slots", METRIC_GAUGE, 0 };

static const struct {
	struct metric metric;
	size_t offset; /* of an int64_t of the state */
} app_pool_rows[] = {
	{ APP_POOL("max_connections", "Connections the declared pool may open at most"),
		offsetof(struct app_pool_state, capacity) },
	{ APP_POOL("connections", "Sessions of the declared pool on the server"),
		offsetof(struct app_pool_state, total) },
	{ APP_POOL("checked_in_connections", "Of these, idle ones"),
		offsetof(struct app_pool_state, checked_in) },
	{ APP_POOL("checked_out_connections", "Of these, ones that are used"),
		offsetof(struct app_pool_state, checked_out) },
	{ APP_POOL("overflow_connections", "Of these, ones above the declared size"),
		offsetof(struct app_pool_state, overflow) },
};

static int64_t at(const void *base, size_t offset)
{
	return *(const int64_t *)((const char *)base + offset);
}

static void put_limit(
	const struct metrics_place *place, const char *scope, int64_t limit, int64_t count)
{
	if (!value_is_known(limit) || limit < 0)
		return;
	metrics_put_label(place, &limits, "scope", scope, limit);
	metrics_put_label(place, &limited, "scope", scope, count);
}

static void put_sample(const struct metrics_place *place, const struct pool_health *pool)
{
	for (size_t i = 0; i < ARRAY_SIZE(slots); i++)
		metrics_put(place, &slots[i].metric, at(pool, slots[i].offset));
	for (size_t i = 0; i < ARRAY_SIZE(states); i++)
		metrics_put_label(
			place, &sessions, "state", states[i].state, at(pool, states[i].offset));
	metrics_put(place, &oldest, pool->oldest.age_ms);
	metrics_put(place, &took, pool->took_us);
	metrics_put(place, &sampled, pool->sampled_wall_us);
	put_limit(place, "role", pool->role_limit, pool->role_used);
	put_limit(place, "database", pool->database_limit, pool->database_used);
}

static void put_app_pools(const struct metrics_place *place)
{
	const struct app *app = place->app;

	for (size_t i = 0; i < app->target.app_pool_count; i++)
		for (size_t row = 0; row < ARRAY_SIZE(app_pool_rows); row++)
			metrics_put_label(place, &app_pool_rows[row].metric, "pool",
				app->target.app_pools[i].name,
				at(&app->model.app_pools[i], app_pool_rows[row].offset));
}

static void put_budget(const struct metrics_place *place)
{
	struct budget_line lines[BUDGET_LINES_MAX];
	struct app_pool pools[APP_POOLS_MAX + 1];
	size_t count = budget_pools(&place->app->target, pools);

	count = budget_judge(pools, count, &place->app->model.pool, lines);
	for (size_t i = 0; i < count; i++) {
		if (lines[i].is_undeclared)
			continue;
		metrics_put_label(place, &need, "pool", lines[i].name, lines[i].need);
		metrics_put_label(place, &fits, "pool", lines[i].name, lines[i].fits);
	}
}

void metrics_collect_server(const struct metrics_place *place)
{
	const struct pool_health *pool = &place->app->model.pool;

	if (!metrics_is_fresh(place, pool->sampled_us))
		return;
	put_sample(place, pool);
	put_app_pools(place);
	put_budget(place);
}
