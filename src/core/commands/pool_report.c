// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * All that is known of one of dbtop's own pools, for health and pools: what it has, did, and how long things took.
 */
#include <stdio.h>

#include "base/compiler.h"
#include "core/commands/describe.h"

#define FIELD_OF(name) offsetof(struct pool_stats, name)

static const struct {
	const char *key, *label; /* the label only in a row of a table; NULL = JSON alone */
	size_t offset;		 /* of an int */
} figures[] = {
	{ "pool_size", "SIZE", FIELD_OF(pool_size) },
	{ "max_overflow", NULL, FIELD_OF(max_overflow) },
	{ "min_size", NULL, FIELD_OF(min_size) },
	{ "checked_in_connections", "IN", FIELD_OF(checked_in) },
	{ "checked_out_connections", "OUT", FIELD_OF(checked_out) },
	{ "overflow", "OVER", FIELD_OF(overflow) },
	{ "total", "TOTAL", FIELD_OF(total) },
	{ "connecting", NULL, FIELD_OF(connecting) },
	{ "ceiling", NULL, FIELD_OF(ceiling) },
	{ "waiting", "WAIT", FIELD_OF(waiting) },
	{ "waiting_background", NULL, FIELD_OF(waiting_background) },
};

static const struct {
	const char *key;
	size_t offset; /* of an int64_t */
} counters[] = {
	{ "oldest_wait_us", FIELD_OF(oldest_wait_us) },
	{ "acquires", FIELD_OF(acquires) },
	{ "waits", FIELD_OF(waits) },
	{ "hand_offs", FIELD_OF(hand_offs) },
	{ "timeouts", FIELD_OF(timeouts) },
	{ "cancels", FIELD_OF(cancels) },
	{ "refusals", FIELD_OF(refusals) },
	{ "failures", FIELD_OF(failures) },
	{ "creates", FIELD_OF(creates) },
	{ "create_errors", FIELD_OF(create_errors) },
	{ "pings", FIELD_OF(pings) },
	{ "ping_failures", FIELD_OF(ping_failures) },
	{ "rollbacks", FIELD_OF(rollbacks) },
	{ "leaks", FIELD_OF(leaks) },
	{ "misuses", FIELD_OF(misuses) },
};

static const struct {
	const char *key;
	size_t offset; /* of struct quantiles */
} spreads[] = {
	{ "wait", FIELD_OF(wait) },
	{ "hold", FIELD_OF(hold) },
	{ "connect", FIELD_OF(connect) },
	{ "transaction", FIELD_OF(transaction) },
};

static void add_spread(
	struct report *report, struct node *node, const char *what, const struct quantiles *q)
{
	const struct {
		const char *word;
		int64_t us;
	} parts[] = { { "p50", q->p50 }, { "p90", q->p90 }, { "p99", q->p99 }, { "max", q->max } };
	char key[40];

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		snprintf(key, sizeof(key), "%s_%s_us", what, parts[i].word);
		report_int(report, node, key, NULL, parts[i].us, UNIT_NONE);
	}
}

void describe_pool_stats(
	struct report *report, struct node *node, const struct pool_stats *stats, bool is_row)
{
	const char *base = (const char *)stats;

	for (size_t i = 0; i < ARRAY_SIZE(figures); i++)
		report_int(report, node, figures[i].key, is_row ? figures[i].label : NULL,
			*(const int *)(base + figures[i].offset), UNIT_COUNT);
	for (size_t i = 0; i < ARRAY_SIZE(counters); i++)
		report_int(report, node, counters[i].key, NULL,
			*(const int64_t *)(base + counters[i].offset), UNIT_NONE);
	struct node *destroys = report_object(report, node, "destroys", NULL);
	for (enum pool_reason r = POOL_REASON_LIFETIME; r < POOL_REASONS; r++)
		report_int(
			report, destroys, pool_reason_word(r), NULL, stats->destroys[r], UNIT_NONE);
	for (size_t i = 0; i < ARRAY_SIZE(spreads); i++)
		add_spread(report, node, spreads[i].key,
			(const struct quantiles *)(base + spreads[i].offset));
}
