// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/commands/approval.h"

#include <stdio.h>

#include "base/str.h"
#include "conf/conf.h"
#include "core/app.h"
#include "core/audit.h"
#include "core/prompt.h"
#include "migrate/plan/approve.h"

static size_t allowed_hazards(const struct call *call, const char **allowed, size_t max)
{
	size_t count = 0;

	for (size_t i = 0; i < call->option_count && count < max; i++) {
		if (strcmp(call->options[i].option->flag, "--allow-hazard") == 0)
			allowed[count++] = call->options[i].value;
	}
	return count;
}

static void report_gaps(struct report *report, const struct approval_gap *gaps, size_t count)
{
	struct node *table = report_table(report, report->data, "unanswered", "Not answered yet:");

	for (size_t i = 0; i < count; i++) {
		struct node *row = report_row(report, table);
		report_text(report, row, "revision", "REVISION",
			gaps[i].step ? gaps[i].step->migration->rev : NULL);
		report_text(report, row, "hazard", "HAZARD",
			gaps[i].hazard ? hazard_word(gaps[i].hazard->kind) : NULL);
		report_text(report, row, "object", NULL,
			gaps[i].hazard ? gaps[i].hazard->object : NULL);
		report_text(report, row, "what", "WHAT",
			gaps[i].hazard ? gaps[i].hazard->words : gaps[i].words);
		report_text(report, row, "words", NULL, gaps[i].words);
	}
}

static bool has_word(const struct str *words, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = str_c(words); (at = strstr(at, word)); at += len) {
		if (!at[len] || at[len] == ' ')
			return true;
	}
	return false;
}

/* What the same command line lacks, ready to be copied, as far as a hint has room. */
static void hint_flags(struct err *e, const struct approval_gap *gaps, size_t count)
{
	struct str words = { 0 };
	char flag[256];

	for (size_t i = 0; i < count; i++) {
		const struct hazard *hazard = gaps[i].hazard;
		if (!hazard)
			snprintf(flag, sizeof(flag), " %s",
				strstr(gaps[i].words, "--yes") ? "--yes" : "--plan-digest DIGEST");
		else
			snprintf(flag, sizeof(flag), " --allow-hazard %s%s%s",
				hazard_word(hazard->kind), hazard->object ? ":" : "",
				hazard->object ? hazard->object : "");
		if (!has_word(&words, flag))
			str_add(&words, flag);
	}
	if (words.len + 32 < sizeof(e->hint))
		err_hint(e, "read `dbtop plan`; then say%s", str_c(&words));
	else
		err_hint(e, "read `dbtop plan`; then answer each with --allow-hazard, or all");
	str_release(&words);
}

enum { ALLOWED_MAX = 256 };

/* A person at a terminal is asked at the level of the whole plan; everybody else has said it all beforehand. */
static bool ask_person(struct call *call, const struct plan *plan)
{
	struct confirmation confirmation = { 0 };

	if (!call->ask || conf_is(call->app->conf, "no_input"))
		return false;
	prompt_for_plan(call->app, plan, &confirmation);
	if (!call->ask(call->arg, &confirmation))
		return false;
	audit_answer(call->app, call, &confirmation);
	return true;
}

static bool is_answered(struct call *call, const struct plan *plan)
{
	const char *allowed[ALLOWED_MAX];
	struct approval approval = { .says_yes = call_has(call, "--yes"),
		.allowed = allowed,
		.allowed_count = allowed_hazards(call, allowed, ALLOWED_MAX),
		.digest = call_value(call, "--plan-digest"),
		.env = call->app->target.env };
	struct approval_gap *gaps;
	struct err e;

	size_t count = approve_check(plan, &approval, &call->report.arena, &gaps);
	if (!count)
		return true;
	if (!approval.digest && ask_person(call, plan))
		return true;
	report_gaps(&call->report, gaps, count);
	err_set(&e, ERR_USAGE, "%zu thing%s not confirmed; nothing was done", count,
		count == 1 ? " is" : "s are");
	hint_flags(&e, gaps, count);
	return report_fail(&call->report, EXIT_NOT_CONFIRMED, DATABASE_UNCHANGED, &e);
}

bool approval_digest_fits(struct call *call, const struct plan *plan)
{
	const char *wanted = call_value(call, "--plan-digest");
	const char *digest = plan->digest;
	struct err e;

	if (!wanted)
		return true;
	if (strncmp(wanted, "sha256:", 7) == 0)
		wanted += 7;
	if (strcmp(wanted, digest) == 0)
		return true;
	err_set(&e, ERR_CONFLICT, "the plan is not the one that was reviewed: its digest is %s",
		digest);
	err_hint(&e, "files or history changed since; review `dbtop plan` again");
	return report_fail(&call->report, EXIT_NOT_CONFIRMED, DATABASE_UNCHANGED, &e);
}

bool approval_may_write(const struct call *call, struct err *e)
{
	if (!call->app->target.is_read_only)
		return true;
	err_set(e, ERR_USAGE, "%s is read-only here: nothing was done", call->app->target.name);
	return err_hint(e, "its settings say read_only: dbtop changes nothing there");
}

static bool may_write(struct call *call)
{
	struct err e;

	return approval_may_write(call, &e) ||
	       report_fail(&call->report, EXIT_NOT_CONFIRMED, DATABASE_UNCHANGED, &e);
}

bool approval_given(struct call *call, const struct plan *plan)
{
	return may_write(call) && approval_digest_fits(call, plan) && is_answered(call, plan);
}

bool approval_words_check(const struct call *call, struct err *e)
{
	const char *allowed[ALLOWED_MAX];
	size_t count = allowed_hazards(call, allowed, ALLOWED_MAX);

	for (size_t i = 0; i < count; i++) {
		if (!approve_word(allowed[i], e))
			return false;
	}
	return true;
}
