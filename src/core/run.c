// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/random.h>

#include "base/mem.h"
#include "core/app.h"
#include "core/monitor.h"
#include "core/run_private.h"
#include "migrate/plan/forecast.h"

void run_changed(struct run *run)
{
	bus_post(&run->app->bus, EVENT_RUN);
}

void run_set_message(struct run *run, const char *fmt, ...)
{
	struct run_view *view = &run->app->model.run;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(view->message, sizeof(view->message), fmt, ap);
	va_end(ap);
	run_changed(run);
}

/* RFC 4122, version 4. */
void run_make_id(char out[40])
{
	unsigned char b[16];

	if (getrandom(b, sizeof(b), 0) != (ssize_t)sizeof(b))
		die("the system has no random numbers");
	b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
	snprintf(out, 40, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
		b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12],
		b[13], b[14], b[15]);
}

static void open_view(struct run *run)
{
	struct run_view *view = &run->app->model.run;
	const struct plan *plan = run->inspection->plan;

	*view = (struct run_view){ .state = RUN_READY, .plan = plan };
	view->step_states = mem_zero(plan->step_count * sizeof(*view->step_states));
	view->step_took_ms = mem_zero(plan->step_count * sizeof(*view->step_took_ms));
	view->breakpoints = mem_zero(plan->step_count * sizeof(*view->breakpoints));
}

static void close_view(struct run_view *view)
{
	free(view->step_states);
	free(view->step_took_ms);
	free(view->breakpoints);
	*view = (struct run_view){ 0 };
}

void run_open(struct app *app, struct inspection *inspection, const struct run_listener *listener)
{
	run_drop(app);
	struct run *run = mem_new(struct run);
	run->app = app;
	run->inspection = inspection;
	if (listener)
		run->listener = *listener;
	run->is_headless = listener != NULL;
	app->run = run;
	run_make_id(run->run_id);
	run_journal_init(&run->journal, app);
	open_view(run);
	run_plan_open(run);
	run_gate_update(run);
	monitor_closely(app, true);
	run_changed(run);
}

void run_drop(struct app *app)
{
	struct run *run = app->run;

	if (!run)
		return;
	app->run = NULL;
	monitor_closely(app, false);
	run_watch_stop(run);
	executor_free(run->executor);
	close_view(&app->model.run);
	inspection_free(run->inspection);
	bus_post(&app->bus, EVENT_RUN);
	free(run);
}

bool run_is_open(const struct app *app)
{
	return app->run != NULL;
}

bool run_is_busy(const struct app *app)
{
	return run_state_is_busy(app->model.run.state);
}

bool run_is_over(const struct app *app)
{
	return app->run && app->run->is_finished;
}

const struct inspection *run_inspection(const struct app *app)
{
	return app->run ? app->run->inspection : NULL;
}

const struct run_trouble *run_trouble(const struct app *app)
{
	return app->run && app->run->has_trouble ? &app->run->trouble : NULL;
}

static void start_executor(struct run *run)
{
	struct app *app = run->app;
	struct executor_options options = {
		.loop = app->loop,
		.endpoint = app->primary,
		.must_equal = &run->inspection->identity,
		.plan = run->inspection->plan,
		.history = run->inspection->history,
		.set = run->inspection->set,
		.project = app->target.project,
		.client = app->actor,
		.run_id = run->run_id,
		.migrate_role = app->target.migrate_role,
		.lock_timeout_ms = app->target.lock_timeout_ms,
		.lock_wait_ms = app->target.lock_wait_ms,
		.resolve_ms = run->is_headless ? 60000 : 0,
		.journal = &run->journal,
		.events = &run_events,
		.events_arg = run,
	};

	run->executor = executor_new(&options);
	app->model.run.started_us = app->model.now_us;
	run_journal_start(run);
	run_plan_status(run, true);
	run_watch_start(run);
	executor_start(run->executor);
}

/* Headless the first look has asked, and the gate asks before each step. */
static bool may_change(struct run *run)
{
	struct err e;

	if (run->is_headless || monitor_check_change(run->app, &e))
		return true;
	app_message_err(run->app, &e);
	return false;
}

static void run_until(struct app *app, size_t until)
{
	struct run *run = app->run;

	if (!run || run->is_finished || run->has_trouble || !may_change(run))
		return;
	run->until = until;
	if (!run->executor)
		start_executor(run);
	else
		executor_run(run->executor, until);
}

static size_t next_step(const struct app *app)
{
	const struct run *run = app->run;
	return run->executor ? executor_next_step(run->executor) : 0;
}

void run_step(struct app *app)
{
	if (app->run)
		run_until(app, next_step(app) + 1);
}

void run_continue(struct app *app)
{
	if (!app->run)
		return;
	const struct run_view *view = &app->model.run;
	size_t until = next_step(app) + 1;
	while (until < view->plan->step_count && !view->breakpoints[until])
		until++;
	run_until(app, until);
}

void run_all(struct app *app, int64_t gate_wait_ms)
{
	app->run->gate_wait_ms = gate_wait_ms;
	run_until(app, app->model.run.plan->step_count);
}

void run_break(struct app *app, size_t step)
{
	struct run_view *view = &app->model.run;

	if (!app->run || step >= view->plan->step_count)
		return;
	view->breakpoints[step] = !view->breakpoints[step];
	run_plan_break(app->run, step, view->breakpoints[step]);
	run_changed(app->run);
}

/* The first step may be left out too: the history is written over a connection that opens for it. */
void run_skip(struct app *app, const char *reason)
{
	struct run *run = app->run;

	if (!run || run->is_finished || !may_change(run))
		return;
	snprintf(run->skip_reason, sizeof(run->skip_reason), "%s", reason);
	run_plan_skip(run, next_step(app), reason);
	forecast_skip(run->inspection->plan, next_step(app));
	if (run->executor) {
		executor_skip(run->executor, run->skip_reason);
		return;
	}
	run->skips_first = true;
	start_executor(run);
}

void run_choose(struct app *app, enum run_choice choice)
{
	struct run *run = app->run;

	if (!run || !run->has_trouble || !(run->trouble.choices & RUN_CHOICE_BIT(choice)) ||
		!may_change(run))
		return;
	run->has_trouble = false;
	*app->model.run.error = '\0';
	app->model.run.choices = 0;
	run->until = run->trouble.step + 1 > run->until ? run->trouble.step + 1 : run->until;
	executor_choose(run->executor, choice);
}

void run_stop(struct app *app)
{
	struct run *run = app->run;

	if (!run || !run->executor)
		return;
	run->until = 0;
	executor_stop(run->executor);
	if (!run_is_busy(app))
		return;
	run_set_message(run, "stopping after this step; ^C again cancels it");
	if (run->listener.say)
		run->listener.say(run->listener.arg, "stopping", app->model.run.message);
}

void run_locked(struct app *app)
{
	struct run *run = app->run;

	if (!run || !run->executor || run->is_headless || run->is_finished)
		return;
	run_stop(app);
	run_let_go_if_locked(run);
	run_changed(run);
}

void run_cancel(struct app *app)
{
	if (app->run && app->run->executor)
		executor_cancel(app->run->executor);
}

void run_terminate_backend(struct app *app)
{
	if (app->run && app->run->executor)
		executor_terminate_backend(app->run->executor);
}

void run_close(struct app *app)
{
	struct run *run = app->run;

	if (!run || !run->executor || run->is_finished) {
		run_drop(app);
		return;
	}
	run->is_leaving = true;
	executor_close(run->executor);
}
