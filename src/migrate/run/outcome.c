// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Outcome: a connection was lost when it mattered. After COMMIT was sent, the server is asked what became of the
 * transaction, until it is settled; the old backend is named while it still works. The history row, read again under
 * the locks, has the last word. After a lone statement the catalog is asked (resume.c).
 */
#include "migrate/run/executor_private.h"

#include <inttypes.h>

#include "base/compiler.h"
#include "sql/sql.h"

enum {
	DIAL_FIRST_MS = 250,
	DIAL_MOST_MS = 30000,
	POLL_FIRST_MS = 100,
	POLL_MOST_MS = 2000,
	ASK_MS = 5000
};

static void dial(struct executor *x);
static void ask_status(struct executor *x);
static void terminate(struct executor *x);

static void give_up(struct executor *x, const struct err *why, const char *words)
{
	struct run_trouble trouble = {
		.kind = TROUBLE_UNKNOWN,
		.error = *why,
		.database = DATABASE_UNKNOWN,
		.needs_judgement = true,
	};
	snprintf(trouble.words, sizeof(trouble.words), "%s", words);
	executor_step_failed(x, &trouble, EXIT_OUTCOME_UNKNOWN);
}

static bool is_out_of_time(const struct executor *x)
{
	int64_t spent_ms = (loop_now_us(x->o.loop) - x->resolve_started_us) / 1000;
	return x->o.resolve_ms > 0 && spent_ms >= x->o.resolve_ms;
}

/* ---- COMMIT without an answer ---- */

static void confirm(struct executor *x)
{
	struct err e;

	x->step.is_committing = false;
	if (!executor_step(x)->is_last || executor_is_recorded(x)) {
		tell_notice(x, "INFO", "applied (confirmed after reconnect)");
		link_drop(
			x); /* without a lock: the next step opens anew, whoever holds it by then */
		executor_step_done(x, STEP_DONE);
		return;
	}
	err_set(&e, ERR_CONFLICT,
		"the server says the transaction committed, but the history does not show it");
	err_hint(&e, "look at the history and the catalog, then use dbtop repair --mark");
	give_up(x, &e, "transaction and history contradict each other");
}

void outcome_not_confirmed(struct executor *x, const struct err *e)
{
	if (link_is_lost(x, e)) {
		dial(x);
		return;
	}
	x->step.is_committing = false;
	give_up(x, e, "the server says it committed; the history could not be read to confirm it");
}

static void not_applied(struct executor *x)
{
	struct run_trouble trouble = {
		.kind = TROUBLE_LOST,
		.error = x->step.error,
		.database = executor_untouched(x),
		.choices = RUN_CHOICE_BIT(RUN_CHOICE_AGAIN),
		.needs_judgement = true,
		.proposed = RUN_CHOICE_AGAIN,
	};
	x->step.is_committing = false;
	link_explain_loss(&trouble.error,
		"the connection was lost at COMMIT: not applied (the server rolled it back)");
	link_drop(x);
	executor_step_failed(x, &trouble,
		trouble.database == DATABASE_PARTIAL ? EXIT_FAILED_PARTWAY : EXIT_FAILED_UNCHANGED);
}

static void wait_for_backend(struct executor *x, const struct result *r)
{
	struct run_wait wait = { .kind = RUN_WAIT_BACKEND };
	const char *state = result_text(r, 0, result_column(r, "state"));
	wait.pid = result_int(r, 0, result_column(r, "pid"), 0);
	int64_t age_ms = result_int(r, 0, result_column(r, "age_ms"), 0);
	if (wait.pid == 0)
		snprintf(wait.words, sizeof(wait.words),
			"the transaction is still in progress on the server; its backend is not "
			"among those this role can see");
	else
		snprintf(wait.words, sizeof(wait.words),
			"the transaction is still open on the server as pid %" PRId64
			", %s, for %" PRId64 " s",
			wait.pid, state ? state : "?", age_ms / 1000);
	tell_waiting(x, &wait);
	if (x->wants_terminate) {
		terminate(x);
		return;
	}
	link_later(x, x->resolve_delay_ms, ask_status);
	if (x->resolve_delay_ms < POLL_MOST_MS)
		x->resolve_delay_ms *= 2;
}

static void status_known(struct executor *x, const struct result *result, const struct err *e)
{
	struct err why;
	if (e && link_is_lost(x, e)) {
		dial(x);
		return;
	}
	if (e) { /* an id in the future: this is not the server we were talking to */
		give_up(x, e, "the server does not know the transaction");
		return;
	}
	const char *status = result_text(result, 0, result_column(result, "status"));
	if (!status) {
		err_set(&why, ERR_CONFLICT, "the server no longer knows transaction %s",
			x->step.xid);
		give_up(x, &why, "too long ago for the server to say");
	} else if (strcmp(status, "in progress") == 0 && is_out_of_time(x)) {
		err_set(&why, ERR_TIMEOUT, "transaction %s is still in progress on the server",
			x->step.xid);
		give_up(x, &why, "neither committed nor rolled back yet");
	} else if (strcmp(status, "in progress") == 0) {
		wait_for_backend(x, result);
	} else {
		if (strcmp(status, "committed") == 0)
			open_confirm(x, confirm);
		else
			not_applied(x);
	}
}

static void ask_status(struct executor *x)
{
	char pid[24];
	snprintf(pid, sizeof(pid), "%" PRId64, x->resolve_pid);
	const char *params[] = { x->step.xid, pid };
	struct query query = {
		.sql = sql_get("run-outcome", link_version(x)),
		.params = params,
		.param_count = 2,
		.deadline_ms = ASK_MS,
	};
	link_ask(x, &query, status_known);
}

static void role_dropped(struct executor *x, const struct result *result, const struct err *e)
{
	(void)result;
	if (e && link_is_lost(x, e))
		dial(x);
	else
		ask_status(x);
}

/* Our old backend is the login's: the role that owns the objects may not see it. */
static void ask_as_login(struct executor *x)
{
	if (x->o.migrate_role)
		link_ask_text(x, "run-role-none", role_dropped);
	else
		ask_status(x);
}

/* ---- a lone statement without an answer ---- */

static void found(struct executor *x)
{
	x->step.is_chosen = false;
	if (x->step.is_recording && executor_is_step_recorded(x))
		executor_step_done(x, x->step.skip_reason ? STEP_SKIPPED : STEP_DONE);
	else if (x->step.is_recording)
		record_start(x); /* it did not arrive, and nothing else is missing */
	else if (executor_is_recorded(x))
		executor_step_done(x, STEP_DONE);
	else
		resume_check(x, executor_go_on);
}

/* ---- dialing ---- */

static void dialed(struct executor *x, const struct result *result, const struct err *e)
{
	(void)result;
	if (!e) {
		x->resolve_delay_ms = POLL_FIRST_MS;
		if (x->step.is_committing)
			ask_as_login(x);
		else
			open_session(x, found);
		return;
	}
	if (e->kind == ERR_CONFLICT) {
		give_up(x, e, "another server answers now than the one the step ran on");
		return;
	}
	if (is_out_of_time(x)) {
		give_up(x, e, "the server could not be asked what became of the step");
		return;
	}
	struct run_wait wait = { .kind = RUN_WAIT_SERVER };
	snprintf(wait.words, sizeof(wait.words),
		"the server is gone; asking it again what became of the step: %.180s", e->text);
	tell_waiting(x, &wait);
	link_later(x, x->resolve_delay_ms, dial);
	if (x->resolve_delay_ms < DIAL_MOST_MS)
		x->resolve_delay_ms *= 2;
}

static void dial(struct executor *x)
{
	link_open(x, &x->link.identity, dialed);
}

static void start(struct executor *x)
{
	executor_enter(x, RUN_RESOLVING);
	x->resolve_pid = x->link.old_pid;
	x->resolve_started_us = loop_now_us(x->o.loop);
	x->resolve_delay_ms = DIAL_FIRST_MS;
	link_later(x, 0, dial);
}

void outcome_start(struct executor *x)
{
	start(x);
}

void outcome_reopen(struct executor *x)
{
	x->step.is_committing = false;
	start(x);
}

static void terminated(struct executor *x, const struct result *result, const struct err *e)
{
	if (e && link_is_lost(x, e)) {
		dial(x);
		return;
	}
	if (e)
		tell_notice(x, "WARNING", e->text);
	else if (result_rows(result) == 0)
		tell_notice(x, "WARNING",
			"nothing was ended: no backend this role can see has that transaction");
	ask_status(x);
}

static void terminate(struct executor *x)
{
	char pid[24];
	x->wants_terminate = false;
	snprintf(pid, sizeof(pid), "%" PRId64, x->resolve_pid);
	const char *params[] = { pid, x->step.xid };
	struct query query = {
		.sql = sql_get("run-terminate", link_version(x)), .params = params, .param_count = 2
	};
	link_ask(x, &query, terminated);
}

/* Heard at once between two questions, otherwise with the next answer. */
void executor_terminate_backend(struct executor *x)
{
	bool is_between = x->timer && !x->answer && x->link.lease;
	if (x->state != RUN_RESOLVING && x->state != RUN_OPENING)
		return;
	x->wants_terminate = true;
	if (x->state == RUN_RESOLVING && is_between && x->step.is_committing) {
		link_forget_timer(x);
		terminate(x);
	}
}
