// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Metrics of dbtop's own pool of connections to one server.
 */
#include "core/metrics.h"

#include "base/compiler.h"
#include "pg/lease.h"

#define GAUGE(name, help)                                 \
	{                                                 \
		"dbtop_pool_" name, help, METRIC_GAUGE, 0 \
	}
#define COUNTER(name, help)                                          \
	{                                                            \
		"dbtop_pool_" name "_total", help, METRIC_COUNTER, 0 \
	}

static const struct {
	struct metric metric;
	size_t offset; /* of an int */
} gauges[] = {
	{ GAUGE("size", "Connections the pool may keep"), offsetof(struct pool_stats, pool_size) },
	{ GAUGE("max_overflow", "Connections it may open above its size"),
		offsetof(struct pool_stats, max_overflow) },
	{ GAUGE("checked_in_connections", "Connections that wait to be lent"),
		offsetof(struct pool_stats, checked_in) },
	{ GAUGE("checked_out_connections", "Connections on loan"),
		offsetof(struct pool_stats, checked_out) },
	{ GAUGE("overflow_connections", "Connections above the size, dials among them"),
		offsetof(struct pool_stats, overflow) },
	{ GAUGE("connections", "Connections there are"), offsetof(struct pool_stats, total) },
	{ GAUGE("connecting_connections", "Dials under way"),
		offsetof(struct pool_stats, connecting) },
	{ GAUGE("waiting_requests", "Requests in line for a connection"),
		offsetof(struct pool_stats, waiting) },
};

static const struct {
	struct metric metric;
	size_t offset; /* of an int64_t */
} counters[] = {
	{ COUNTER("acquires", "Leases handed out"), offsetof(struct pool_stats, acquires) },
	{ COUNTER("waits", "Leases that had to be waited for"),
		offsetof(struct pool_stats, waits) },
	{ COUNTER("hand_offs", "Leases that came straight from the holder before"),
		offsetof(struct pool_stats, hand_offs) },
	{ COUNTER("timeouts", "Requests that waited in vain"),
		offsetof(struct pool_stats, timeouts) },
	{ COUNTER("cancels", "Requests that were taken back"),
		offsetof(struct pool_stats, cancels) },
	{ COUNTER("refusals", "Requests refused because the line was full or the pool not open"),
		offsetof(struct pool_stats, refusals) },
	{ COUNTER("failures", "Requests ended by a failed dial"),
		offsetof(struct pool_stats, failures) },
	{ COUNTER("creates", "Connections made"), offsetof(struct pool_stats, creates) },
	{ COUNTER("create_errors", "Dials that failed"),
		offsetof(struct pool_stats, create_errors) },
	{ COUNTER("pings", "Idle connections asked before they were lent"),
		offsetof(struct pool_stats, pings) },
	{ COUNTER("ping_failures", "Of these, without an answer"),
		offsetof(struct pool_stats, ping_failures) },
	{ COUNTER("rollbacks", "Connections given back inside a transaction"),
		offsetof(struct pool_stats, rollbacks) },
	{ COUNTER("leaks", "Leases held longer than the leak limit"),
		offsetof(struct pool_stats, leaks) },
	{ COUNTER("misuses", "Leases given back twice or to the wrong pool"),
		offsetof(struct pool_stats, misuses) },
};

static const struct {
	struct metric metric;
	size_t offset; /* of a struct tally */
} tallies[] = {
	{ { "dbtop_pool_wait_seconds", "How long requests waited for a connection, those that did",
		  METRIC_HISTOGRAM, 0 },
		offsetof(struct pool_stats, wait_tally) },
	{ { "dbtop_pool_hold_seconds", "How long leases were held", METRIC_HISTOGRAM, 0 },
		offsetof(struct pool_stats, hold_tally) },
	{ { "dbtop_pool_connect_seconds", "How long dials that succeeded took", METRIC_HISTOGRAM,
		  0 },
		offsetof(struct pool_stats, connect_tally) },
	{ { "dbtop_pool_transaction_seconds",
		  "How long transactions took: questions, and units of work from BEGIN to end",
		  METRIC_HISTOGRAM, 0 },
		offsetof(struct pool_stats, transaction_tally) },
};

static const struct metric oldest = { "dbtop_pool_oldest_wait_seconds",
	"How long the first in line has waited; absent while nobody waits", METRIC_GAUGE, 1000000 };
static const struct metric used = { "dbtop_pool_used_ratio",
	"Part of what the pool may have that is on loan", METRIC_GAUGE, 100 };
static const struct metric state = { "dbtop_pool_state",
	"1 for the state the pool is in, 0 for the others", METRIC_GAUGE, 0 };
static const struct metric destroys = { "dbtop_pool_destroys_total",
	"Connections closed, by reason", METRIC_COUNTER, 0 };

static void put_words(const struct metrics_place *place, const struct pool_stats *stats)
{
	for (enum pool_state s = POOL_OPEN; s < POOL_STATES; s++)
		metrics_put_label(place, &state, "state", pool_state_word(s), stats->state == s);
	for (enum pool_reason r = POOL_REASON_LIFETIME; r < POOL_REASONS; r++)
		metrics_put_label(
			place, &destroys, "reason", pool_reason_word(r), stats->destroys[r]);
}

void metrics_collect_pool(const struct metrics_place *place, const struct endpoint *endpoint)
{
	struct pool_stats stats;
	const char *base = (const char *)&stats;

	pool_counts(endpoint_pool(endpoint), &stats);
	for (size_t i = 0; i < ARRAY_SIZE(gauges); i++)
		metrics_put(place, &gauges[i].metric, *(const int *)(base + gauges[i].offset));
	for (size_t i = 0; i < ARRAY_SIZE(counters); i++)
		metrics_put(
			place, &counters[i].metric, *(const int64_t *)(base + counters[i].offset));
	for (size_t i = 0; i < ARRAY_SIZE(tallies); i++)
		metrics_add_tally(place->text, &tallies[i].metric,
			METRIC_LABELS({ "target", place->target }, { "server", place->server }),
			(const struct tally *)(base + tallies[i].offset));
	if (stats.waiting > 0)
		metrics_put(place, &oldest, stats.oldest_wait_us);
	metrics_put(place, &used, pool_stats_used_percent(&stats));
	put_words(place, &stats);
}
