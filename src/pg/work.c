// SPDX-License-Identifier: GPL-3.0-or-later
#include "pg/work.h"

#include "base/log.h"
#include "model/value.h"
#include "pg/work_private.h"
#include "sql/sql.h"

static int64_t now(const struct work *work)
{
	return loop_now_us(servers_loop(work->servers));
}

static void begin_try(void *arg);

/* ---- the end ---- */

static void note_transaction_end(struct work *work)
{
	if (!work->begun_us)
		return;
	work->end.transaction_us = now(work) - work->begun_us;
	work->begun_us = 0;
	server_lease_note_transaction(work->lease, work->end.transaction_us);
}

void work_release_try(struct work *work)
{
	if (!work->lease)
		return;
	note_transaction_end(work);
	unit_free(work->unit);
	work->unit = NULL;
	work->end.held_us = now(work) - work->leased_us;
	server_lease_give_back(work->lease);
	work->lease = NULL;
}

void work_finish(struct work *work, enum work_outcome outcome, const struct err *e)
{
	if (e)
		work->error = *e;
	work_release_try(work);
	work->end.outcome = outcome;
	work->end.e = outcome == WORK_COMMITTED ? NULL : &work->error;
	work->done(work->arg, &work->end);
	loop_defer_free(servers_loop(work->servers), work);
}

/* Committed, but nobody told how far: whoever wants to see it asks the primary. */
void work_set_token(struct work *work, const char *lsn)
{
	uint64_t number = route_parse_lsn(lsn);
	bool is_known = number && value_is_known(work->identity.timeline);

	work->end.token = (struct route_token){
		.timeline = work->identity.timeline,
		.lsn = is_known ? number : UINT64_MAX,
	};
}

static const struct err canceled = { .kind = ERR_CANCELED, .text = "the work was given up" };

static void give_up_canceled(struct work *work)
{
	work_give_up(work, &canceled);
}

static void on_canceled(void *arg)
{
	struct work *work = arg;

	work->pause = NULL;
	work_finish(work, WORK_ROLLED_BACK, &canceled);
}

/* ---- once more? ---- */

/* Before anything of the work was sent a try costs nothing, whoever wrote it. */
static enum retry_phase phase_of(const struct work *work)
{
	if (work->stage == WORK_BEGINNING)
		return RETRY_DIALING;
	if (!work->options.is_replayable)
		return RETRY_TYPED;
	return work->options.unit.is_read_only ? RETRY_READING : RETRY_IN_UNIT;
}

static bool may_try_again(struct work *work, const struct retry_verdict *verdict)
{
	int most = work->options.tries ? work->options.tries : verdict->tries;

	return verdict->action != RETRY_NEVER && verdict->action != RETRY_RESOLVE &&
	       (most == 0 || work->end.tries < most) && work_left_ms(work, work->due_us) > 0 &&
	       retry_budget_take(servers_budget(work->servers), now(work));
}

static void log_retry(const struct work *work, const struct retry_verdict *verdict,
	const struct err *e, int64_t ms)
{
	log_event(LOG_LEVEL_INFO, "pool", "work is done again",
		LOG_FIELDS(LOG_TEXT("why", verdict->why), LOG_TEXT("sqlstate", e->sqlstate),
			LOG_INT("try", work->end.tries + 1), LOG_INT("pause_ms", ms)));
}

static void try_again(struct work *work, const struct retry_verdict *verdict, const struct err *e)
{
	int64_t ms = retry_delay_ms(&retry_pace_unit, work->end.tries, servers_dice(work->servers));

	log_retry(work, verdict, e, ms);
	if (verdict->action != RETRY_SAME)
		work->options.wish.prefers_primary = true;
	work->stage = WORK_PAUSING;
	work->pause = loop_timer_start(servers_loop(work->servers), ms, 0, begin_try, work);
}

/* A write inside READ ONLY is refused by every server: it says nothing of this one. */
static bool is_refused_write(const struct work *work, const struct err *e)
{
	return work->options.unit.is_read_only && strcmp(e->sqlstate, "25006") == 0;
}

/* The transaction is over: rolled back, or gone with its link. */
static void fail_try(struct work *work, const struct err *e, enum retry_phase phase)
{
	struct err why = *e;
	struct retry_verdict verdict = { .action = RETRY_NEVER };

	if (!is_refused_write(work, &why))
		verdict = server_lease_hear_error(work->lease, &why, phase);

	work_release_try(work);
	if (work->has_given_up)
		work_finish(work, WORK_ROLLED_BACK, NULL);
	else if (work->is_canceled)
		work_finish(work, WORK_ROLLED_BACK, &canceled);
	else if (may_try_again(work, &verdict))
		try_again(work, &verdict, &why);
	else
		work_finish(work, WORK_ROLLED_BACK, &why);
}

/* An answer may be the last word of a link: then the next question fails unsent, on a later turn as always. */
static bool is_lost(const struct work *work)
{
	const struct conn *conn = server_lease_conn(work->lease);
	return !conn || !conn_is_usable(conn);
}

static void on_lost(void *arg)
{
	struct work *work = arg;
	const struct conn *conn = server_lease_conn(work->lease);
	struct err e;

	work->pause = NULL;
	work->is_asking = false;
	if (conn && conn_error(conn)->kind != ERR_NONE)
		e = *conn_error(conn);
	else
		err_set(&e, ERR_CONNECT, "the connection was lost");
	fail_try(work, &e, phase_of(work));
}

static void lose_soon(struct work *work)
{
	work->is_asking = true;
	work->pause = loop_soon(servers_loop(work->servers), on_lost, work);
}

/* ---- COMMIT ---- */

static void on_token(void *arg, const struct result *result, const struct err *e)
{
	struct work *work = arg;

	(void)e;
	work_set_token(work, result && result_rows(result) > 0 ? result_text(result, 0, 0) : "");
	work_finish(work, WORK_COMMITTED, NULL);
}

static void ask_token(struct work *work)
{
	struct conn *conn = server_lease_conn(work->lease);
	const struct query query = {
		.sql = sql_get("work-token", work->identity.server_version),
		.deadline_ms = WORK_ANSWER_MS,
	};

	work->stage = WORK_TOKEN;
	if (conn && conn_is_usable(conn)) {
		conn_query(conn, &query, on_token, work);
		return;
	}
	work_set_token(work, "");
	work_finish(work, WORK_COMMITTED, NULL);
}

/* An answer that was read settles it; no answer leaves it open, unless there was nothing to commit. */
static void on_commit_failed(struct work *work, const struct err *e)
{
	struct retry_verdict verdict = retry_judge(e, RETRY_COMMITTING);

	if (verdict.action != RETRY_RESOLVE || !work->xact_id[0]) {
		work->stage = WORK_OPEN;
		fail_try(work, e, phase_of(work));
		return;
	}
	work->error = *e;
	(void)server_lease_hear_error(work->lease, e, RETRY_COMMITTING);
	work_release_try(work);
	work_resolve(work);
}

static void on_committed(void *arg, const struct err *e)
{
	struct work *work = arg;

	if (e) {
		on_commit_failed(work, e);
		return;
	}
	note_transaction_end(work);
	if (work->xact_id[0])
		ask_token(work);
	else
		work_finish(work, WORK_COMMITTED, NULL);
}

static void commit(struct work *work)
{
	if (is_lost(work)) {
		lose_soon(work);
		return;
	}
	work->stage = WORK_COMMITTING;
	unit_commit(work->unit, on_committed, work);
}

static void take_number(struct work *work, const struct result *result)
{
	int column = result_column(result, "xact_id");
	const char *text = result_rows(result) > 0 ? result_text(result, 0, column) : NULL;

	if (text)
		snprintf(work->xact_id, sizeof(work->xact_id), "%s", text);
}

static void on_number(void *arg, const struct result *result, const struct err *e)
{
	struct work *work = arg;

	work->is_asking = false;
	if (e) {
		fail_try(work, e, phase_of(work));
		return;
	}
	take_number(work, result);
	if (work->is_canceled)
		give_up_canceled(work);
	else
		commit(work);
}

void work_commit(struct work *work)
{
	const struct query query = {
		.sql = sql_get("work-xact", work->identity.server_version),
		.deadline_ms = WORK_ANSWER_MS,
	};

	assert_always(work->stage == WORK_OPEN && !work->is_asking,
		"work is committed while a question of it runs");
	if (work->xact_id[0] || work->options.unit.is_read_only) {
		commit(work);
		return;
	}
	if (is_lost(work)) {
		lose_soon(work);
		return;
	}
	work->is_asking = true;
	unit_run(work->unit, &query, on_number, work);
}

/* ---- the body ---- */

static void on_undone(void *arg, const struct err *e)
{
	struct work *work = arg;

	(void)e; /* a ROLLBACK that fails has lost its link, and the transaction with it */
	work_finish(work, WORK_ROLLED_BACK, NULL);
}

void work_give_up(struct work *work, const struct err *e)
{
	assert_always(work->stage == WORK_OPEN && !work->is_asking,
		"work is given up while a question of it runs");
	work->error = *e;
	work->has_given_up = true;
	if (is_lost(work))
		lose_soon(work);
	else
		unit_rollback(work->unit, on_undone, work);
}

static void on_answer(void *arg, const struct result *result, const struct err *e)
{
	struct work *work = arg;

	work->is_asking = false;
	if (e) {
		fail_try(work, e, phase_of(work));
		return;
	}
	if (work->is_canceled) {
		give_up_canceled(work);
		return;
	}
	take_number(work, result);
	work->answered(work->arg, work, result);
}

void work_run(struct work *work, const struct query *query, work_answer_fn *answered)
{
	struct query limited = *query;
	int64_t left_ms = work_left_ms(work, work->due_us);

	assert_always(work->stage == WORK_OPEN && !work->is_asking,
		"a question of work while another one runs");
	if (limited.deadline_ms == 0 || limited.deadline_ms > left_ms)
		limited.deadline_ms = left_ms > 0 ? left_ms : 1;
	if (is_lost(work)) {
		lose_soon(work);
		return;
	}
	work->answered = answered;
	work->is_asking = true;
	unit_run(work->unit, &limited, on_answer, work);
}

static void on_begun(void *arg, const struct err *e)
{
	struct work *work = arg;

	if (e) {
		fail_try(work, e, phase_of(work));
		return;
	}
	work->stage = WORK_OPEN;
	if (work->is_canceled)
		give_up_canceled(work);
	else
		work->body(work->arg, work);
}

/* ---- tries ---- */

static void on_lease(void *arg, struct server_lease *lease, const struct err *e)
{
	struct work *work = arg;

	if (e) {
		work_finish(work, WORK_ROLLED_BACK, e);
		return;
	}
	struct conn *conn = server_lease_conn(lease);
	work->lease = lease;
	work->leased_us = work->begun_us = now(work);
	work->end.server = server_lease_server(lease);
	work->end.tries++;
	work->identity = conn_view(conn)->identity;
	work->xact_id[0] = '\0';
	work->stage = WORK_BEGINNING;
	work->unit = unit_begin(conn, &work->options.unit, on_begun, work);
}

static void begin_try(void *arg)
{
	struct work *work = arg;
	struct servers_wish wish = work->options.wish;

	work->pause = NULL;
	work->stage = WORK_ASKING;
	wish.token = &work->since;
	wish.deadline_ms = work_left_ms(work, work->due_us);
	if (wish.deadline_ms == 0)
		wish.deadline_ms = 1;
	servers_ask(work->servers, &wish, on_lease, work);
}

struct work *work_start(struct servers *servers, const struct work_options *options,
	work_body_fn *body, work_done_fn *done, void *arg)
{
	struct work *work = mem_new(struct work);
	int64_t ms = options->wish.deadline_ms > 0 ? options->wish.deadline_ms : WORK_DEADLINE_MS;

	work->servers = servers;
	work->options = *options;
	work->options.wish.is_work = true;
	if (options->wish.token)
		work->since = *options->wish.token;
	if (work->options.unit.deadline_ms == 0)
		work->options.unit.deadline_ms = ms;
	work->body = body;
	work->done = done;
	work->arg = arg;
	work->end.server = SERVERS_NONE;
	work->due_us = now(work) + ms * 1000;
	retry_budget_request(servers_budget(servers), now(work));
	begin_try(work);
	return work;
}

/* Once COMMIT is out only its outcome ends it. */
void work_cancel(struct work *work)
{
	if (work->is_canceled || work->has_given_up)
		return;
	work->is_canceled = true;
	switch (work->stage) {
	case WORK_ASKING: servers_forget(work->servers, on_lease, work); break;
	case WORK_PAUSING:
		loop_timer_stop(work->pause);
		work->pause = loop_soon(servers_loop(work->servers), on_canceled, work);
		break;
	case WORK_OPEN:
		if (work->is_asking && !work->pause)
			unit_cancel(work->unit);
		else if (work->is_asking)
			break;
		else
			give_up_canceled(work);
		break;
	case WORK_BEGINNING:
	case WORK_COMMITTING:
	case WORK_TOKEN:
	case WORK_RESOLVING: break;
	}
}
