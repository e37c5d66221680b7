// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * How a call starts and ends: policy by risk, confirmation, audit.
 */
#include "core/command.h"

#include "core/app.h"
#include "core/audit.h"

void call_confirmation(const struct call *call, struct confirmation *confirmation)
{
	*confirmation = (struct confirmation){ 0 };
	if (call->command->confirm)
		call->command->confirm(call, confirmation);
}

/* The prompt that was answered still asks for the same: same level, same words to type, same plan. */
static bool satisfies(const struct confirmation *typed, const struct confirmation *needed)
{
	if (needed->level == 0)
		return true;
	return typed && typed->level >= needed->level && strcmp(typed->token, needed->token) == 0 &&
	       strcmp(typed->target, needed->target) == 0 &&
	       strcmp(typed->digest, needed->digest) == 0;
}

static bool refuse(struct call *call, const char *why)
{
	struct err e;

	err_set(&e, ERR_USAGE, "%s is not possible now: %s", call->command->name, why);
	return report_fail(&call->report, EXIT_NOT_CONFIRMED, DATABASE_UNCHANGED, &e);
}

static bool may_start(struct call *call, const struct confirmation *typed)
{
	struct confirmation needed;
	const char *why;

	if (!call->is_screen)
		return true; /* headless: the command applies its own rules to its options */
	if (!command_is_enabled(call->app, call->command, &why))
		return refuse(call, why ? why : "it is switched off");
	call_confirmation(call, &needed);
	if (!satisfies(typed, &needed))
		return refuse(call, "it has to be confirmed first");
	if (call->command->risk >= RISK_WRITE)
		audit_answer(call->app, call, &needed);
	return true;
}

static void app_add_call(struct app *app, struct call *call)
{
	call->next = app->calls;
	app->calls = call;
}

static void app_drop_call(struct app *app, struct call *call)
{
	for (struct call **at = &app->calls; *at; at = &(*at)->next) {
		if (*at == call) {
			*at = call->next;
			return;
		}
	}
}

void call_start(struct call *call, const struct confirmation *typed, call_done_fn *done, void *arg)
{
	call->done = done;
	call->arg = arg;
	app_add_call(call->app, call);
	if (may_start(call, typed))
		call->command->run(call);
	else
		call_finish(call);
}

void call_finish(struct call *call)
{
	assert_always(!call->is_finished, "a call finishes once");
	call->is_finished = true;
	app_drop_call(call->app, call);
	if (call->done)
		call->done(call->arg, call);
	call_free(call);
}

void call_tell(struct call *call, const struct call_event *event)
{
	if (call->tell)
		call->tell(call->arg, event);
}
