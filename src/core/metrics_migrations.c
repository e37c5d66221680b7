// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Metrics of migrations: what the history says, and how the last run from this machine ended.
 */
#include "core/metrics.h"

#include "core/app.h"
#include "store/store_run.h"

#define GAUGE(name, help, per)                         \
	{                                              \
		"dbtop_" name, help, METRIC_GAUGE, per \
	}

static const struct metric applied = GAUGE("migrations_applied", "Migrations in the history", 0);
static const struct metric pending = GAUGE("migrations_pending", "Migrations not applied yet", 0);
static const struct metric half =
	GAUGE("migrations_unfinished", "Migrations that stopped half-way", 0);
static const struct metric took = GAUGE("migration_duration_seconds",
	"How long a migration took, of the newest hundred whose history says so", 1000);
static const struct metric when = GAUGE("migration_applied_timestamp_seconds",
	"When a migration was applied, of the newest hundred whose history says so", 1000000);
static const struct metric run_exit = GAUGE("last_run_exit_code",
	"How the last run from this machine ended; absent while it runs, or when it was killed", 0);
static const struct metric run_start =
	GAUGE("last_run_start_timestamp_seconds", "When it began", 1000000);
static const struct metric run_took =
	GAUGE("last_run_duration_seconds", "How long it took", 1000000);
static const struct metric run_steps = GAUGE("last_run_steps_done", "Steps it did", 0);

static void put_history(const struct metrics_place *place, const struct migrations_view *view)
{
	int64_t unfinished = 0;
	size_t told = 0;

	for (size_t i = view->row_count; i-- > 0;) {
		const struct migration_row *row = &view->rows[i];
		unfinished += migration_is_half_done(row);
		if (row->state == MIGRATION_PENDING || row->state == MIGRATION_LATE ||
			told == METRICS_REVISIONS_MAX)
			continue;
		told++;
		metrics_put_label(place, &took, "revision", row->rev, row->took_ms);
		metrics_put_label(place, &when, "revision", row->rev, row->applied_us);
	}
	metrics_put(place, &applied, (int64_t)view->applied_count);
	metrics_put(place, &pending, (int64_t)view->pending_count);
	metrics_put(place, &half, unfinished);
}

static void put_last_run(const struct metrics_place *place)
{
	struct store *store = app_store(place->app);
	struct arena arena = { 0 };
	struct stored_run *runs;

	if (store && store_run_list(store, place->target, 1, &arena, &runs) > 0) {
		metrics_put(place, &run_start, runs->started_us);
		metrics_put(place, &run_exit, runs->exit_code);
		if (runs->ended_us != 0) {
			metrics_put(place, &run_took, runs->ended_us - runs->started_us);
			metrics_put(place, &run_steps, runs->steps_done);
		}
	}
	arena_release(&arena);
}

void metrics_collect_migrations(const struct metrics_place *place)
{
	const struct model *model = &place->app->model;

	if (model->migrations.is_known && model->link.state == LINK_UP)
		put_history(place, &model->migrations);
	put_last_run(place);
}
