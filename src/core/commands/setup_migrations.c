// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The migrations of `dbtop setup`: planned when it looks, applied by the engine of `dbtop upgrade`.
 */
#include "base/mem.h"
#include "core/app.h"
#include "core/commands/approval.h"
#include "core/commands/headless.h"
#include "core/commands/setup_private.h"
#include "core/run.h"
#include "migrate/plan/planner.h"

static struct setup_item *migrations_of(const struct setting_up *s)
{
	return checklist_find(setting_list(s), "migrations");
}

/* They cannot be planned: whatever else is missing, nothing is made. */
static void look_failed(struct setting_up *s, enum exit_code exit, const struct err *e)
{
	setup_item_say(migrations_of(s), SETUP_FAILED, "%s", e->text);
	s->exit = exit;
	s->error = *e;
	s->error.file = arena_strdup(&s->call->report.arena, e->file);
}

static void take_plan(struct setting_up *s)
{
	const struct inspection *inspection = s->inspection;
	struct setup_item *item = migrations_of(s);

	if (!inspection->plan)
		look_failed(s, inspection->plan_exit, &inspection->plan_error);
	else if (inspection->plan->step_count)
		setup_item_say(
			item, SETUP_MISSING, "%zu pending", inspection->plan->migration_count);
	else if (!inspection->set->count)
		setup_item_say(item, SETUP_THERE, "there are none");
	else
		setup_item_say(item, SETUP_THERE, "%zu applied", inspection->applied_count);
}

static void on_inspected(
	void *arg, struct inspection *inspection, enum exit_code exit, const struct err *e)
{
	struct setting_up *s = arg;

	s->inspection = inspection;
	if (!e)
		take_plan(s);
	else if (e->kind == ERR_SERVER && !s->call->app->interrupted)
		setup_item_say(migrations_of(s), SETUP_WAITS, "%s", e->text);
	else
		look_failed(s, exit, e);
	setting_next(s);
}

/* Without a database: from the beginning to the end. No stored acknowledgement is one for it. */
static void plan_files(struct setting_up *s)
{
	struct app *app = s->call->app;
	struct plan plan = { 0 };
	struct err e;

	s->inspection = inspect_files(app, &s->exit, &e);
	if (!s->inspection) {
		look_failed(s, s->exit, &e);
		return;
	}
	struct plan_request request = { .set = s->inspection->set,
		.direction = PLAN_UP,
		.late = app->target.late,
		.project = app->target.project };
	s->exit = goal_parse(request.set, "head", &request.goal, &e);
	if (s->exit == EXIT_DONE)
		s->exit = plan_make(&plan, &request, &e);
	if (s->exit != EXIT_DONE) {
		look_failed(s, s->exit, &e);
		return;
	}
	s->inspection->plan = mem_dup(&plan, sizeof(plan));
	setup_item_say(migrations_of(s), SETUP_WAITS, "for the database: %zu pending",
		plan.migration_count);
}

bool setting_migrations_approved(struct setting_up *s)
{
	const struct plan *plan = s->inspection ? s->inspection->plan : NULL;

	return s->call->ask || !plan || !plan->step_count || approval_given(s->call, plan);
}

static bool has_report(const struct setting_up *s)
{
	return s->call->report.has_error || s->call->report.exit != EXIT_DONE;
}

static void on_upgraded(void *arg)
{
	struct setting_up *s = arg;
	struct app *app = s->call->app;
	struct setup_item *item = migrations_of(s);
	bool had_run = run_is_open(app);

	run_drop(app);
	item->took_ms = (loop_now_us(app->loop) - s->started_us) / 1000;
	if (has_report(s)) {
		setup_item_say(item, SETUP_FAILED, "%s", s->call->report.error.text);
		setting_finish(s);
		return;
	}
	setup_item_say(item, had_run ? SETUP_MADE : SETUP_THERE, "%s",
		had_run ? "all are applied" : "none is pending");
	setting_next(s);
}

static const char *why_not_migrate(const struct setting_up *s)
{
	if (!setup_has_database(s->setup) && s->makes)
		return "for the database";
	if (s->makes && !setup_may_act(s->setup))
		return "for the right to act as owner";
	return NULL;
}

void setting_migrate(struct setting_up *s)
{
	struct app *app = s->call->app;
	const char *why = why_not_migrate(s);

	if (why) {
		setup_item_say(migrations_of(s), SETUP_WAITS, "%s", why);
		setting_next(s);
	} else if (s->makes && migrations_of(s)->state == SETUP_THERE) {
		setting_next(s);
	} else if (!s->makes && !setup_has_database(s->setup)) {
		plan_files(s);
		setting_next(s);
	} else if (s->makes) {
		s->started_us = loop_now_us(app->loop);
		headless_upgrade(s->call, on_upgraded, s);
	} else {
		inspect_start(app,
			&(struct inspect_request){ .wants_plan = true,
				.wants_sizes = true,
				.wants_primary = true,
				.direction = PLAN_UP },
			on_inspected, s);
	}
}
