/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Metrics: what the model and dbtop's own pools say now, as series for Prometheus. Read when somebody asks, never kept.
 * A sample older than a few intervals, or of a server that is not connected, is not told: an old number looks
 * like a new one to whoever draws it.
 *
 * Every series has the labels target and server (host:port); names from the server become labels only where their
 * number is bounded: declared pools, standbys and slots (as many as a sample keeps), the newest migrations.
 */
#ifndef DBTOP_CORE_METRICS_H
#define DBTOP_CORE_METRICS_H

#include "core/metrics_text.h"

struct app;

enum { METRICS_REVISIONS_MAX = 100 };

void metrics_collect(struct app *app, struct metrics_text *text);

/* ---- for the files of this module ---- */

/* Where a series belongs. */
struct metrics_place {
	struct app *app;
	struct metrics_text *text;
	const char *target, *server;
};
struct endpoint;
void metrics_collect_pool(const struct metrics_place *place, const struct endpoint *endpoint);
void metrics_collect_server(const struct metrics_place *place);
void metrics_collect_replicas(const struct metrics_place *place);
void metrics_collect_migrations(const struct metrics_place *place);
/* Can a sample of that age be told as of now? */
bool metrics_is_fresh(const struct metrics_place *place, int64_t sampled_us);
/* A number under target and server alone, and with one label more. */
void metrics_put(const struct metrics_place *place, const struct metric *metric, int64_t number);
void metrics_put_label(const struct metrics_place *place, const struct metric *metric,
	const char *label, const char *value, int64_t number);

#endif
