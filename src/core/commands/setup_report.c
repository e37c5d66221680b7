// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What `dbtop setup` asks and tells: the checklist as a table with the administrator's commands below it, as a question,
 * and in one sentence at the end.
 */
#include <stdio.h>

#include "base/mem.h"
#include "conf/conf.h"
#include "core/app.h"
#include "core/audit.h"
#include "core/commands/setup_private.h"
#include "core/prompt.h"

struct checklist *setting_list(const struct setting_up *s)
{
	return setup_checklist(s->setup);
}

size_t setting_count(const struct setting_up *s, enum setup_state state)
{
	return checklist_count(setting_list(s), state);
}

static void report_item(struct report *report, struct node *table, const struct setup_item *item)
{
	struct node *row = report_row(report, table);

	report_text(report, row, "item", "ITEM", item->class->word);
	report_text(report, row, "name", "NAME", item->values[SLOT_NAME]);
	report_text(report, row, "state", "STATE", setup_state_word(item->state));
	report_int(report, row, "took_ms", "TOOK", item->took_ms, UNIT_MS);
	report_text(report, row, "words", "WHAT", *item->words ? item->words : NULL);
	report_text(report, row, "command", NULL, item->command);
}

/* What only somebody with more rights can do, ready to be pasted. */
static void report_commands(struct report *report, const struct checklist *list)
{
	struct node *table = NULL;

	for (size_t i = 0; i < list->count; i++) {
		const struct setup_item *item = &list->items[i];
		if (!item->command)
			continue;
		if (!table)
			table = report_table(
				report, report->data, "administrator", "for the administrator");
		struct node *row = report_row(report, table);
		report_text(report, row, "database", "DATABASE", item->command_in);
		report_text(report, row, "command", "COMMAND", item->command);
	}
}

static void report_checklist(struct report *report, const struct checklist *list)
{
	struct node *table = report_table(report, report->data, "checklist", "");

	for (size_t i = 0; i < list->count; i++)
		report_item(report, table, &list->items[i]);
	report_commands(report, list);
	report_int(report, report->data, "made", NULL, (int64_t)checklist_count(list, SETUP_MADE),
		UNIT_COUNT);
}

static void fill_confirmation(
	const struct app *app, const struct checklist *list, struct confirmation *c)
{
	size_t open = 0;

	*c = (struct confirmation){ .own_level = 1, .level = prompt_raise(app, 1) };
	snprintf(c->title, sizeof(c->title), "Set up %s: make what is missing?", app->target.name);
	for (size_t i = 0; i < list->count; i++) {
		const struct setup_item *item = &list->items[i];
		const char *name = item->values[SLOT_NAME];
		if (item->state == SETUP_THERE || ++open > CONFIRM_LINES)
			continue;
		snprintf(c->lines[c->line_count++], sizeof(c->lines[0]), "%.40s %.63s: %.50s",
			item->class->word, name ? name : "",
			*item->words ? item->words : setup_state_word(item->state));
	}
	if (open > CONFIRM_LINES)
		snprintf(c->lines[CONFIRM_LINES - 1], sizeof(c->lines[0]), "%zu more",
			open - CONFIRM_LINES + 1);
	if (c->level > 1)
		snprintf(c->token, sizeof(c->token), "%s", app->target.name);
}

bool setting_ask(struct setting_up *s)
{
	struct call *call = s->call;
	struct confirmation confirmation;

	if (!call->ask || conf_is(call->app->conf, "no_input"))
		return false;
	fill_confirmation(call->app, setting_list(s), &confirmation);
	if (!call->ask(call->arg, &confirmation))
		return false;
	audit_answer(call->app, call, &confirmation);
	return true;
}

void setting_refuse(struct setting_up *s)
{
	size_t open = setting_count_open(s), runs = setting_count(s, SETUP_RUNS);
	struct err e;

	if (open)
		err_set(&e, ERR_USAGE, "%zu thing%s not confirmed; nothing was done", open + runs,
			open + runs == 1 ? " is" : "s are");
	else
		err_set(&e, ERR_USAGE,
			"all is there; %zu seed%s of SQL, run at each setup, %s not confirmed; "
			"nothing was done",
			runs, runs == 1 ? "" : "s", runs == 1 ? "is" : "are");
	err_hint(&e, "read the list; then say --yes");
	report_fail(&s->call->report, EXIT_NOT_CONFIRMED, DATABASE_UNCHANGED, &e);
	setting_finish(s);
}

/* ---- the end ---- */

void setting_finish(struct setting_up *s)
{
	struct call *call = s->call;

	call->app->setup = NULL;
	if (s->setup)
		report_checklist(&call->report, setting_list(s));
	inspection_free(s->inspection);
	setup_free(s->setup);
	setup_spec_release(&s->spec);
	free(s->seed_dir);
	free(s);
	call_finish(call);
}

size_t setting_count_open(const struct setting_up *s)
{
	return setting_count(s, SETUP_MISSING) + setting_count(s, SETUP_WAITS) +
	       setting_count(s, SETUP_ADMIN) + setting_count(s, SETUP_NOT_SEEN);
}

/* The first that went wrong says why. */
const struct setup_item *setting_first(const struct setting_up *s, enum setup_state state)
{
	const struct checklist *list = setting_list(s);

	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].state == state)
			return &list->items[i];
	return NULL;
}

/* What this run has made stands; nothing of it is taken back. */
void setting_fail(struct setting_up *s, enum exit_code exit, const struct err *e)
{
	struct err error = *e;
	size_t made = s->setup ? setting_count(s, SETUP_MADE) : 0;

	error.file = arena_strdup(&s->call->report.arena, e->file);
	if (made > 0 && !*error.detail)
		err_detail(&error, "%zu of the list were made by this run and stand", made);
	if (s->makes && !*error.hint)
		err_hint(&error, "put the cause right; `dbtop setup` goes on from there");
	if (exit == EXIT_FAILED_PARTWAY && made == 0)
		exit = EXIT_FAILED_UNCHANGED;
	report_fail(&s->call->report, exit, made ? DATABASE_NOT_SAID : DATABASE_UNCHANGED, &error);
	setting_finish(s);
}

static void fail_differing(struct setting_up *s)
{
	const struct setup_item *item = setting_first(s, SETUP_DIFFERS);
	struct err e;

	err_set(&e, ERR_CONFLICT, "%s %s is not as described: %s", item->class->word,
		item->values[SLOT_NAME], item->words);
	err_hint(&e, "setup changes nothing that is there: change it, or the description");
	setting_fail(s, EXIT_MISMATCH, &e);
}

static void fail_open(struct setting_up *s)
{
	size_t rights = setting_count(s, SETUP_ADMIN), open = setting_count_open(s);
	struct err e;

	err_set(&e, ERR_CONFLICT, "%zu of %zu things %s still missing", open,
		setting_list(s)->count, open == 1 ? "is" : "are");
	if (rights > 0)
		err_hint(&e,
			"%zu need%s an administrator: run the commands of the list, then "
			"`dbtop setup` again",
			rights, rights == 1 ? "s" : "");
	setting_fail(s, EXIT_FAILED_PARTWAY, &e);
}

void setting_end_look(struct setting_up *s)
{
	struct report *report = &s->call->report;
	const struct setup_item *failed = setting_first(s, SETUP_FAILED);
	size_t open = setting_count_open(s);
	struct err e;

	if (failed) {
		err_set(&e, ERR_CONFLICT, "%s: %s", failed->class->word, failed->words);
		setting_fail(s, s->exit ? s->exit : EXIT_ERROR, s->exit ? &s->error : &e);
		return;
	}
	if (!open && setting_count(s, SETUP_DIFFERS)) {
		fail_differing(s);
		return;
	}
	if (open) {
		report->exit = EXIT_PENDING;
		report_say(report, "%zu of %zu things %s missing", open, setting_list(s)->count,
			open == 1 ? "is" : "are");
	} else {
		report_say(report, "nothing %s: all %zu things are there",
			call_has(s->call, "--check") ? "is missing" : "to do",
			setting_list(s)->count);
	}
	setting_finish(s);
}

void setting_end_make(struct setting_up *s)
{
	size_t made = setting_count(s, SETUP_MADE);

	if (setting_count_open(s)) {
		fail_open(s);
		return;
	}
	if (setting_count(s, SETUP_DIFFERS)) {
		fail_differing(s);
		return;
	}
	if (made)
		report_say(&s->call->report,
			"set up: %zu of %zu things made, the others were there", made,
			setting_list(s)->count);
	else
		report_say(&s->call->report, "nothing to do: all %zu things are there",
			setting_list(s)->count);
	setting_finish(s);
}
