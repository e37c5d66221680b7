// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Resume: an earlier run, or this one before it lost its connection, left a step without an outcome. What happened is
 * asked of the catalog, and exactly what is sound is offered.
 */
#include "migrate/run/executor_private.h"

#include "base/compiler.h"
#include "base/mem.h"
#include "base/quote.h"
#include "sql/sql.h"

/* ---- asking ---- */

static void probe_failed(struct executor *x, const struct err *e)
{
	x->step.finding = (struct probe_finding){ .verdict = PROBE_CANNOT_TELL };
	snprintf(x->step.finding.words, sizeof(x->step.finding.words),
		"it could not be asked whether it happened: %.180s", e->text);
	x->step.after_probe(x);
}

static void probe_answered(struct executor *x, const struct result *result, const struct err *e)
{
	struct probe_question question;
	if (e && link_is_lost(x, e)) {
		outcome_reopen(x);
		return;
	}
	if (e) {
		probe_failed(x, e);
		return;
	}
	probe_ask(&executor_step(x)->statements[0], &question);
	probe_read(&question, result, &x->step.finding);
	x->step.after_probe(x);
}

void resume_probe(struct executor *x)
{
	struct probe_question question;
	probe_ask(&executor_step(x)->statements[0], &question);
	if (!question.sql && !question.own) {
		x->step.finding = question.without_asking;
		x->step.after_probe(x);
		return;
	}
	struct query query = {
		.sql = question.own ? question.own : sql_get(question.sql, link_version(x)),
		.params = question.params,
		.param_count = question.own ? 0 : question.param_count,
	};
	link_ask(x, &query, probe_answered);
}

/* ---- what was found ---- */

struct sound {
	unsigned choices;
	enum run_choice proposed;
	bool needs_judgement;
};

static struct sound sound_after(enum probe_verdict verdict)
{
	switch (verdict) {
	case PROBE_DONE:
		return (struct sound){ RUN_CHOICE_BIT(RUN_CHOICE_MARK_DONE), RUN_CHOICE_MARK_DONE,
			false };
	case PROBE_NOT_DONE:
	case PROBE_REPEAT:
		return (struct sound){ RUN_CHOICE_BIT(RUN_CHOICE_AGAIN), RUN_CHOICE_AGAIN, false };
	case PROBE_REMAINS:
		return (struct sound){ RUN_CHOICE_BIT(RUN_CHOICE_CLEAR), RUN_CHOICE_CLEAR, false };
	case PROBE_CANNOT_TELL: break;
	}
	return (struct sound){ RUN_CHOICE_BIT(RUN_CHOICE_AGAIN) |
				       RUN_CHOICE_BIT(RUN_CHOICE_MARK_DONE),
		RUN_CHOICE_AGAIN, true };
}

static void report_interrupted(struct executor *x)
{
	const struct plan_step *step = executor_step(x);
	struct sound sound = sound_after(x->step.finding.verdict);
	struct run_trouble trouble = {
		.kind = TROUBLE_INTERRUPTED,
		.database = DATABASE_PARTIAL,
		.choices = sound.choices,
		.proposed = sound.proposed,
		.needs_judgement = sound.needs_judgement || x->is_changed_since,
	};
	if (x->step.finding.verdict == PROBE_NOT_DONE && step->ordinal == 1)
		trouble.database = DATABASE_UNCHANGED;
	err_set(&trouble.error, ERR_CONFLICT, "step %zu of %s, %s, was begun and has no outcome",
		step->ordinal, step->migration->rev, migration_section_word(step->section));
	if (x->is_changed_since)
		err_detail(&trouble.error, "its file is another now than when it was begun");
	snprintf(trouble.words, sizeof(trouble.words), "%s", x->step.finding.words);
	executor_step_failed(x, &trouble, EXIT_FAILED_PARTWAY);
}

static void ask_about_lone(struct executor *x)
{
	x->step.after_probe = report_interrupted;
	resume_probe(x);
}

static void report_dirty(struct executor *x)
{
	x->step.finding = (struct probe_finding){ .verdict = PROBE_CANNOT_TELL };
	snprintf(x->step.finding.words, sizeof(x->step.finding.words),
		"%s.%s is dirty: a run was broken off, and the table does not say in which "
		"direction",
		x->history->schema, x->history->table);
	report_interrupted(x);
}

/* ---- is there something to find? ---- */

static bool differs(const char *then, const char *now)
{
	return then && *then && now && strcmp(then, now) != 0;
}

static bool server_has_intent(struct executor *x)
{
	const struct plan_step *step = executor_step(x);
	const struct history_step *found =
		history_step_find(x->history, step->migration->rev, step->section, step->ordinal);
	if (!found || !step->is_lone)
		return false;
	x->is_changed_since = differs(found->sha256, step->sha256);
	return found->state == HISTORY_STEP_INTENT || found->state == HISTORY_STEP_FAILED;
}

/* A group without an outcome in the store: under the lock nobody commits any more, and the history has no row. */
static void settle_group(struct executor *x)
{
	tell_notice(x, "INFO",
		"an earlier run was interrupted in this step: not applied, the server rolled it "
		"back");
	record_outcome(x, JOURNAL_ROLLED_BACK, NULL);
}

static bool find_past(struct executor *x, struct journal_past *past)
{
	const struct plan_step *step = executor_step(x);
	const struct journal *journal = x->o.journal;
	return journal && journal->find_past &&
	       journal->find_past(journal->state, &x->link.identity, step->migration->rev, past) &&
	       past->direction == step->section;
}

/* The history was read under the lock: this step is not in it, or not as done. */
void resume_check(struct executor *x, executor_next_fn *clean)
{
	const struct plan_step *step = executor_step(x);
	struct journal_past past;
	bool has_past = find_past(x, &past);

	x->is_changed_since = false;
	x->step.finding = (struct probe_finding){ 0 };
	if (server_has_intent(x)) {
		ask_about_lone(x);
	} else if (has_past && past.is_open && step->is_lone && past.is_lone) {
		x->is_changed_since = differs(past.step_sha256, step->sha256);
		ask_about_lone(x);
	} else if (has_past && past.is_open) {
		settle_group(x);
		clean(x);
	} else if (x->history->is_dirty && !has_past && step->is_lone) {
		ask_about_lone(x);
	} else if (x->history->is_dirty && !has_past) {
		report_dirty(x);
	} else {
		clean(x);
	}
}

/* ---- clearing remains ---- */

static void clear_again(struct executor *x);

static void clear_failed(struct executor *x, const struct err *e)
{
	struct run_trouble trouble = {
		.kind = TROUBLE_FAILED,
		.error = *e,
		.database = DATABASE_PARTIAL,
		.choices = RUN_CHOICE_BIT(RUN_CHOICE_CLEAR),
		.proposed = RUN_CHOICE_CLEAR,
		.needs_judgement = true,
	};
	snprintf(trouble.words, sizeof(trouble.words), "%s", x->step.finding.words);
	executor_step_failed(x, &trouble, EXIT_FAILED_PARTWAY);
}

static void cleared(struct executor *x, const struct result *result, const struct err *e)
{
	(void)result;
	if (e && link_is_lost(x, e)) {
		outcome_reopen(x);
		return;
	}
	if (e) {
		clear_failed(x, e);
		return;
	}
	x->step.after_probe = clear_again;
	resume_probe(x);
}

static char *clear_text(const struct executor *x)
{
	const struct probe_finding *f = &x->step.finding;
	const struct quote_slot slots[] = {
		{ "schema", f->schema },
		{ "name", f->name },
		{ "parent_schema", f->parent_schema },
		{ "parent", f->parent },
	};
	const char *name = f->clear == PROBE_CLEAR_DETACH ? "run-clear-detach" : "run-clear-index";
	return quote_slots(sql_get(name, link_version(x)), slots, ARRAY_SIZE(slots));
}

/* One remain after the other; what the last asking said decides how it goes on. */
static void clear_again(struct executor *x)
{
	switch (x->step.finding.verdict) {
	case PROBE_REMAINS: link_ask_made(x, clear_text(x), cleared); break;
	case PROBE_DONE: lone_record_done(x); break;
	case PROBE_NOT_DONE:
	case PROBE_REPEAT:
	case PROBE_CANNOT_TELL: executor_begin(x); break;
	}
}

static void clear_reopened(struct executor *x)
{
	executor_enter(x, RUN_STEP);
	x->step.after_probe = clear_again;
	resume_probe(x);
}

void resume_clear(struct executor *x)
{
	if (x->link.lease)
		clear_reopened(x);
	else
		open_start(x, clear_reopened);
}
