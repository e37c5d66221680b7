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

static void take_finding(struct executor *x, const struct result *result, const struct err *e)
{
	struct probe_question question;
	struct probe_finding *finding = &x->step.finding;
	if (!e) {
		probe_ask(&executor_step(x)->statements[0], &question);
		probe_read(&question, result, finding);
		return;
	}
	*finding = (struct probe_finding){ .verdict = PROBE_CANNOT_TELL };
	snprintf(finding->words, sizeof(finding->words),
		"it could not be asked whether it happened: %.180s", e->text);
}

static void probe_answered(struct executor *x, const struct result *result, const struct err *e)
{
	if (e && link_is_lost(x, e)) {
		outcome_reopen(x);
		return;
	}
	take_finding(x, result, e);
	x->step.after_probe(x);
}

/* The file's own probe may look only, whatever it says: it runs in a transaction that cannot write. */
static void own_ended(struct executor *x, const struct result *result, const struct err *e)
{
	(void)result;
	if (e && link_is_lost(x, e))
		outcome_reopen(x);
	else
		x->step.after_probe(x);
}

static void own_answered(struct executor *x, const struct result *result, const struct err *e)
{
	if (e && link_is_lost(x, e)) {
		outcome_reopen(x);
		return;
	}
	take_finding(x, result, e);
	link_ask_text(x, "run-rollback", own_ended);
}

static void own_begun(struct executor *x, const struct result *result, const struct err *e)
{
	if (e) {
		probe_answered(x, result, e);
		return;
	}
	const struct query query = { .sql = executor_step(x)->statements[0].probe };
	link_ask(x, &query, own_answered);
}

void resume_probe(struct executor *x)
{
	struct probe_question question;
	probe_ask(&executor_step(x)->statements[0], &question);
	if (question.own) {
		link_ask_text(x, "run-verify-alone", own_begun);
		return;
	}
	if (!question.sql) {
		x->step.finding = question.without_asking;
		x->step.after_probe(x);
		return;
	}
	struct query query = {
		.sql = sql_get(question.sql, link_version(x)),
		.params = question.params,
		.param_count = question.param_count,
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

/* ---- a group of an earlier run whose COMMIT has no outcome in the store ---- */

static void group_not_applied(struct executor *x)
{
	tell_notice(x, "INFO",
		"an earlier run was interrupted in this step: not applied, the server rolled it "
		"back");
	record_outcome(x, JOURNAL_ROLLED_BACK, NULL);
	x->after_settle(x);
}

static void group_cannot_tell(struct executor *x, const char *why)
{
	x->step.finding = (struct probe_finding){ .verdict = PROBE_CANNOT_TELL };
	snprintf(x->step.finding.words, sizeof(x->step.finding.words),
		"an earlier run sent COMMIT and got no answer: %.180s", why);
	report_interrupted(x);
}

/* The row of the last step is part of its transaction: without it nothing was committed. */
static void group_committed(struct executor *x)
{
	if (executor_step(x)->is_last) {
		group_cannot_tell(x, "the server says it committed, the history does not show it");
		return;
	}
	if (x->is_changed_since) {
		group_cannot_tell(x, "the server committed what stood in the file then");
		return;
	}
	tell_notice(x, "INFO",
		"an earlier run was interrupted in this step: applied, the server committed it");
	executor_step_done(x, STEP_DONE);
}

/* The record is part of the transaction: the history, read under the lock, has the last word. */
static bool is_shown_by_history(const struct executor *x)
{
	return executor_step(x)->is_last || x->writer.class->is_adopted;
}

static void group_status(struct executor *x, const struct result *result, const struct err *e)
{
	if (e && link_is_lost(x, e)) {
		outcome_reopen(x);
		return;
	}
	const char *status = e ? NULL : result_text(result, 0, result_column(result, "status"));
	if (!status && is_shown_by_history(x))
		group_not_applied(x); /* a server that lost the very number in a crash, say */
	else if (e)
		group_cannot_tell(x, e->text);
	else if (!status)
		group_cannot_tell(x, "the server no longer knows the transaction");
	else if (strcmp(status, "committed") == 0)
		group_committed(x);
	else if (strcmp(status, "aborted") == 0)
		group_not_applied(x);
	else
		group_cannot_tell(x, "the transaction is still in progress on the server");
}

/*
 * Where the tool keeps no mark of a migration's first steps, only the server knows whether such a group was committed:
 * its transaction id is in the store. On another timeline that id may be a stranger's.
 */
static void settle_group(struct executor *x, const struct journal_past *past)
{
	const struct identity *server = &x->link.identity;
	bool is_shown = is_shown_by_history(x);
	bool is_same = past->timeline == server->timeline && value_is_known(past->timeline);

	if (!past->xid || !*past->xid || (is_shown && !is_same)) {
		group_not_applied(x);
		return;
	}
	if (!is_same) {
		group_cannot_tell(x, "another server has taken over since");
		return;
	}
	const char *params[] = { past->xid, "0" };
	struct query query = {
		.sql = sql_get("run-outcome", link_version(x)), .params = params, .param_count = 2
	};
	link_ask(x, &query, group_status);
}

static bool find_past(struct executor *x, struct journal_past *past)
{
	const struct plan_step *step = executor_step(x);
	const struct journal *journal = x->o.journal;
	return journal && journal->find_past &&
	       journal->find_past(journal->state, &x->link.identity, step->migration->rev, past) &&
	       past->direction == step->section;
}

bool resume_has_unfinished(struct executor *x)
{
	const struct journal *journal = x->o.journal;

	for (size_t i = 0; i < x->history->step_count; i++) {
		enum history_step_state state = x->history->steps[i].state;
		if (state == HISTORY_STEP_INTENT || state == HISTORY_STEP_FAILED)
			return true;
	}
	return journal && journal->has_open && journal->has_open(journal->state, &x->link.identity);
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
	} else if (has_past && past.is_open && past.steps_done + 1 != step->ordinal) {
		clean(x); /* it is about another step */
	} else if (has_past && past.is_open && step->is_lone && past.is_lone) {
		x->is_changed_since = differs(past.step_sha256, step->sha256);
		ask_about_lone(x);
	} else if (has_past && past.is_open) {
		x->after_settle = clean;
		x->is_changed_since = differs(past.step_sha256, step->sha256);
		settle_group(x, &past);
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
