// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/metrics_serve.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "core/app.h"
#include "core/metrics.h"
#include "core/migrations.h"
#include "core/monitor.h"
#include "loop/http.h"
#include "probe/app_pools.h"

/* As often as the console reads files and history. */
enum { HISTORY_MS = 30000 };

struct metrics_serve {
	struct call *call;
	struct http_server *http;
	struct loop_timer *history;
};

static bool read_port(const char *text, int *port)
{
	char *end;
	long number = strtol(text, &end, 10);

	*port = (int)number;
	return *text >= '0' && *text <= '9' && !*end && number >= 0 && number <= 65535;
}

bool metrics_read_place(
	const char *where, char address[METRICS_ADDRESS_BYTES], int *port, struct err *e)
{
	const char *colon = strrchr(where, ':');
	size_t len = colon ? (size_t)(colon - where) : 0;

	if (len >= 2 && where[0] == '[' && where[len - 1] == ']') {
		where++;
		len -= 2;
	} else if (memchr(where, ':', len)) {
		colon = NULL; /* an IPv6 address wants its brackets: where does the port begin? */
		len = METRICS_ADDRESS_BYTES;
	}
	if (len < METRICS_ADDRESS_BYTES && read_port(colon ? colon + 1 : where, port)) {
		snprintf(address, METRICS_ADDRESS_BYTES, "%.*s", len ? (int)len : 9,
			len ? where : "127.0.0.1");
		return true;
	}
	err_set(e, ERR_USAGE, "--listen wants ADDRESS:PORT, not %.64s", where);
	return err_hint(e, "for example 127.0.0.1:9187, [::1]:9187, or :9187 for the loopback");
}

static const char *page(void *arg, const char *path, struct str *body)
{
	struct app *app = arg;

	if (strcmp(path, "/metrics") != 0)
		return NULL;
	struct metrics_text *text = metrics_text_new();
	metrics_collect(app, text);
	metrics_print(text, body);
	metrics_text_free(text);
	return "text/plain; version=0.0.4; charset=utf-8";
}

/* At the first answer: what watches for weeks does not begin with more than the server has room for. */
static void on_pool(void *arg, unsigned events)
{
	struct app *app = arg;
	struct err e;

	(void)events;
	if (!app->model.pool.sampled_us)
		return;
	bus_leave(&app->bus, on_pool, app);
	if (budget_check_own(&app->target, &app->model.pool, &e))
		return;
	report_fail(&app->serve->call->report, EXIT_ERROR, DATABASE_NOT_SAID, &e);
	metrics_serve_end(app);
}

static void read_history(void *arg)
{
	struct app *app = arg;

	if (app->model.link.state == LINK_UP)
		migrations_refresh(app);
}

static struct http_server *listen_on(struct app *app, const char *where, struct err *e)
{
	char address[METRICS_ADDRESS_BYTES];
	struct http_options options = { .address = address, .page = page, .arg = app };

	if (!metrics_read_place(where, address, &options.port, e))
		return NULL;
	return http_server_new(app->loop, &options, e);
}

/* The port is told, since 0 asks for any that is free. */
static void tell(struct call *call, const char *where, int port)
{
	const char *colon = strrchr(where, ':');
	int len = colon ? (int)(colon - where) : 0;
	char text[160];

	snprintf(text, sizeof(text), "serving http://%.*s:%d/metrics", len ? len : 9,
		len ? where : "127.0.0.1", port);
	call_tell(call,
		&(struct call_event){ .kind = "notice", .took_ms = VALUE_NONE, .text = text });
}

void metrics_serve_start(struct call *call, const char *where)
{
	struct app *app = call->app;
	struct err e;
	struct http_server *http = listen_on(app, where, &e);

	if (!http) {
		report_fail(&call->report, e.kind == ERR_USAGE ? EXIT_USAGE : EXIT_ERROR,
			DATABASE_NOT_SAID, &e);
		call_finish(call);
		return;
	}
	app->serve = mem_new(struct metrics_serve);
	*app->serve = (struct metrics_serve){ .call = call, .http = http };
	if (!app->migrations)
		app->migrations = migrations_new(app);
	bus_listen(&app->bus, EVENT_BIT(EVENT_POOL), on_pool, app);
	monitor_start(app);
	app->serve->history =
		loop_timer_start(app->loop, HISTORY_MS, HISTORY_MS, read_history, app);
	tell(call, where, http_server_port(http));
}

void metrics_serve_drop(struct app *app)
{
	struct metrics_serve *serve = app->serve;

	if (!serve)
		return;
	app->serve = NULL;
	bus_leave(&app->bus, on_pool, app);
	loop_timer_stop(serve->history);
	http_server_free(serve->http);
	free(serve);
}

void metrics_serve_end(struct app *app)
{
	struct call *call = app->serve ? app->serve->call : NULL;

	metrics_serve_drop(app);
	if (call)
		call_finish(call);
}
