// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Metrics of what follows the server: how far behind, and what slots keep.
 */
#include "core/metrics.h"

#include "base/compiler.h"
#include "core/app.h"

#define REPLICA(name, help, per)                               \
	{                                                      \
		"dbtop_replica_" name, help, METRIC_GAUGE, per \
	}
#define SLOT(name, help)                                  \
	{                                                 \
		"dbtop_slot_" name, help, METRIC_GAUGE, 0 \
	}

static const struct {
	struct metric metric;
	size_t offset; /* of an int64_t */
} rows[] = {
	{ REPLICA("lag_bytes", "WAL written and not yet replayed there", 0),
		offsetof(struct replica, behind_bytes) },
	{ REPLICA("lag_seconds", "How long ago what it replays now was written", 1000),
		offsetof(struct replica, lag_ms) },
	{ REPLICA("at_risk_bytes", "WAL it has not on disk: lost at a failover now", 0),
		offsetof(struct replica, at_risk_bytes) },
	{ REPLICA("reply_age_seconds", "Since it was last heard of", 1000),
		offsetof(struct replica, reply_age_ms) },
};

static const struct {
	struct metric metric;
	size_t offset; /* of an int64_t */
} slot_rows[] = {
	{ SLOT("retained_bytes", "WAL the slot keeps"), offsetof(struct replica, retained_bytes) },
	{ SLOT("safe_bytes", "WAL that may still be written before the slot is lost"),
		offsetof(struct replica, safe_bytes) },
};

static const struct metric streaming = REPLICA("streaming", "1 while it streams, else 0", 0);
static const struct metric active = SLOT("active", "1 while somebody reads the slot, else 0");
static const struct metric own_lag = { "dbtop_standby_lag_seconds",
	"How far this standby is behind its upstream", METRIC_GAUGE, 1000 };
static const struct metric split = { "dbtop_split_brain",
	"1 while more than one of the target's servers takes writes", METRIC_GAUGE, 0 };

static int64_t at(const struct replica *replica, size_t offset)
{
	return *(const int64_t *)((const char *)replica + offset);
}

/* Slots have families of their own: one nobody reads has no replica. */
static void put_slot(const struct metrics_place *place, const struct replica *replica)
{
	if (!*replica->slot)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(slot_rows); i++)
		metrics_put_label(place, &slot_rows[i].metric, "slot", replica->slot,
			at(replica, slot_rows[i].offset));
	metrics_put_label(place, &active, "slot", replica->slot, replica->slot_is_active);
}

/* A name alone may be two: every standby that was given none is called walreceiver. */
static void put_replica(const struct metrics_place *place, const struct replica *replica)
{
	const struct metric_label *labels = METRIC_LABELS({ "target", place->target },
		{ "server", place->server }, { "replica", replica->name },
		{ "address", replica->address }, { "slot", replica->slot });

	if (!*replica->name)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		metrics_add(place->text, &rows[i].metric, labels, at(replica, rows[i].offset));
	metrics_add(place->text, &streaming, labels, strcmp(replica->state, "streaming") == 0);
}

void metrics_collect_replicas(const struct metrics_place *place)
{
	const struct replicas *replicas = &place->app->model.replicas;

	if (!metrics_is_fresh(place, replicas->sampled_us))
		return;
	for (size_t i = 0; i < replicas->count; i++) {
		put_replica(place, &replicas->rows[i]);
		put_slot(place, &replicas->rows[i]);
	}
	if (replicas->is_standby)
		metrics_put(place, &own_lag, replicas->own_lag_ms);
	metrics_put(place, &split, replicas->split_words[0] != '\0');
}
