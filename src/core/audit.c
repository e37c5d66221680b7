// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/audit.h"

#include "base/log.h"
#include "base/str.h"
#include "core/app.h"
#include "store/store_audit.h"

static void keep(struct app *app, struct audit_entry *entry)
{
	struct err e;

	entry->actor = app->actor;
	entry->target = app->target.name;
	entry->env = env_word(app->target.env);
	if (!store_audit_add(app_store(app), entry, &e))
		log_write(LOG_LEVEL_WARN, "audit", "%s: not kept: %s", entry->what, e.text);
}

static void gate_words(const struct gate_view *gate, struct str *out)
{
	for (size_t i = 0; i < GATE_READINGS; i++) {
		if (*gate->readings[i].words)
			str_addf(out, "%s%s", out->len ? "; " : "", gate->readings[i].words);
	}
}

void audit_answer(struct app *app, const struct call *call, const struct confirmation *confirmation)
{
	struct str what = { 0 }, gate = { 0 };

	str_add(&what, call->command->name);
	for (size_t i = 0; i < call->arg_count; i++)
		str_addf(&what, " %s", call->args[i]);
	gate_words(&app->model.run.gate, &gate);
	struct audit_entry entry = { .kind = "answer",
		.what = str_c(&what),
		.statement = *confirmation->title ? confirmation->title : NULL,
		.token = confirmation->level >= 2   ? confirmation->token
			 : confirmation->level == 1 ? "y"
						    : NULL,
		.gate = gate.len ? str_c(&gate) : NULL };
	keep(app, &entry);
	str_release(&what);
	str_release(&gate);
}

void audit_event(struct app *app, const char *what, const char *detail)
{
	struct audit_entry entry = { .kind = what, .what = detail };

	keep(app, &entry);
}
