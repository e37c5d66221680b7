// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/migrations.h"

#include "base/mem.h"
#include "core/app.h"
#include "core/attention.h"
#include "core/run.h"

struct migrations {
	struct app *app;
	struct inspection *inspection; /* owned; behind the view */
	bool is_reading, is_wanted_again;
};

struct migrations *migrations_new(struct app *app)
{
	struct migrations *migrations = mem_new(struct migrations);

	migrations->app = app;
	return migrations;
}

/* An inspection under way still has our pointer: app_release() ends the connections first, which ends it. */
void migrations_free(struct migrations *migrations)
{
	if (!migrations)
		return;
	migrations_view_release(&migrations->app->model.migrations);
	inspection_free(migrations->inspection);
	free(migrations);
}

static void count_notes(struct migrations_view *view, const struct note_list *notes)
{
	for (size_t i = 0; i < view->row_count; i++) {
		view->rows[i].note_count = 0;
		for (size_t n = 0; n < notes->count; n++) {
			const struct note *note = &notes->items[n];
			if (note->pin == PIN_MIGRATION && note->object &&
				strcmp(note->object, view->rows[i].rev) == 0)
				view->rows[i].note_count++;
		}
	}
}

static void take(struct migrations *migrations, struct inspection *inspection)
{
	struct app *app = migrations->app;
	struct migrations_view *view = &app->model.migrations;
	bool was_missing = view->missing;

	migrations_view_release(view);
	inspection_free(migrations->inspection);
	migrations->inspection = inspection;
	migrations_view_fill(view, inspection);
	view->loaded_us = app->model.now_us;
	count_notes(view, &app->model.notes);
	if (inspection->missing && !was_missing)
		app_message(app, MESSAGE_ERROR, "%s", inspection->missing);
	for (size_t i = 0; i < inspection->set->warning_count; i++)
		app_message(app, MESSAGE_WARN, "%s", inspection->set->warnings[i]);
}

/* Files that cannot be read leave the last picture standing, with the reason over it. */
static void take_error(struct migrations *migrations, const struct err *e)
{
	struct app *app = migrations->app;
	struct migrations_view *view = &app->model.migrations;

	if (e->kind != ERR_CONNECT && e->kind != ERR_TIMEOUT && e->kind != ERR_CANCELED) {
		migrations_view_fail(view, e);
		app_message_err(app, e);
	}
}

static void on_inspected(
	void *arg, struct inspection *inspection, enum exit_code exit, const struct err *e)
{
	struct migrations *migrations = arg;

	(void)exit;
	migrations->is_reading = false;
	if (inspection)
		take(migrations, inspection);
	else
		take_error(migrations, e);
	attention_update(migrations->app);
	bus_post(&migrations->app->bus, EVENT_MIGRATIONS);
	if (migrations->is_wanted_again) {
		migrations->is_wanted_again = false;
		migrations_refresh(migrations->app);
	}
}

void migrations_refresh(struct app *app)
{
	struct migrations *migrations = app->migrations;

	if (!migrations)
		return;
	if (migrations->is_reading) {
		migrations->is_wanted_again = true;
		return;
	}
	migrations->is_reading = true;
	inspect_start(app,
		&(struct inspect_request){
			.wants_plan = true, .direction = PLAN_UP, .wants_sizes = true },
		on_inspected, migrations);
}

void migrations_notes_changed(struct app *app)
{
	count_notes(&app->model.migrations, &app->model.notes);
	bus_post(&app->bus, EVENT_MIGRATIONS);
}

/* ---- opening a run ---- */

static void on_planned(
	void *arg, struct inspection *inspection, enum exit_code exit, const struct err *e)
{
	struct call *call = arg;

	if (e) {
		report_fail(&call->report, exit, DATABASE_UNCHANGED, e);
	} else if (!inspection->plan) {
		report_fail(&call->report, inspection->plan_exit, DATABASE_UNCHANGED,
			&inspection->plan_error);
		inspection_free(inspection);
	} else if (!inspection->plan->step_count) {
		report_say(&call->report, "nothing to do");
		inspection_free(inspection);
	} else {
		run_open(call->app, inspection, NULL);
	}
	call_finish(call);
}

void migrations_open_run(struct call *call, enum plan_direction direction, const char *goal)
{
	struct err e;

	if (run_is_busy(call->app)) {
		err_set(&e, ERR_USAGE, "a step is running; leave it first");
		report_fail(&call->report, EXIT_USAGE, DATABASE_NOT_SAID, &e);
		call_finish(call);
		return;
	}
	inspect_start(call->app,
		&(struct inspect_request){ .wants_plan = true,
			.wants_sizes = true,
			.direction = direction,
			.goal = goal },
		on_planned, call);
}
