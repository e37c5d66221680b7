// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The plan in the store: what a person decided about its steps outlives the console: breakpoints come back with the plan
 * of the same digest, skips and how it ended are kept beside it.
 */
#include "core/app.h"
#include "core/plan_acks.h"
#include "core/run_private.h"
#include "store/store_plan.h"

static void tell_trouble(struct run *run, const struct err *e)
{
	if (run->listener.say)
		run->listener.say(run->listener.arg, "warning", e->text);
	else
		app_message(run->app, MESSAGE_WARN, "%s", e->text);
}

static void take_marks(struct run *run, const struct stored_plan *stored)
{
	struct run_view *view = &run->app->model.run;

	for (size_t i = 0; i < stored->step_count && i < view->plan->step_count; i++)
		view->breakpoints[i] = stored->steps[i].is_breakpoint;
}

void run_plan_open(struct run *run)
{
	struct arena arena = { 0 };
	struct stored_plan found;
	struct err e;

	/* Headless nobody sets breakpoints, and a thousand steps are a thousand rows. */
	if (run->is_headless)
		return;
	if (!plan_keep(run->app, run->inspection, &run->plan_id, &e))
		tell_trouble(run, &e);
	else if (plan_recall(run->app, run->inspection, &arena, &found, &e))
		take_marks(run, &found);
	arena_release(&arena);
}

void run_plan_break(struct run *run, size_t step, bool is_set)
{
	struct err e;

	if (run->plan_id &&
		!store_plan_set_breakpoint(app_store(run->app), run->plan_id, step, is_set, &e))
		tell_trouble(run, &e);
}

void run_plan_skip(struct run *run, size_t step, const char *reason)
{
	struct err e;

	if (run->plan_id &&
		!store_plan_set_skip(app_store(run->app), run->plan_id, step, reason, &e))
		tell_trouble(run, &e);
}

void run_plan_status(struct run *run, bool is_running)
{
	const struct run_view *view = &run->app->model.run;
	bool is_done = run->executor && executor_next_step(run->executor) >= view->plan->step_count;
	enum plan_status status = is_running ? PLAN_RUNNING : is_done ? PLAN_DONE : PLAN_OPEN;
	struct err e;

	if (run->plan_id && !store_plan_set_status(app_store(run->app), run->plan_id, status, &e))
		tell_trouble(run, &e);
}
