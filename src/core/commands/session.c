// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Commands of the console itself: arm and lock, refresh, reconnect, leave.
 */
#include "core/commands/commands.h"

#include "base/words.h"
#include "core/app.h"
#include "core/run.h"
#include "core/monitor.h"

static const int64_t intervals_ms[] = { 500, 1000, 2000, 5000, 10000, 30000 };

static void confirm_arm(const struct call *call, struct confirmation *c)
{
	const struct app *app = call->app;

	if (!app_is_prod(app))
		return;
	c->level = c->own_level = 2;
	snprintf(c->title, sizeof(c->title), "Arm this session for changes on %s %s?",
		app->target.env == ENV_PROD ? "PROD" : "unlabelled", app->target.name);
	snprintf(c->lines[c->line_count++], sizeof(c->lines[0]),
		"For 15 minutes steps, rollbacks and repairs may run, each after its own prompt.");
	snprintf(c->lines[c->line_count++], sizeof(c->lines[0]),
		"It locks itself after that, after ^Z, on a lost connection, and with W at any "
		"time.");
	snprintf(c->token, sizeof(c->token), "%s", app->target.name);
}

static void run_arm(struct call *call)
{
	app_arm(call->app);
	if (call->app->model.is_armed)
		report_say(&call->report, "ARMED");
	call_finish(call);
}

static void run_lock(struct call *call)
{
	app_lock(call->app, "by your command");
	call_finish(call);
}

static bool can_arm(const struct app *app, const char **why)
{
	if (app->target.is_read_only)
		*why = "this target is read-only";
	else if (monitor_trouble(app)[0])
		*why = monitor_trouble(app);
	else if (app->model.is_armed)
		*why = "the session is armed already";
	return !*why;
}

static void run_refresh(struct call *call)
{
	monitor_now(call->app);
	call_finish(call);
}

static void run_retry(struct call *call)
{
	monitor_retry(call->app);
	call_finish(call);
}

static void run_pause(struct call *call)
{
	struct model *model = &call->app->model;

	model->is_paused = !model->is_paused;
	report_say(&call->report,
		model->is_paused ? "the picture is frozen; sampling goes on" : "live again");
	bus_post(&call->app->bus, EVENT_TICK);
	call_finish(call);
}

static void set_interval(struct call *call, int step)
{
	char words[WORDS_BYTES];
	size_t at = 0;

	while (at + 1 < ARRAY_SIZE(intervals_ms) && intervals_ms[at] < call->app->model.interval_ms)
		at++;
	if (step < 0 && at > 0)
		at--;
	if (step > 0 && at + 1 < ARRAY_SIZE(intervals_ms))
		at++;
	monitor_set_interval(call->app, intervals_ms[at]);
	words_ms(intervals_ms[at], words);
	report_say(&call->report, "a sample every %s", words);
	call_finish(call);
}

static void run_slower(struct call *call)
{
	set_interval(call, 1);
}

static void run_faster(struct call *call)
{
	set_interval(call, -1);
}

static void confirm_quit(const struct call *call, struct confirmation *c)
{
	if (!run_is_busy(call->app))
		return;
	c->level = c->own_level = 1;
	snprintf(c->title, sizeof(c->title), "Quit while a step is running?");
	snprintf(c->lines[c->line_count++], sizeof(c->lines[0]),
		"A group is rolled back. A lone statement is left to the server; its intent is "
		"kept.");
}

static void run_quit(struct call *call)
{
	app_leave(call->app);
	call_finish(call);
}

static const struct command rows[] = {
	{ .name = "session.arm",
		.help = "Arm this session: steps and rollbacks may run, each after its prompt",
		.risk = RISK_LOCAL,
		.reach = REACH_SCREEN,
		.run = run_arm,
		.confirm = confirm_arm,
		.is_enabled = can_arm },
	{ .name = "session.lock",
		.help = "Lock this session: nothing can change a server",
		.risk = RISK_LOCAL,
		.reach = REACH_SCREEN,
		.run = run_lock },
	{ .name = "session.quit",
		.help = "Leave dbtop",
		.risk = RISK_LOCAL,
		.reach = REACH_SCREEN,
		.run = run_quit,
		.confirm = confirm_quit },
	{ .name = "sample.now",
		.help = "Sample now, or try the connection now",
		.risk = RISK_READ,
		.reach = REACH_SCREEN,
		.run = run_refresh },
	{ .name = "sample.slower",
		.help = "Lengthen the interval between samples",
		.risk = RISK_READ,
		.reach = REACH_SCREEN,
		.run = run_slower },
	{ .name = "sample.faster",
		.help = "Shorten the interval between samples",
		.risk = RISK_READ,
		.reach = REACH_SCREEN,
		.run = run_faster },
	{ .name = "sample.pause",
		.help = "Freeze the picture, or let it live again",
		.risk = RISK_READ,
		.reach = REACH_SCREEN,
		.run = run_pause },
	{ .name = "link.retry",
		.help = "Try the connection now, also after a refused password",
		.risk = RISK_READ,
		.reach = REACH_SCREEN,
		.run = run_retry },
};

const struct command_table session_commands = { rows, ARRAY_SIZE(rows) };
