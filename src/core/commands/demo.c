// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * `dbtop demo`: a real cluster with a shop on it, thrown away afterwards. What surrounds the shop is made as `dbtop setup`
 * makes it; part of the sample migrations is applied by the engine everybody uses, so that the history is a real one.
 */
#include "core/commands/commands.h"

#include <unistd.h>

#include "base/mem.h"
#include "core/app.h"
#include "core/inspect.h"
#include "core/run.h"
#include "demo/demo.h"
#include "parse/deep.h"
#include "setup/setup.h"

static const struct command_option demo_options[] = {
	{ .flag = "--nodes",
		.value = "N",
		.help = "so many servers, 1 to 9 (default 3: a primary and two standbys)" },
	{ .flag = "--keep",
		.value = "DIR",
		.help = "keep the servers' data in DIR, and go on with what is there" },
	{ .flag = "--headless", .help = "no console: a tour in plain text" },
};

static void tell(struct call *call, const char *text)
{
	call_tell(
		call, &(struct call_event){ .kind = "demo", .took_ms = VALUE_NONE, .text = text });
}

/* What the opening carries along; call->state. NULL once the shop is open. */
struct opening {
	struct setup *setup; /* owned; NULL = a kept demo, which is as it was left */
	struct setup_spec spec;
	enum setup_stage stage;
};

static void free_opening(struct call *call)
{
	struct opening *opening = call->state;

	call->state = NULL;
	call->app->setup = NULL;
	setup_free(opening->setup);
	setup_spec_release(&opening->spec);
	free(opening);
}

static void fail(struct call *call, enum exit_code exit, const struct err *e)
{
	if (call->state)
		free_opening(call);
	report_fail(&call->report, exit, DATABASE_NOT_SAID, e);
	call_finish(call);
}

/* The shop opens, and whoever asked for the demo sees it. */
static void open_shop(struct call *call)
{
	struct app *app = call->app;
	bool is_headless =
		call_has(call, "--headless") || !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO);
	struct err e;

	free_opening(call);
	if (!demo_work(app->demo, app->loop, &driver_libpq, &e)) {
		fail(call, EXIT_ERROR, &e);
		return;
	}
	app->wants_console = !is_headless;
	app->wants_tour = is_headless;
	call_finish(call);
}

static void next_stage(struct call *call);

static void close_run(void *arg)
{
	struct call *call = arg;

	run_drop(call->app);
	next_stage(call);
}

static void on_finished(void *arg, const struct run_end *end)
{
	struct call *call = arg;

	if (end->error.kind != ERR_NONE)
		fail(call, end->exit, &end->error);
	else
		loop_soon(call->app->loop, close_run, call);
}

static void on_planned(
	void *arg, struct inspection *inspection, enum exit_code exit, const struct err *e)
{
	struct call *call = arg;
	struct run_listener listener = { .finished = on_finished, .arg = call };

	if (e) {
		fail(call, exit, e);
	} else if (!inspection->plan) {
		struct err error = inspection->plan_error;
		exit = inspection->plan_exit;
		error.file = arena_strdup(&call->report.arena, error.file);
		inspection_free(inspection);
		fail(call, exit, &error);
	} else if (!inspection->plan->step_count) {
		inspection_free(inspection);
		next_stage(call);
	} else {
		run_open(call->app, inspection, &listener);
		run_all(call->app, 0);
	}
}

static void migrate(struct call *call)
{
	inspect_start(call->app,
		&(struct inspect_request){ .wants_plan = true,
			.wants_sizes = true,
			.wants_primary = true,
			.direction = PLAN_UP,
			.goal = demo_goal(call->app->demo) },
		on_planned, call);
}

/* ---- what surrounds it ---- */

static void on_stage(void *arg, const struct err *e)
{
	struct call *call = arg;

	if (e)
		fail(call, EXIT_ERROR, e);
	else
		next_stage(call);
}

static void next_stage(struct call *call)
{
	struct opening *opening = call->state;
	enum setup_stage stage = opening->stage++;

	if (stage == SETUP_STAGE_COUNT)
		open_shop(call);
	else if (stage == SETUP_MIGRATIONS)
		migrate(call);
	else
		setup_run(opening->setup, stage, true, on_stage, call);
}

static void ignore_item(void *arg, const struct setup_item *item)
{
	(void)arg;
	(void)item;
}

static bool prepare(struct call *call, struct err *e)
{
	struct app *app = call->app;
	struct opening *opening = mem_new(struct opening);

	call->state = opening;
	demo_describe(app->demo, &opening->spec);
	if (!app->deep)
		app->deep = deep_new();
	const struct setup_options options = {
		.loop = app->loop,
		.driver = &driver_libpq,
		.info = app->conninfo,
		.spec = &opening->spec,
		.deep = app->deep,
		.seed_dir = opening->spec.seed,
		.connect_timeout_ms = app->target.connect_timeout_ms,
	};
	opening->setup = setup_new(&options, ignore_item, NULL, e);
	app->setup = opening->setup;
	return opening->setup != NULL;
}

static bool point_at(struct app *app, struct err *e)
{
	const char *standbys[16];
	size_t count = 0;

	for (int i = 0; i < demo_standby_count(app->demo) && count < ARRAY_SIZE(standbys); i++)
		standbys[count++] = demo_standby(app->demo, i);
	if (app->target.env == ENV_UNLABELLED)
		app->target.env = ENV_DEV;
	free(app->target.dir);
	app->target.dir = mem_strdup(demo_migrations_dir(app->demo));
	return app_retarget(app, "demo", demo_primary(app->demo), standbys, count, e);
}

static bool read_options(const struct call *call, struct demo_options *options, struct err *e)
{
	const char *nodes = call_value(call, "--nodes");
	char *end = NULL;
	long count = nodes ? strtol(nodes, &end, 10) : DEMO_STANDBYS + 1;

	if (nodes && (*end || count < 1 || count > 9))
		return err_set(e, ERR_USAGE, "--nodes %s: a number from 1 to 9", nodes);
	*options = (struct demo_options){ .standbys = (int)count - 1,
		.keep_dir = call_value(call, "--keep") };
	return true;
}

static void run_demo(struct call *call)
{
	struct demo_options options;
	struct err e;

	if (!read_options(call, &options, &e)) {
		fail(call, EXIT_USAGE, &e);
		return;
	}
	tell(call, "starting a throwaway PostgreSQL: a primary and its standbys");
	call->app->demo = demo_start(&options, &e);
	if (!call->app->demo || !point_at(call->app, &e) || !prepare(call, &e))
		fail(call, EXIT_ERROR, &e);
	else if (demo_goal(call->app->demo))
		next_stage(call);
	else
		open_shop(call);
}

static const struct command rows[] = {
	{ .name = "demo.start",
		.word = "demo",
		.risk = RISK_LOCAL,
		.reach = REACH_CLI,
		.run = run_demo,
		.options = demo_options,
		.option_count = ARRAY_SIZE(demo_options),
		.help = "Open the console on a throwaway cluster with a shop at work",
		.example = "dbtop demo" },
};

const struct command_table demo_commands = { rows, ARRAY_SIZE(rows) };
