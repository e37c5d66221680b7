// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/prompt.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/visible.h"
#include "base/words.h"
#include "core/app.h"
#include "core/run.h"
#include "store/store_run.h"

enum { COUNT_PROD_S = 5, COUNT_S = 3, HAZARD_LINES_MAX = 7 };

static void line(struct confirmation *c, const char *fmt, ...) PRINTF(2, 3);

/* Names of a file or server stand in it: made visible here, since the prompt is drawn as it is. */
static void line(struct confirmation *c, const char *fmt, ...)
{
	char raw[512];
	va_list ap;

	if (c->line_count == CONFIRM_LINES)
		return;
	va_start(ap, fmt);
	vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	char *text = visible_new(raw, VISIBLE_LINE);
	snprintf(c->lines[c->line_count++], sizeof(c->lines[0]), "%s", text);
	free(text);
}

int prompt_raise(const struct app *app, int level)
{
	if (level == 0 || !app_is_prod(app))
		return level;
	return level < 3 ? level + 1 : 3;
}

static const char *env_words(const struct app *app)
{
	return app->target.env == ENV_PROD ? "PROD" : env_word(app->target.env);
}

static void set_target_words(const struct app *app, struct confirmation *c)
{
	const struct identity *id = &app->model.link.identity;

	line(c, "target   %s %s   %s@%s:%s/%s", env_words(app), app->target.name, id->user,
		id->host, id->port, id->database);
}

static void set_level(
	const struct app *app, const struct plan *plan, int own_level, struct confirmation *c)
{
	c->own_level = own_level;
	c->level = prompt_raise(app, own_level);
	if (c->level == 0)
		c->level = 1; /* no key changes a server by itself, not even harmlessly */
	if (c->level == 3) {
		c->count_s = app_is_prod(app) ? COUNT_PROD_S : COUNT_S;
		if (app_is_prod(app))
			snprintf(c->target, sizeof(c->target), "%s", app->target.name);
	}
	snprintf(c->digest, sizeof(c->digest), "%s", plan->digest);
}

void prompt_hazard_words(const struct hazard *hazard, char *out, size_t room)
{
	bool is_told = !hazard->object || strstr(hazard->words, hazard->object);

	snprintf(out, room, "%s%s%s: %s", hazard_word(hazard->kind), is_told ? "" : " ",
		is_told ? "" : hazard->object, hazard->words);
}

bool prompt_hazard_is_told(const struct plan_step *step, size_t hazard)
{
	const struct hazard *it = &step->hazards[hazard];

	for (size_t i = 0; i < hazard; i++) {
		const struct hazard *before = &step->hazards[i];
		if (before->kind == it->kind && text_is(before->object, it->object) &&
			text_is(before->words, it->words))
			return true;
	}
	return false;
}

static void add_hazard(const struct hazard *hazard, struct confirmation *c)
{
	char words[512];

	prompt_hazard_words(hazard, words, sizeof(words));
	if (c->line_count + 3 < CONFIRM_LINES)
		line(c, "%-8s %s",
			hazard->level >= 3   ? "DANGER"
			: hazard->level == 2 ? "risk"
					     : "note",
			words);
}

/* The worst first: when not all fit, the last line says how many more. */
static void add_hazards(const struct plan *plan, size_t from, size_t until, struct confirmation *c)
{
	int left_out = 0, shown = 0;

	for (int level = 3; level >= 1; level--) {
		for (size_t i = from; i < until; i++) {
			for (size_t h = 0; h < plan->steps[i].hazard_count; h++) {
				const struct hazard *hazard = &plan->steps[i].hazards[h];
				if (hazard->level != level ||
					prompt_hazard_is_told(&plan->steps[i], h))
					continue;
				if (shown++ < HAZARD_LINES_MAX)
					add_hazard(hazard, c);
				else
					left_out++;
			}
		}
	}
	if (left_out)
		line(c, "         and %d more: D says all of them", left_out);
}

/* What an upgrade dropped does not come back with a rollback: say how much that was, where the store knows. */
static void add_losses(const struct app *app, const struct plan *plan, size_t from, size_t until,
	struct confirmation *c)
{
	struct arena arena = { 0 };
	struct stored_loss *losses;

	for (size_t i = from; app->store && plan->direction == PLAN_DOWN && i < until; i++) {
		if (plan->steps[i].ordinal != 1)
			continue;
		size_t count = store_run_loss_list(
			app->store, plan->steps[i].migration->rev, &arena, &losses);
		for (size_t l = 0; l < count; l++) {
			char bytes[WORDS_BYTES] = "?", at[CLOCK_TEXT_BYTES];
			if (value_is_known(losses[l].bytes))
				words_bytes(losses[l].bytes, bytes);
			clock_format_local(losses[l].at_us, at);
			line(c, "NOT BACK %s: about %" PRId64 " rows, %s, dropped %s",
				losses[l].name, value_is_known(losses[l].rows) ? losses[l].rows : 0,
				bytes, at);
		}
	}
	arena_release(&arena);
}

static void add_undo(const struct plan *plan, size_t from, size_t until, struct confirmation *c)
{
	bool has_lone = false, is_reversible = true;

	for (size_t i = from; i < until; i++) {
		has_lone |= plan->steps[i].is_lone;
		is_reversible &= plan->steps[i].is_reversible;
	}
	if (plan->direction == PLAN_DOWN)
		line(c, "undo     upgrade again; what a rollback drops comes back empty");
	else if (!is_reversible)
		line(c, "undo     none: it has no way down");
	else if (has_lone)
		line(c, "undo     its down section, a second change; ROLLBACK cannot undo a lone "
			"statement");
	else
		line(c, "undo     its down section; until COMMIT the group rolls back by itself");
}

static int level_of(const struct plan *plan, size_t from, size_t until)
{
	int level = 0;

	for (size_t i = from; i < until; i++) {
		if (plan->steps[i].level > level)
			level = plan->steps[i].level;
	}
	return level;
}

/* Each action has a token of its own, so that habit cannot supply it; level 3 wants the migration's name. */
static void set_token(const struct app *app, const struct plan_step *step, const char *verb,
	struct confirmation *c)
{
	const struct migration *m = step->migration;
	char rev[SHORT_REV_BYTES];

	migrations_short_rev(&app->model.migrations, m->rev, rev);
	if (c->level >= 3)
		snprintf(c->token, sizeof(c->token), "%s", *m->name ? m->name : m->rev);
	else
		snprintf(c->token, sizeof(c->token), "%s %s.%zu", verb, rev, step->ordinal);
}

static void for_steps(const struct app *app, const struct plan *plan, size_t from, size_t until,
	struct confirmation *c)
{
	const struct plan_step *step = &plan->steps[from];
	const char *verb = plan->direction == PLAN_UP ? "run" : "roll back";
	const char *title_verb = plan->direction == PLAN_UP ? "Run" : "Roll back";

	set_level(app, plan, level_of(plan, from, until), c);
	if (until == from + 1)
		snprintf(c->title, sizeof(c->title), "%s step %zu of %zu of %s %s on %s %s?",
			title_verb, step->ordinal, step->ordinal_count, step->migration->rev,
			step->migration->name, env_words(app), app->target.name);
	else
		snprintf(c->title, sizeof(c->title), "%s %zu steps, %s to %s, on %s %s?",
			title_verb, until - from, step->migration->rev,
			plan->steps[until - 1].migration->rev, env_words(app), app->target.name);
	set_target_words(app, c);
	add_hazards(plan, from, until, c);
	add_losses(app, plan, from, until, c);
	add_undo(plan, from, until, c);
	set_token(app, step, verb, c);
}

void prompt_for_steps(const struct app *app, size_t from, size_t until, struct confirmation *c)
{
	for_steps(app, app->model.run.plan, from, until, c);
}

void prompt_for_plan(const struct app *app, const struct plan *plan, struct confirmation *c)
{
	for_steps(app, plan, 0, plan->step_count, c);
}

void prompt_for_skip(const struct app *app, struct confirmation *c)
{
	const struct plan_step *step = &app->model.run.plan->steps[app->model.run.step];

	set_level(app, app->model.run.plan, 2, c);
	snprintf(c->title, sizeof(c->title), "Leave out step %zu of %s %s on %s %s?", step->ordinal,
		step->migration->rev, step->migration->name, env_words(app), app->target.name);
	line(c, "The history will say it was skipped. Nothing of it runs, now or later.");
	set_token(app, step, "skip", c);
}

void prompt_for_choice(const struct app *app, enum run_choice choice, struct confirmation *c)
{
	const struct plan *plan = app->model.run.plan;
	const struct run_trouble *trouble = run_trouble(app);
	const struct plan_step *step = &plan->steps[trouble->step];
	const char *words = run_choice_words(choice);
	int level = step->level > 2 ? step->level : 2;

	if (choice == RUN_CHOICE_AGAIN)
		level = level_of(plan, trouble->step, trouble->step + 1);
	set_level(app, plan, level, c);
	if (c->level < 2)
		c->level = 2; /* what went wrong once is not answered by one key */
	snprintf(c->title, sizeof(c->title), "%c%s: step %zu of %s %s on %s %s?",
		words[0] >= 'a' && words[0] <= 'z' ? words[0] - 'a' + 'A' : words[0], words + 1,
		step->ordinal, step->migration->rev, step->migration->name, env_words(app),
		app->target.name);
	line(c, "%s", *trouble->words ? trouble->words : trouble->error.text);
	set_token(app, step,
		choice == RUN_CHOICE_CLEAR   ? "clear"
		: choice == RUN_CHOICE_AGAIN ? "again"
					     : "done",
		c);
}

static void say_statement(const struct plan_step *step, size_t index, struct report *report)
{
	const struct migration_statement *statement = &step->statements[index];
	char *text = NULL;
	struct str sql = { 0 };

	visible_add(&sql, statement->sql.text, VISIBLE_BLANK);
	text = str_detach(&sql);
	report_say(report, "  %d: %.200s%s", statement->sql.line, text,
		strlen(text) > 200 ? "..." : "");
	for (size_t a = 0; a < statement->sql.action_count; a++) {
		const struct action *action = &statement->sql.actions[a];
		const struct action_cost cost = plan_cost(step, index, a);
		if (action->lock != LOCK_NONE && action->table.name)
			report_say(report, "     takes %s on %s%s%s%s%s",
				lock_mode_words(action->lock),
				action->table.schema ? action->table.schema : "",
				action->table.schema ? "." : "", action->table.name,
				cost.scan ? ", reads it whole" : "",
				cost.rewrite ? ", writes it anew" : "");
	}
	free(text);
}

void prompt_dry_run(const struct app *app, struct report *report)
{
	const struct run_view *view = &app->model.run;
	const struct plan_step *step = &view->plan->steps[view->step];

	report_say(report, "step %zu of %zu of %s %s would run %zu statement%s %s:", step->ordinal,
		step->ordinal_count, step->migration->rev, step->migration->name,
		step->statement_count, step->statement_count == 1 ? "" : "s",
		step->is_lone ? "alone" : "in one transaction");
	for (size_t i = 0; i < step->statement_count; i++)
		say_statement(step, i, report);
	for (size_t h = 0; h < step->hazard_count; h++)
		report_say(report, "  level %d %s: %s%s%s", step->hazards[h].level,
			hazard_word(step->hazards[h].kind), step->hazards[h].words,
			step->hazards[h].remedy ? "; " : "",
			step->hazards[h].remedy ? step->hazards[h].remedy : "");
	report_say(report, "nothing was sent");
}
