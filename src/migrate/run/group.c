// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * A group: BEGIN, its statements one by one, verify, the history row, and COMMIT as a message of its own, once all before
 * it is answered. What the server itself can stop travels together: BEGIN, the guard and the first statement; the last
 * statement and the history row. So a group of one statement takes two round trips.
 *
 *     BEGIN · guard · CREATE TABLE … · history row   →   COMMIT
 *
 * The guard fails where the locks are not ours any more, and then nothing behind it is run. It is answered while the
 * server works on the first statement: the journal learns the transaction's id then, so that its write to the disk
 * costs no time of its own; in any case before COMMIT is sent.
 */
#include "migrate/run/executor_private.h"

#include <inttypes.h>

#include "base/compiler.h"
#include "sql/sql.h"

enum { RETRY_FIRST_MS = 1000, RETRY_MOST_MS = 60000 };

static void next_statement(struct executor *x);

static const struct migration_statement *current(const struct executor *x)
{
	return &executor_step(x)->statements[x->step.statement];
}

/* ---- what fails before COMMIT: rolled back, and perhaps tried again ---- */

static bool has_given_way(const struct executor *x)
{
	return x->step.is_yielding && strcmp(x->step.error.sqlstate, "57014") == 0;
}

static bool is_worth_another_try(const struct executor *x)
{
	static const char *const codes[] = { "55P03", "40P01", "40001" };
	if (x->wants_cancel || x->wants_stop || x->step.attempt >= GROUP_TRIES)
		return false;
	if (has_given_way(x))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
		if (strcmp(x->step.error.sqlstate, codes[i]) == 0)
			return true;
	return false;
}

/* 1 s doubled up to 60 s, plus up to a quarter, never above the limit. */
int64_t group_retry_delay_ms(struct executor *x)
{
	int64_t delay_ms = RETRY_FIRST_MS;
	for (int i = 1; i < x->step.attempt && delay_ms < RETRY_MOST_MS; i++)
		delay_ms *= 2;
	delay_ms += dice_below(&x->dice, delay_ms / 4 + 1);
	return delay_ms < RETRY_MOST_MS ? delay_ms : RETRY_MOST_MS;
}

static void name_blocker(const struct executor *x, struct err *e)
{
	if (x->blocker_count == 0 || *e->detail)
		return;
	const struct run_blocker *b = &x->blockers[0];
	err_detail(e, "pid %" PRId64 " (%s, %s) stood in the way: %s", b->pid,
		*b->app ? b->app : "no application name", b->state, b->query);
}

static void try_again(struct executor *x)
{
	if (!executor_gate_is_open(x)) { /* shut before a try as before a step */
		link_later(x, GATE_AGAIN_MS, try_again);
		return;
	}
	executor_enter(x, RUN_STEP);
	x->step.attempt++;
	group_start(x);
}

static void retry(struct executor *x)
{
	int64_t delay_ms = group_retry_delay_ms(x);
	record_outcome(x, JOURNAL_ROLLED_BACK, &x->step.error);
	executor_enter(x, RUN_RETRY);
	if (x->o.events->retry)
		x->o.events->retry(x->o.events_arg, x->step.attempt, delay_ms, &x->step.error);
	if (x->state == RUN_RETRY)
		link_later(x, delay_ms, try_again);
}

void group_give_up(struct executor *x)
{
	bool is_canceled = x->wants_cancel;
	struct run_trouble trouble = {
		.kind = is_canceled ? TROUBLE_CANCELED : TROUBLE_FAILED,
		.error = x->step.error,
		.database = executor_untouched(x),
		.choices = RUN_CHOICE_BIT(RUN_CHOICE_AGAIN),
		.needs_judgement = true,
		.proposed = RUN_CHOICE_AGAIN,
	};
	if (trouble.error.kind == ERR_NONE)
		err_set(&trouble.error, ERR_CANCELED, "canceled");
	executor_step_failed(x, &trouble,
		trouble.database == DATABASE_PARTIAL ? EXIT_FAILED_PARTWAY : EXIT_FAILED_UNCHANGED);
}

static void give_up_lost(struct executor *x)
{
	struct run_trouble trouble = {
		.kind = x->wants_cancel ? TROUBLE_CANCELED : TROUBLE_LOST,
		.error = x->step.error,
		.database = executor_untouched(x),
		.choices = RUN_CHOICE_BIT(RUN_CHOICE_AGAIN),
		.needs_judgement = true,
		.proposed = RUN_CHOICE_AGAIN,
	};
	if (x->step.error.kind != ERR_CONFLICT) /* a lock that is no longer ours says more */
		link_explain_loss(&trouble.error,
			"the connection was lost before COMMIT was sent: not applied (the server "
			"rolls it back)");
	executor_step_failed(x, &trouble,
		trouble.database == DATABASE_PARTIAL ? EXIT_FAILED_PARTWAY : EXIT_FAILED_UNCHANGED);
}

static void rolled_back(struct executor *x, const struct result *result, const struct err *e)
{
	(void)result;
	/* Lost now is rolled back as well: COMMIT was never sent. */
	if (e && link_is_lost(x, e)) {
		give_up_lost(x);
		return;
	}
	if (is_worth_another_try(x))
		retry(x);
	else
		group_give_up(x);
}

static void fail(struct executor *x, const struct result *result, const struct err *e)
{
	(void)result;
	x->step.error = *e;
	if (link_is_lost(x, e)) {
		give_up_lost(x);
		return;
	}
	if (has_given_way(x))
		snprintf(x->step.error.text, sizeof(x->step.error.text),
			"gave way to the sessions that wait behind us");
	name_blocker(x, &x->step.error);
	link_ask_text(x, "run-rollback", rolled_back);
}

/* ---- COMMIT ---- */

static void committed_not(struct executor *x, const struct err *e)
{
	x->step.error = *e;
	x->wants_cancel = false;
	group_give_up(x);
}

static void committed(struct executor *x, const struct result *result, const struct err *e)
{
	if (e && link_is_lost(x, e)) {
		x->step.error = *e;
		outcome_start(x);
		return;
	}
	x->step.is_committing = false;
	struct err why;
	if (e) {
		why = *e; /* a deferred constraint, say: the server has rolled it back */
		err_hint(&why, "it failed at COMMIT; nothing of the step stands");
		committed_not(x, &why);
	} else if (strcmp(result_tag(result), "COMMIT") != 0) {
		err_set(&why, ERR_CONFLICT,
			"the server answered COMMIT with %s: the transaction had failed",
			result_tag(result));
		committed_not(x, &why);
	} else {
		executor_step_done(x, STEP_DONE);
	}
}

/* "No store is needed for safety" holds where the server keeps a mark itself. */
static void intend(struct executor *x)
{
	struct err e;
	bool is_kept = record_intent(x, &e) && (x->o.journal || !executor_is_only_witness(x));
	if (!is_kept && executor_is_only_witness(x))
		x->step.is_unwitnessed = true;
	else if (!is_kept)
		tell_notice(x, "WARNING", e.text);
}

static void refuse_unwitnessed(struct executor *x)
{
	struct err e;
	err_set(&e, ERR_STORE, "there is no store to keep this transaction's number in");
	err_detail(&e,
		"%s keeps no mark of the first groups of a file: after a crash nobody could "
		"tell whether this one was committed",
		x->writer.class->format);
	err_hint(&e, "give dbtop a store it can write (--store FILE); it was rolled back");
	fail(x, NULL, &e);
}

static void commit(struct executor *x)
{
	if (!x->step.has_intent)
		intend(x);
	if (x->step.is_unwitnessed) {
		refuse_unwitnessed(x);
		return;
	}
	x->step.is_committing = true;
	link_ask_text(x, "run-commit", committed);
	tell_ahead(x);
}

/* ---- history row ---- */

static void history_written(struct executor *x, const struct result *result)
{
	const char *xid = result_text(result, 0, result_column(result, "xid"));
	if (!xid || strcmp(xid, x->step.xid) != 0) {
		struct err other;
		err_set(&other, ERR_CONFLICT, "the transaction is not the one that was begun");
		err_hint(&other,
			"a statement of the file ended it; let dbtop begin and end transactions");
		fail(x, NULL, &other);
		return;
	}
	if (x->wants_cancel) {
		err_set(&x->step.error, ERR_CANCELED, "canceled");
		link_ask_text(x, "run-rollback", rolled_back);
		return;
	}
	commit(x);
}

static void history_answered(struct executor *x, const struct result *result, const struct err *e)
{
	if (e)
		fail(x, NULL, e);
	else
		history_written(x, result);
}

static void write_history(struct executor *x)
{
	if (!record_history(x, history_answered))
		commit(x);
}

static void verify_or_write(struct executor *x)
{
	if (verify_is_needed(x))
		verify_in_group(x, write_history, fail);
	else
		write_history(x);
}

/* ---- statements ---- */

/* What a file may change for the session beyond the transaction; the next migration starts clean. */
static bool changes_session(const struct statement *sql)
{
	if (sql->action_count == 0)
		return true; /* SELECT of a function, LISTEN, DEALLOCATE: who knows */
	for (size_t i = 0; i < sql->action_count; i++) {
		enum action_kind kind = sql->actions[i].kind;
		if (kind == ACTION_SET || kind == ACTION_OPAQUE || kind == ACTION_UNKNOWN ||
			kind == ACTION_ROLE || kind == ACTION_OTHER)
			return true;
	}
	return sql->parse == PARSE_UNPARSED || sql->parse == PARSE_TOO_BIG ||
	       span_mentions(sql->text, "set_config");
}

static bool takes_prepared(const struct statement *sql)
{
	return strncmp(sql->tag, "DEALLOCATE", 10) == 0 || strncmp(sql->tag, "DISCARD", 7) == 0;
}

void group_note_statement(struct executor *x, const struct statement *sql)
{
	if (changes_session(sql))
		x->link.session_is_changed = true;
	if (takes_prepared(sql)) {
		x->link.is_prepared_gone = true;
		x->link.has_locks_prepared = false;
	}
}

static void statement_done(struct executor *x, const struct result *result)
{
	group_note_statement(x, &current(x)->sql);
	tell_statement(x, true, result_affected(result));
	x->step.statement++;
}

static void statement_failed(struct executor *x, const struct err *e)
{
	struct err why = *e;
	executor_place_error(x, current(x), executor_step(x)->section, &why);
	fail(x, NULL, &why);
}

/* The server works at it now. */
static void statement_began(struct executor *x)
{
	x->step.statement_started_us = loop_now_us(x->o.loop);
	tell_statement(x, false, -1); /* it is out, so that who hears it may cancel it */
	if (!x->step.has_intent)
		intend(x);
}

/* ---- what travels together ---- */

/* Rows for the server cannot stand between questions. */
static bool may_travel(const struct statement *sql)
{
	return strncmp(sql->tag, "COPY", 4) != 0 && !sql->data.data;
}

static void add(struct executor *x, enum group_part part, struct query query)
{
	x->train.queries[x->train.count] = query;
	x->step.parts[x->train.count++] = part;
}

static bool travels(const struct executor *x, enum group_part part)
{
	for (size_t i = 0; i < x->train.count; i++)
		if (x->step.parts[i] == part)
			return true;
	return false;
}

/* The next statement, and behind the last one the history row, as far as they may travel. */
static void add_work(struct executor *x)
{
	const struct plan_step *step = executor_step(x);
	size_t left = step->statement_count - x->step.statement;
	const struct statement *sql = left > 0 ? &current(x)->sql : NULL;
	struct query record;

	if (sql && !may_travel(sql))
		return;
	if (sql)
		add(x, PART_STATEMENT, link_statement(x, sql));
	if (left <= 1 && !verify_is_needed(x) && !(sql && takes_prepared(sql)) &&
		record_query(x, &record))
		add(x, PART_RECORD, record);
}

static void take_begun(struct executor *x, const struct result *result)
{
	const char *xid = result_text(result, 0, result_column(result, "xid"));
	snprintf(x->step.xid, sizeof(x->step.xid), "%s", xid ? xid : "");
	if (x->wants_cancel)
		link_cancel(x); /* it may have come between two questions, where none is heard */
	if (travels(x, PART_STATEMENT))
		statement_began(x);
}

static void take_part(struct executor *x, size_t index, const struct result *result)
{
	switch (x->step.parts[index]) {
	case PART_BEGIN: break;
	case PART_GUARD: take_begun(x, result); break;
	case PART_STATEMENT: statement_done(x, result); break;
	case PART_RECORD: history_written(x, result); break;
	}
}

/* The guard's own words for: not all of the locks are ours. */
static bool is_lock_lost(enum group_part part, const struct err *e)
{
	return part == PART_GUARD && strcmp(e->sqlstate, "22P02") == 0;
}

static void part_failed(struct executor *x, enum group_part part, const struct err *e)
{
	if (is_lock_lost(part, e)) {
		lock_lost_error(&x->step.error);
		link_drop(x);
		give_up_lost(x);
	} else if (part == PART_STATEMENT) {
		statement_failed(x, e);
	} else {
		struct err why = *e;
		why.line = why.column = 0; /* of a text of ours */
		fail(x, NULL, &why);
	}
}

static void arrived(struct executor *x, const struct result *result, const struct err *e)
{
	size_t last = x->train.count - 1;
	if (e) {
		part_failed(x, x->step.parts[x->train_answered], e);
		return;
	}
	take_part(x, last, result);
	if (x->step.parts[last] != PART_RECORD)
		next_statement(x);
}

static void ran_alone(struct executor *x, const struct result *result, const struct err *e)
{
	if (e) {
		statement_failed(x, e);
		return;
	}
	statement_done(x, result);
	next_statement(x);
}

static void send_statement(struct executor *x)
{
	x->train = (struct train){ 0 };
	add_work(x);
	if (x->train.count > 0)
		link_train(x, take_part, arrived);
	else
		link_ask_statement(x, &current(x)->sql, ran_alone);
	statement_began(x);
}

static void next_statement(struct executor *x)
{
	const struct plan_step *step = executor_step(x);
	if (x->wants_cancel) {
		err_set(&x->step.error, ERR_CANCELED, "canceled");
		link_ask_text(x, "run-rollback", rolled_back);
		return;
	}
	if (x->step.statement < step->statement_count)
		send_statement(x);
	else
		verify_or_write(x);
}

/* ---- the beginning ---- */

static struct query guard(struct executor *x)
{
	const struct migration *m = executor_step(x)->migration;
	int64_t lock_ms = m->lock_timeout_ms >= 0 ? m->lock_timeout_ms : x->o.lock_timeout_ms;
	struct group_words *words = &x->words;

	snprintf(words->lock_timeout, sizeof(words->lock_timeout), "%" PRId64 "ms", lock_ms);
	snprintf(words->statement_timeout, sizeof(words->statement_timeout), "%" PRId64 "ms",
		m->statement_timeout_ms);
	lock_keys_print(x, words->keys, sizeof(words->keys));
	words->params[0] = words->lock_timeout;
	words->params[1] = m->statement_timeout_ms >= 0 ? words->statement_timeout : NULL;
	words->params[2] = words->keys;
	return (struct query){
		.sql = sql_get("run-guard", link_version(x)),
		.params = words->params,
		.param_count = ARRAY_SIZE(words->params),
		.is_prepared = !x->link.is_prepared_gone,
	};
}

void group_start(struct executor *x)
{
	struct query begin = { .sql = sql_get("run-begin", link_version(x)) };

	x->step.statement = 0;
	x->step.has_intent = x->step.is_unwitnessed = false;
	x->step.is_yielding = false;
	x->step.is_committing = false;
	x->step.error = (struct err){ 0 };
	executor_announce(x); /* what whoever hears it writes down stands before anything is sent */
	if (x->is_finished)
		return;
	if (x->wants_cancel) {
		group_give_up(x);
		return;
	}
	x->train = (struct train){ 0 };
	add(x, PART_BEGIN, begin);
	add(x, PART_GUARD, guard(x));
	x->train.pushed = x->train.count;
	add_work(x);
	link_train(x, take_part, arrived);
}
