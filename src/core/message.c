// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The message line and :messages, and LOCKED / ARMED, which always say why they changed.
 */
#include "core/app.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/log.h"
#include "core/audit.h"
#include "core/run.h"

/* On prod an armed console locks itself after this time. */
enum { ARMED_US = 15 * 60 * 1000000 };

static void add_message(struct app *app, enum message_level level, const char *text)
{
	struct model *model = &app->model;
	struct message *message = &model->messages[model->message_head];

	message->level = level;
	message->at_us = model->now_us;
	message->at_wall_us = model->now_wall_us;
	snprintf(message->text, sizeof(message->text), "%s", text);
	model->message_head = (model->message_head + 1) % MESSAGES_MAX;
	if (model->message_count < MESSAGES_MAX)
		model->message_count++;
	bus_post(&app->bus, EVENT_MESSAGE);
}

void app_message(struct app *app, enum message_level level, const char *fmt, ...)
{
	char text[sizeof(app->model.messages[0].text)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	add_message(app, level, text);
	log_write(level == MESSAGE_ERROR ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO, "message", "%s", text);
}

void app_message_err(struct app *app, const struct err *e)
{
	char where[320] = "";
	char code[24] = "";

	if (e->file && e->line)
		snprintf(where, sizeof(where), "%s:%d:%d: ", e->file, e->line, e->column);
	else if (e->file)
		snprintf(where, sizeof(where), "%s: ", e->file);
	if (*e->sqlstate)
		snprintf(code, sizeof(code), " (%s)", e->sqlstate);
	app_message(app, MESSAGE_ERROR, "%s%s%s%s%s", where, e->text, code, *e->hint ? "; " : "",
		e->hint);
}

bool app_is_prod(const struct app *app)
{
	return app->target.env == ENV_PROD || app->target.env == ENV_UNLABELLED;
}

void app_arm(struct app *app)
{
	struct model *model = &app->model;

	if (app->target.is_read_only) {
		app_message(app, MESSAGE_WARN,
			"%s is read-only by configuration: it is never armed", app->target.name);
		return;
	}
	model->is_armed = true;
	model->armed_until_us = app_is_prod(app) ? model->now_us + ARMED_US : 0;
	bus_post(&app->bus, EVENT_ARMED);
	audit_event(app, "armed", app->target.name);
}

void app_lock(struct app *app, const char *why)
{
	if (!app->model.is_armed)
		return;
	app->model.is_armed = false;
	app->model.armed_until_us = 0;
	bus_post(&app->bus, EVENT_ARMED);
	audit_event(app, "locked", why);
	run_locked(app);
	app_message(app, MESSAGE_INFO, "LOCKED: %s", why);
}

void app_lock_if_prod(struct app *app, const char *why)
{
	if (app_is_prod(app))
		app_lock(app, why);
}
