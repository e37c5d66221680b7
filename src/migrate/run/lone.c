// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * A lone step: a statement that may not stand in a transaction. What is intended is written and committed first; then
 * the statement runs without a lock_timeout and without a watch on our being there; then the catalog is asked whether it
 * happened; then the outcome is written. Whatever breaks in between, the next start finds the intent and asks again.
 */
#include "migrate/run/executor_private.h"

#include <inttypes.h>

#include "base/compiler.h"
#include "base/mem.h"
#include "base/quote.h"
#include "sql/sql.h"

static const struct migration_statement *statement_of(const struct executor *x)
{
	return &executor_step(x)->statements[0];
}

/* Before the statement was sent: nothing of it stands. */
static void refuse(struct executor *x, const struct err *e, enum exit_code exit)
{
	struct run_trouble trouble = {
		.kind = link_is_lost(x, e) ? TROUBLE_LOST : TROUBLE_FAILED,
		.error = *e,
		.database = executor_untouched(x),
		.choices = RUN_CHOICE_BIT(RUN_CHOICE_AGAIN),
		.needs_judgement = true,
		.proposed = RUN_CHOICE_AGAIN,
	};
	executor_step_failed(x, &trouble, exit);
}

static void refuse_unsent(struct executor *x, const struct err *e)
{
	refuse(x, e,
		executor_untouched(x) == DATABASE_PARTIAL ? EXIT_FAILED_PARTWAY
							  : EXIT_FAILED_UNCHANGED);
}

/*
 * A statement that could have stood in a transaction is one: the server rolls it back. Not so a procedure or a DO block,
 * which may commit on their way when they stand alone, nor what the parser does not know.
 */
static bool is_all_or_nothing(const struct statement *sql)
{
	if (sql->is_lone || sql->parse == PARSE_UNPARSED || sql->parse == PARSE_TOO_BIG)
		return false;
	return strcmp(sql->tag, "CALL") != 0 && strcmp(sql->tag, "DO") != 0;
}

/* ---- after it failed ---- */

static unsigned choices_after(enum probe_verdict verdict)
{
	switch (verdict) {
	case PROBE_REMAINS: return RUN_CHOICE_BIT(RUN_CHOICE_CLEAR);
	case PROBE_NOT_DONE:
	case PROBE_REPEAT: return RUN_CHOICE_BIT(RUN_CHOICE_AGAIN);
	case PROBE_DONE:
	case PROBE_CANNOT_TELL: break;
	}
	return RUN_CHOICE_BIT(RUN_CHOICE_AGAIN) | RUN_CHOICE_BIT(RUN_CHOICE_MARK_DONE);
}

static bool left_nothing(const struct executor *x)
{
	enum probe_verdict verdict = x->step.finding.verdict;
	return verdict == PROBE_NOT_DONE || verdict == PROBE_REPEAT;
}

/* A build waits for old snapshots, and a session that waits in a blocking lock call for our lock has one. */
static void explain_deadlock(struct err *e)
{
	if (strcmp(e->sqlstate, "40P01") == 0)
		err_hint(e, "another tool may have waited for its migration lock in "
			    "pg_advisory_lock(): stop it, "
			    "clear the remains and run the step again");
}

static void report_failure(struct executor *x)
{
	explain_deadlock(&x->step.error);
	bool is_clean = left_nothing(x) && x->writer.class->is_single_row == false;
	struct run_trouble trouble = {
		.kind = x->wants_cancel ? TROUBLE_CANCELED : TROUBLE_FAILED,
		.error = x->step.error,
		.database = is_clean ? executor_untouched(x) : DATABASE_PARTIAL,
		.choices = choices_after(x->step.finding.verdict),
		.needs_judgement = true,
	};
	trouble.proposed = trouble.choices & RUN_CHOICE_BIT(RUN_CHOICE_CLEAR) ? RUN_CHOICE_CLEAR
									      : RUN_CHOICE_AGAIN;
	if (x->step.is_unverified) {
		trouble.choices = RUN_CHOICE_BIT(RUN_CHOICE_MARK_DONE);
		trouble.proposed = RUN_CHOICE_MARK_DONE;
	}
	snprintf(trouble.words, sizeof(trouble.words), "%s", x->step.finding.words);
	executor_step_failed(x, &trouble,
		trouble.database == DATABASE_PARTIAL ? EXIT_FAILED_PARTWAY : EXIT_FAILED_UNCHANGED);
}

static void failure_recorded(struct executor *x, const struct result *result, const struct err *e)
{
	(void)result;
	if (e && !link_is_lost(x, e))
		tell_notice(x, "WARNING", e->text);
	report_failure(x);
}

static void record_failure(struct executor *x)
{
	struct history_entry entry;
	enum history_write_kind kind =
		left_nothing(x) ? HISTORY_WRITE_NOTHING : HISTORY_WRITE_FAILED;
	executor_fill_entry(x, &entry);
	if (history_writer_write(&x->writer, kind, &entry, &x->write))
		record_write(x, failure_recorded);
	else
		report_failure(x);
}

/* ---- after it succeeded ---- */

static void verify_cleaned(struct executor *x, const struct result *result, const struct err *e)
{
	(void)result;
	if (e && link_is_lost(x, e)) {
		report_failure(x);
		return;
	}
	record_failure(x);
}

/* The statement stands, so running it again is not sound: what can be asked again is verify. */
static void verify_failed(struct executor *x, const struct result *result, const struct err *e)
{
	(void)result;
	x->step.error = *e;
	x->step.is_unverified = true;
	x->step.finding = (struct probe_finding){ .verdict = PROBE_DONE };
	snprintf(x->step.finding.words, sizeof(x->step.finding.words),
		"the statement is done; what it was to bring about is not true");
	err_hint(&x->step.error,
		"put the cause right and go on: verify is asked again; or take the "
		"migration back with a downgrade");
	if (link_is_lost(x, e))
		report_failure(x);
	else
		link_ask_text(x, "run-rollback", verify_cleaned);
}

void lone_record_done(struct executor *x)
{
	executor_enter(x, RUN_STEP);
	if (x->step.started_us == 0)
		x->step.started_us = loop_now_us(x->o.loop);
	if (verify_is_needed(x))
		verify_alone(x, record_start, verify_failed);
	else
		record_start(x);
}

/* The server said done, the catalog says otherwise: IF NOT EXISTS beside an invalid index, say. */
static void contradict(struct executor *x)
{
	const struct migration_statement *s = statement_of(x);
	err_set(&x->step.error, ERR_CONFLICT, "the server reported success, but %s",
		x->step.finding.words);
	executor_place_error(x, s, executor_step(x)->section, &x->step.error);
	record_failure(x);
}

/* ---- the probe ---- */

static void judge(struct executor *x)
{
	enum probe_verdict verdict = x->step.finding.verdict;
	bool is_refuted = verdict == PROBE_REMAINS || verdict == PROBE_NOT_DONE;
	if (x->step.error.kind != ERR_NONE)
		record_failure(x);
	else if (is_refuted)
		contradict(x);
	else
		lone_record_done(x);
}

static void probed(struct executor *x)
{
	bool has_failed = x->step.error.kind != ERR_NONE;
	if (has_failed && is_all_or_nothing(&statement_of(x)->sql)) {
		x->step.finding = (struct probe_finding){ .verdict = PROBE_NOT_DONE };
		snprintf(x->step.finding.words, sizeof(x->step.finding.words),
			"the server rolled it back");
	}
	judge(x);
}

static void watched_again(struct executor *x, const struct result *result, const struct err *e)
{
	(void)result;
	if (e && link_is_lost(x, e)) {
		outcome_reopen(x);
		return;
	}
	x->step.after_probe = probed;
	resume_probe(x);
}

/* ---- it waited, others queued behind it: canceled, and tried again later ---- */

bool lone_may_give_way(const struct executor *x)
{
	struct probe_question question;
	if (is_all_or_nothing(&statement_of(x)->sql))
		return true;
	probe_ask(statement_of(x), &question);
	return !question.sql && !question.own && question.without_asking.verdict == PROBE_REPEAT;
}

void lone_give_up(struct executor *x)
{
	executor_enter(x, RUN_STEP);
	if (x->wants_cancel)
		err_set(&x->step.error, ERR_CANCELED, "canceled");
	x->step.finding = (struct probe_finding){ .verdict = PROBE_NOT_DONE };
	snprintf(x->step.finding.words, sizeof(x->step.finding.words),
		"it gave way to the sessions behind it and left nothing");
	record_failure(x);
}

static void try_again(struct executor *x)
{
	if (!executor_gate_is_open(x)) {
		link_later(x, GATE_AGAIN_MS, try_again);
		return;
	}
	executor_enter(x, RUN_STEP);
	x->step.attempt++;
	x->step.is_yielding = false;
	lone_start(x);
}

static void gave_way(struct executor *x, const struct result *result, const struct err *e)
{
	int64_t delay_ms = group_retry_delay_ms(x);
	(void)result;
	if (e && link_is_lost(x, e)) {
		outcome_reopen(x);
		return;
	}
	if (x->step.attempt >= GROUP_TRIES || x->wants_stop || x->wants_cancel) {
		lone_give_up(x);
		return;
	}
	executor_enter(x, RUN_RETRY);
	if (x->o.events->retry)
		x->o.events->retry(x->o.events_arg, x->step.attempt, delay_ms, &x->step.error);
	if (x->state == RUN_RETRY)
		link_later(x, delay_ms, try_again);
}

/* ---- the statement ---- */

static void ran(struct executor *x, const struct result *result, const struct err *e)
{
	const struct migration_statement *statement = statement_of(x);
	x->step.is_server_busy = false;
	if (e && x->step.is_yielding && strcmp(e->sqlstate, "57014") == 0) {
		x->step.error = *e;
		snprintf(x->step.error.text, sizeof(x->step.error.text),
			"gave way to the sessions that wait behind us");
		link_ask_text(x, "run-alone-end", gave_way);
		return;
	}
	x->step.is_yielding = false;
	if (e) {
		x->step.error = *e;
		executor_place_error(x, statement, executor_step(x)->section, &x->step.error);
		if (link_is_lost(x, e)) {
			outcome_reopen(x);
			return;
		}
	} else {
		group_note_statement(x, &statement->sql);
		tell_statement(x, true, result_affected(result));
	}
	link_ask_text(x, "run-alone-end", watched_again);
}

static void send(struct executor *x)
{
	const struct migration_statement *statement = statement_of(x);
	if (x->wants_cancel) {
		struct err e;
		err_set(&e, ERR_CANCELED, "canceled");
		x->step.error = e;
		x->step.finding = (struct probe_finding){ .verdict = PROBE_NOT_DONE };
		record_failure(x);
		return;
	}
	x->step.error = (struct err){ 0 };
	x->step.statement_started_us = loop_now_us(x->o.loop);
	x->step.is_server_busy = true;
	x->step.was_sent = true;
	link_ask_statement(x, &statement->sql, ran);
	tell_statement(x, false, -1);
}

/* ---- before it ---- */

static void intended(struct executor *x, const struct result *result, const struct err *e)
{
	struct err why;
	(void)result;
	if (e) {
		refuse_unsent(x, e);
		return;
	}
	if (!record_intent(x, &why))
		tell_notice(x, "WARNING", why.text);
	send(x);
}

static void intend(struct executor *x)
{
	struct history_entry entry;
	struct err why;
	executor_fill_entry(x, &entry);
	if (history_writer_write(&x->writer, HISTORY_WRITE_INTENT, &entry, &x->write)) {
		record_write(x, intended);
		return;
	}
	if (!x->o.journal)
		err_set(&why, ERR_STORE, "there is no store to keep the intent of this step in");
	else if (record_intent(x, &why)) {
		send(x);
		return;
	}
	err_detail(&why, "%s keeps no mark of a step under way: after a crash nobody could tell",
		x->writer.class->format);
	err_hint(&why, "give dbtop a store it can write (--store FILE); nothing was sent");
	refuse(x, &why, EXIT_ERROR);
}

static void timed(struct executor *x, const struct result *result, const struct err *e)
{
	(void)result;
	if (e)
		refuse_unsent(x, e);
	else
		intend(x);
}

static void alone(struct executor *x, const struct result *result, const struct err *e)
{
	struct err lost;
	int64_t statement_ms = executor_step(x)->migration->statement_timeout_ms;
	if (e) {
		refuse_unsent(x, e);
		return;
	}
	if (!lock_is_held(x, result)) {
		lock_lost_error(&lost);
		link_drop(x);
		refuse_unsent(x, &lost);
		return;
	}
	if (statement_ms < 0) {
		intend(x);
		return;
	}
	char text[32];
	snprintf(text, sizeof(text), "%" PRId64 "ms", statement_ms);
	const struct quote_slot slots[] = { { "statement_timeout", text } };
	link_ask_made(
		x, quote_slots(sql_get("run-alone-timeout", link_version(x)), slots, 1), timed);
}

void lone_start(struct executor *x)
{
	x->step.statement = 0;
	link_ask_text(x, "run-alone", alone);
}
