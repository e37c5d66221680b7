// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * From nothing to READY: connection, session, locks, and the history once more under the locks: it must be the one the
 * plan was made on. Everything that fails here ends the run; nothing was changed.
 */
#include "migrate/run/executor_private.h"

#include "base/compiler.h"
#include "base/mem.h"
#include "base/quote.h"
#include "sql/sql.h"

enum { CREATE_TRIES = 3 };

enum exit_code open_exit_code(const struct err *e)
{
	return e->kind == ERR_CONNECT || e->kind == ERR_TIMEOUT ? EXIT_NO_CONNECTION : EXIT_ERROR;
}

static void fail(struct executor *x, const struct err *e)
{
	executor_finish_between(x, open_exit_code(e), e);
}

static int64_t count_applied(const struct history *history)
{
	int64_t count = 0;
	for (size_t i = 0; i < history->row_count; i++)
		count += history->rows[i].state == HISTORY_APPLIED ||
			 history->rows[i].state == HISTORY_STAMPED;
	return count;
}

/* After a loss: what we did ourselves must be there, and nothing else. What we were writing may be there. */
static bool still_fits(const struct executor *x)
{
	const struct plan *plan = x->o.plan;
	bool is_up = plan->direction == PLAN_UP;
	int64_t done = 0;
	for (size_t i = 0; i < plan->step_count; i++) {
		const struct plan_step *step = &plan->steps[i];
		if (!step->is_last)
			continue;
		bool is_applied = history_is_applied(x->history, step->migration);
		bool is_done = is_applied == is_up;
		if (is_done != (i < x->next) && !(i == x->next && x->step.is_recording))
			return false;
		done += is_done;
	}
	if (history_is_single_row(x->history))
		return true;
	return count_applied(x->history) == count_applied(x->o.history) + (is_up ? done : -done);
}

static bool history_fits(const struct executor *x)
{
	if (!x->o.plan || !x->o.history)
		return true;
	return x->is_reopened ? still_fits(x) : history_equal(x->o.history, x->history);
}

static void refuse_stale(struct executor *x)
{
	struct err e;
	err_set(&e, ERR_CONFLICT, "the history in %s.%s changed since the plan was made",
		x->history->schema, x->history->table);
	err_detail(&e, "somebody migrated this database in between; this run sent nothing more");
	err_hint(&e, "make the plan again");
	x->end.is_stale = true;
	executor_finish_between(x, EXIT_MISMATCH, &e);
}

static void history_known(void *arg, struct history *history, const struct err *e)
{
	struct executor *x = arg;
	x->pending--;
	if (x->is_dead || x->is_finished) {
		history_free(history);
		if (x->is_dead)
			link_destroy(x);
		return;
	}
	bool is_confirming = x->is_confirming;
	x->is_confirming = false;
	if (e && is_confirming) {
		outcome_not_confirmed(x, e);
		return;
	}
	if (e) {
		fail(x, e);
		return;
	}
	history_free(x->history);
	x->history = history;
	if (!is_confirming && !history_fits(x)) {
		refuse_stale(x);
		return;
	}
	x->after_open(x);
}

static void read_history(struct executor *x)
{
	if (x->is_finished)
		return;
	x->pending++;
	history_read_start(
		x->o.loop, lease_conn(x->link.lease), &x->history_request, history_known, x);
}

static char *role_text(const struct executor *x)
{
	const struct quote_slot slots[] = { { "role", x->o.migrate_role } };
	return quote_slots(sql_get("run-role", link_version(x)), slots, 1);
}

/*
 * Our settings and our prepared question. The role whose objects are made comes after the locks, or at once when the
 * locks are there: whoever holds them is seen by the role that logged in only.
 */
static char *session_text(const struct executor *x, bool is_reset)
{
	struct str text = { 0 };
	int version = link_version(x);
	if (!is_reset && x->o.migrate_role)
		str_addf(&text, "%s;\n", sql_get("run-role-none", version));
	if (is_reset)
		str_add(&text, sql_get("run-reset", version));
	if (x->link.is_prepared_gone)
		str_add(&text, sql_get("run-forget", version));
	str_add(&text, sql_get("run-session", version));
	if (!is_reset || x->link.is_prepared_gone)
		str_addf(&text, ";\n%s", sql_get("run-locks", version));
	if (is_reset && x->o.migrate_role) {
		char *role = role_text(x);
		str_addf(&text, ";\n%s", role);
		free(role);
	}
	return str_detach(&text);
}

static void role_set(struct executor *x, const struct result *result, const struct err *e)
{
	(void)result;
	if (e && x->is_confirming) {
		x->is_confirming = false;
		outcome_not_confirmed(x, e);
	} else if (e) {
		fail(x, e);
	} else {
		read_history(x);
	}
}

static void set_role(struct executor *x)
{
	if (x->o.migrate_role)
		link_ask_made(x, role_text(x), role_set);
	else
		read_history(x);
}

void open_confirm(struct executor *x, executor_next_fn *then)
{
	x->after_open = then;
	x->is_confirming = true;
	set_role(x);
}

static void session_set(struct executor *x, const struct result *result, const struct err *e)
{
	(void)result;
	if (e) {
		fail(x, e);
		return;
	}
	x->link.has_locks_prepared = true;
	lock_init(x);
	lock_take(x, set_role);
}

void open_session(struct executor *x, executor_next_fn *then)
{
	x->after_open = then;
	link_ask_made(x, session_text(x, false), session_set);
}

static void connected(struct executor *x, const struct result *result, const struct err *e)
{
	(void)result;
	if (e) {
		/* Refused by a rule of ours (standby, pooler, other server), or there is no way in. */
		executor_finish_between(
			x, e->kind == ERR_CONFLICT ? EXIT_ERROR : EXIT_NO_CONNECTION, e);
		return;
	}
	open_session(x, x->after_open);
}

void open_start(struct executor *x, executor_next_fn *then)
{
	executor_enter(x, RUN_OPENING);
	x->after_open = then;
	const struct identity *must_equal =
		x->link.has_identity ? &x->link.identity : x->o.must_equal;
	link_open(x, must_equal, connected);
}

static void explain_no_right(struct err *e, const struct history *history)
{
	if (strcmp(e->sqlstate, "42501") != 0)
		return;
	err_detail(e, "the history is kept in %s.%s, which does not exist yet", history->schema,
		history->table);
	err_hint(e, "let a role with CREATE make it once, or name one with migrate_role");
}

/* Another project's first run made the schema in the same moment: it is there now. */
static bool is_overtaken(const struct executor *x, const struct err *e)
{
	static const char *const codes[] = { "23505", "42P06", "42P07", "42710" };
	if (!x->writer.class->is_adopted || x->create_tries >= CREATE_TRIES)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
		if (strcmp(e->sqlstate, codes[i]) == 0)
			return true;
	return false;
}

static void created(struct executor *x, const struct result *result, const struct err *e)
{
	(void)result;
	if (e && is_overtaken(x, e)) {
		x->create_tries++;
		link_ask_made(x, history_writer_create(&x->writer), created);
		return;
	}
	if (e) {
		struct err why = *e;
		explain_no_right(&why, x->history);
		fail(x, &why);
		return;
	}
	x->history->exists = true;
	x->after_open(x);
}

void open_create(struct executor *x, executor_next_fn *then)
{
	if (x->history->exists) {
		then(x);
		return;
	}
	x->after_open = then;
	link_ask_made(x, history_writer_create(&x->writer), created);
}

static void reset_done(struct executor *x, const struct result *result, const struct err *e)
{
	(void)result;
	if (e) {
		fail(x, e);
		return;
	}
	x->link.session_is_changed = false;
	x->link.has_locks_prepared = true;
	x->after_open(x);
}

void open_reset(struct executor *x, executor_next_fn *then)
{
	x->after_open = then;
	link_ask_made(x, session_text(x, true), reset_done);
}

/* SET x, not SET LOCAL or SET TRANSACTION, which end with their group. */
static bool sets_session(const struct statement *sql)
{
	struct span rest = sql->text, word, what;
	if (sql->action_count != 1 || sql->actions[0].kind != ACTION_SET)
		return false;
	return span_word(&rest, &word) && span_is_word(word, "set") && span_word(&rest, &what) &&
	       !span_is_word(what, "local") && !span_is_word(what, "transaction") &&
	       !span_is_word(what, "constraints");
}

static void replayed(struct executor *x, const struct result *result, const struct err *e)
{
	(void)result;
	if (e) {
		fail(x, e);
		return;
	}
	x->link.session_is_changed = true;
	x->after_open(x);
}

void open_replay(struct executor *x, executor_next_fn *then)
{
	const struct plan_step *step = executor_step(x);
	const struct migration_script *script = &step->migration->sections[step->section];
	struct str text = { 0 };
	for (size_t i = 0; i < script->statement_count && step->statement_count > 0; i++) {
		const struct statement *sql = &script->statements[i].sql;
		if (sql->offset >= step->statements[0].sql.offset)
			break;
		if (sets_session(sql)) {
			str_add_span(&text, sql->text);
			str_add(&text, ";\n");
		}
	}
	if (text.len == 0) {
		str_release(&text);
		then(x);
		return;
	}
	x->after_open = then;
	link_ask_made(x, str_detach(&text), replayed);
}
