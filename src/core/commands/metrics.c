// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * `dbtop metrics`: what is measured, as Prometheus reads it: printed once, written to a file for a collector of text
 * files, or served over HTTP.
 */
#include "core/commands/commands.h"

#include "base/path.h"
#include "core/app.h"
#include "core/metrics.h"
#include "core/metrics_serve.h"
#include "core/migrations.h"
#include "core/monitor.h"
#include "pg/lease.h"
#include "probe/app_pools.h"

/* The page is told whatever the server said: that it is away is a figure too. */
static void finish(struct call *call)
{
	struct app *app = call->app;
	struct report *report = &call->report;
	const char *file = call_value(call, "--output");
	struct metrics_text *text = metrics_text_new();
	struct str out = { 0 };
	struct err e;

	if (!budget_check_own(&app->target, &app->model.pool, &e))
		report_warn(report, "%s; %s", e.text, e.hint);
	metrics_collect(app, text);
	metrics_print(text, &out);
	if (!file)
		report_text(report, report->data, "text", "", str_c(&out));
	report_int(report, report->data, "series", NULL, (int64_t)metrics_text_count(text),
		UNIT_COUNT);
	if (file && !path_publish(file, str_c(&out), out.len, &e)) {
		report_fail(report, EXIT_ERROR, DATABASE_NOT_SAID, &e);
	} else if (app->model.link.state != LINK_UP) {
		err_set(&e, ERR_CONNECT, "%s",
			*app->model.link.error ? app->model.link.error : "no connection");
		err_hint(&e, "%s", app->model.link.hint);
		report_fail(report, EXIT_NO_CONNECTION, DATABASE_NOT_SAID, &e);
	}
	str_release(&out);
	metrics_text_free(text);
	call_finish(call);
}

static void on_migrations(void *arg, unsigned events)
{
	struct call *call = arg;

	(void)events;
	bus_leave(&call->app->bus, on_migrations, call);
	finish(call);
}

static void on_ready(void *arg)
{
	struct call *call = arg;
	struct app *app = call->app;

	app->model.link = *endpoint_view(app->primary);
	if (app->model.link.state != LINK_UP) {
		finish(call);
		return;
	}
	if (!app->migrations)
		app->migrations = migrations_new(app);
	bus_listen(&app->bus, EVENT_BIT(EVENT_MIGRATIONS), on_migrations, call);
	migrations_refresh(app);
}

static void run_metrics(struct call *call)
{
	struct app *app = call->app;
	const char *where = call_value(call, "--listen");
	struct err e;

	if (where && call_has(call, "--output")) {
		err_set(&e, ERR_USAGE, "--listen and --output are two ways to tell the same");
		report_fail(&call->report, EXIT_USAGE, DATABASE_NOT_SAID, &e);
		call_finish(call);
	} else if (!app_connect(app, &e)) {
		report_fail(&call->report, EXIT_NO_CONNECTION, DATABASE_NOT_SAID, &e);
		call_finish(call);
	} else if (where) {
		metrics_serve_start(call, where);
	} else {
		monitor_first_look(app, monitor_patience_ms(app), on_ready, call);
	}
}

static const struct command_option options[] = {
	{ .flag = "--listen",
		.value = "ADDRESS:PORT",
		.help = "Serve GET /metrics there until interrupted; without an address on the "
			"loopback only" },
	{ .flag = "--output",
		.value = "FILE",
		.help = "Write them to FILE, whole or not at all, for a collector of text files" },
};

static const struct command rows[] = {
	{ .name = "metrics.print",
		.word = "metrics",
		.risk = RISK_READ,
		.reach = REACH_CLI,
		.options = options,
		.option_count = ARRAY_SIZE(options),
		.run = run_metrics,
		.help = "Print what is measured of server, pools and migrations, for Prometheus",
		.example = "dbtop metrics --listen :9187" },
};

const struct command_table metrics_commands = { rows, ARRAY_SIZE(rows) };
