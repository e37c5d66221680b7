// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Record: what is written down, on the server and in the journal; and the steps that are nothing but a record: skipped
 * ones, and those a person or a probe says are done.
 */
#include "migrate/run/executor_private.h"

#include <inttypes.h>

#include "base/compiler.h"
#include "migrate/plan/forecast.h"

static const char *previous_revision(const struct migration *migration)
{
	return migration->parent_count > 0 ? migration->parents[0] : NULL;
}

/* "loses orders: about 1200 rows, 81920 bytes": what was known of it before. NULL = it loses nothing. */
static const char *loss_words(struct executor *x)
{
	const struct plan_step *step = executor_step(x);
	str_clear(&x->loss);
	for (size_t i = 0; i < step->hazard_count; i++) {
		const struct hazard *hazard = &step->hazards[i];
		if (hazard->kind != HAZARD_DATA_LOSS || !hazard->object)
			continue;
		const struct table_size *size = forecast_object_size(x->o.plan, hazard->object);
		str_addf(&x->loss, "%s%s", x->loss.len ? "; loses " : "loses ", hazard->object);
		if (size && value_is_known(size->rows))
			str_addf(&x->loss, ": about %" PRId64 " rows", size->rows);
		if (size && value_is_known(size->bytes))
			str_addf(&x->loss, ", %" PRId64 " bytes", size->bytes);
	}
	return x->loss.len ? str_c(&x->loss) : NULL;
}

void executor_fill_entry(struct executor *x, struct history_entry *entry)
{
	const struct plan_step *step = executor_step(x);
	*entry = (struct history_entry){
		.project = x->o.project,
		.migration = step->migration,
		.previous = previous_revision(step->migration),
		.direction = step->section,
		.ordinal = step->ordinal,
		.ordinal_count = step->ordinal_count,
		.is_lone = step->is_lone,
		.is_skipped = x->step.skip_reason != NULL,
		.attempt = x->step.attempt,
		.step_sha256 = step->sha256,
		.client = x->o.client,
		.run_id = x->o.run_id,
		.reason = x->step.skip_reason ? x->step.skip_reason : loss_words(x),
		.sqlstate = *x->step.error.sqlstate ? x->step.error.sqlstate : NULL,
		.error = *x->step.error.text ? x->step.error.text : NULL,
	};
}

void executor_place_error(const struct executor *x, const struct migration_statement *statement,
	enum migration_section section, struct err *e)
{
	int line = e->line > 0 ? e->line : 1, column = e->column > 0 ? e->column : 1;
	e->file = executor_step(x)->migration->sections[section].path;
	e->line = statement->sql.line + line - 1;
	e->column = line == 1 ? statement->sql.column + column - 1 : column;
}

static struct query query_of(const struct executor *x)
{
	return (struct query){
		.sql = x->write.sql,
		.params = x->write.params,
		.param_count = x->write.param_count,
		.is_prepared = !x->link.is_prepared_gone,
	};
}

void record_write(struct executor *x, executor_answer_fn *answer)
{
	struct query query = query_of(x);
	link_ask(x, &query, answer);
}

bool record_query(struct executor *x, struct query *query)
{
	struct history_entry entry;
	enum history_write_kind kind =
		executor_step(x)->is_last ? HISTORY_WRITE_LAST : HISTORY_WRITE_STEP;
	executor_fill_entry(x, &entry);
	if (!history_writer_write(&x->writer, kind, &entry, &x->write))
		return false;
	*query = query_of(x);
	return true;
}

bool record_history(struct executor *x, executor_answer_fn *answer)
{
	struct query query;
	if (!record_query(x, &query))
		return false;
	link_ask(x, &query, answer);
	return true;
}

/* A first group of a goose file: its table says nothing of it, so only the store will know its transaction. */
bool executor_is_only_witness(const struct executor *x)
{
	const struct plan_step *step = executor_step(x);
	return !step->is_lone && !step->is_last && !x->writer.class->has_server_intent;
}

bool record_intent(struct executor *x, struct err *e)
{
	const struct plan_step *step = executor_step(x);
	x->step.has_intent = true;
	if (!x->o.journal)
		return true;
	struct journal_intent intent = {
		.rev = step->migration->rev,
		.direction = step->section,
		.step = x->next,
		.ordinal = step->ordinal,
		.ordinal_count = step->ordinal_count,
		.is_lone = step->is_lone,
		.must_hold = step->is_lone && !x->writer.class->has_server_intent,
		.is_only_witness = executor_is_only_witness(x),
		.attempt = x->step.attempt,
		.step_sha256 = step->sha256,
		.xid = x->step.xid,
		.identity = &x->link.identity,
		.run_id = x->o.run_id,
	};
	return x->o.journal->intent(x->o.journal->state, &intent, e);
}

/*
 * A group that is in the history is known to be done without its outcome: that one may be written together with the
 * next intent, while the server works.
 */
static bool may_wait(const struct executor *x, enum journal_result result)
{
	const struct plan_step *step = executor_step(x);
	return result == JOURNAL_DONE && !step->is_lone && !x->has_unfinished &&
	       !executor_is_only_witness(x) && x->o.journal->flush;
}

void record_flush(struct executor *x)
{
	struct err e;
	if (x->o.journal && x->o.journal->flush && !x->o.journal->flush(x->o.journal->state, &e))
		tell_notice(x, "WARNING", e.text);
}

void record_outcome(struct executor *x, enum journal_result result, const struct err *e)
{
	const struct plan_step *step = executor_step(x);
	struct err why;
	if (!x->o.journal)
		return;
	struct journal_outcome outcome = {
		.rev = step->migration->rev,
		.direction = step->section,
		.step = x->next,
		.ordinal = step->ordinal,
		.result = result,
		.database = result == JOURNAL_DONE ? DATABASE_NOT_SAID : x->trouble.database,
		.took_ms = executor_took_ms(x),
		.error = e,
		.run_id = x->o.run_id,
		.may_wait = may_wait(x, result),
		.settles =
			x->has_unfinished && result != JOURNAL_UNKNOWN ? &x->link.identity : NULL,
	};
	if (!x->o.journal->outcome(x->o.journal->state, &outcome, &why))
		tell_notice(x, "WARNING", why.text);
}

static void record_failed(struct executor *x, const struct err *e)
{
	struct run_trouble trouble = {
		.kind = TROUBLE_FAILED,
		.error = *e,
		.database = executor_untouched(x),
		.choices = RUN_CHOICE_BIT(RUN_CHOICE_AGAIN) | RUN_CHOICE_BIT(RUN_CHOICE_MARK_DONE),
		.needs_judgement = true,
		.proposed = RUN_CHOICE_MARK_DONE,
	};
	snprintf(trouble.words, sizeof(trouble.words), "the history could not be written");
	executor_step_failed(x, &trouble, EXIT_FAILED_PARTWAY);
}

static void recorded(struct executor *x, const struct result *result, const struct err *e)
{
	(void)result;
	if (e && link_is_lost(x, e))
		outcome_reopen(x); /* it may have arrived: what the server says then decides */
	else if (e)
		record_failed(x, e);
	else
		executor_step_done(x, x->step.skip_reason ? STEP_SKIPPED : STEP_DONE);
}

static void write(struct executor *x)
{
	if (!record_history(x, recorded))
		executor_step_done(x, x->step.skip_reason ? STEP_SKIPPED : STEP_DONE);
}

static void held(struct executor *x, const struct result *result, const struct err *e)
{
	struct err lost;
	if (e) {
		recorded(x, NULL, e);
	} else if (lock_is_held(x, result)) {
		open_create(x, write);
	} else {
		lock_lost_error(&lost);
		executor_finish_between(x, EXIT_ERROR, &lost);
	}
}

/* What happened is written down in any case; what is only said to have happened, under the lock like any step. */
void record_start(struct executor *x)
{
	executor_enter(x, RUN_STEP);
	x->step.is_recording = true;
	if (x->step.started_us == 0)
		x->step.started_us = loop_now_us(x->o.loop);
	if (x->step.was_sent || !x->link.has_locks_prepared)
		open_create(x, write);
	else
		link_ask_text(x, "run-locks-held", held);
}
