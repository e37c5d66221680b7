// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * COMMIT went out and no answer came. The primary is asked what became of the transaction, again and again while it is
 * still under way there; only the same cluster on the same timeline can say. Nothing is sent a second time.
 */
#include <inttypes.h>

#include "base/log.h"
#include "model/value.h"
#include "pg/identity.h"
#include "pg/work_private.h"
#include "sql/sql.h"

static void ask_again(struct work *work);

static void finish_resolved(struct work *work, enum work_outcome outcome, const struct err *e)
{
	static const char *const words[] = {
		[WORK_ROLLED_BACK] = "rolled back",
		[WORK_COMMITTED] = "committed",
		[WORK_UNKNOWN] = "unknown",
	};

	work->end.was_resolved = true;
	log_event(outcome == WORK_UNKNOWN ? LOG_LEVEL_WARN : LOG_LEVEL_INFO, "pool",
		"a COMMIT without an answer",
		LOG_FIELDS(LOG_TEXT("transaction", work->xact_id),
			LOG_TEXT("outcome", words[outcome])));
	work_finish(work, outcome, e);
}

static void finish_unknown(struct work *work, const char *why)
{
	struct err e;

	err_set(&e, ERR_CONNECT,
		"the connection was lost while committing, and nobody can say whether transaction "
		"%s was: %.120s",
		work->xact_id, why);
	err_detail(&e, "%s", work->error.text);
	err_hint(&e, "look for what it wrote before it is done again");
	finish_resolved(work, WORK_UNKNOWN, &e);
}

/* Another cluster, or another history of the same: the number means something else there. */
static bool is_same_history(const struct work *work, const struct result *result,
	const struct conn *conn, struct err *e)
{
	struct identity found = conn_view(conn)->identity;

	found.timeline = result_int(result, 0, result_column(result, "timeline"), VALUE_UNKNOWN);
	return identity_check_equal(&found, &work->identity, e);
}

static void settle(struct work *work, const struct result *result)
{
	const char *status = result_text(result, 0, result_column(result, "status"));

	if (!status) {
		work_release_try(work);
		finish_unknown(work, "it is too long ago");
	} else if (strcmp(status, "committed") == 0) {
		work_set_token(work, result_text(result, 0, result_column(result, "lsn")));
		finish_resolved(work, WORK_COMMITTED, NULL);
	} else if (strcmp(status, "aborted") == 0) {
		finish_resolved(work, WORK_ROLLED_BACK, NULL);
	} else {
		work_release_try(work);
		ask_again(work);
	}
}

static void on_outcome(void *arg, const struct result *result, const struct err *e)
{
	struct work *work = arg;
	struct conn *conn = server_lease_conn(work->lease);
	struct err other;

	if (e || result_rows(result) < 1) {
		if (e)
			(void)server_lease_hear_error(work->lease, e, RETRY_READING);
		work_release_try(work);
		ask_again(work);
		return;
	}
	if (conn && !is_same_history(work, result, conn, &other)) {
		work_release_try(work);
		finish_unknown(work, other.text);
		return;
	}
	settle(work, result);
}

static void on_lease(void *arg, struct server_lease *lease, const struct err *e)
{
	struct work *work = arg;
	const char *params[] = { work->xact_id };
	const struct query query = {
		.sql = sql_get("work-outcome", work->identity.server_version),
		.params = params,
		.param_count = 1,
		.deadline_ms = WORK_ANSWER_MS,
	};

	if (e) {
		finish_unknown(work, e->text);
		return;
	}
	work->lease = lease;
	work->leased_us = loop_now_us(servers_loop(work->servers));
	conn_query(server_lease_conn(lease), &query, on_outcome, work);
}

static void ask(void *arg)
{
	struct work *work = arg;
	struct servers_wish wish = {
		.class = ROUTE_PRIMARY,
		.tag = "outcome",
		.deadline_ms = work_left_ms(work, work->resolve_due_us),
	};

	work->pause = NULL;
	if (wish.deadline_ms > 0)
		servers_ask(work->servers, &wish, on_lease, work);
	else
		finish_unknown(work, "it is still under way");
}

static void ask_again(struct work *work)
{
	int64_t ms = retry_delay_ms(
		&retry_pace_dial, ++work->asked_outcome, servers_dice(work->servers));

	work->pause = loop_timer_start(servers_loop(work->servers), ms, 0, ask, work);
}

void work_resolve(struct work *work)
{
	int64_t ms = work->options.resolve_ms ? work->options.resolve_ms : WORK_RESOLVE_MS;

	work->stage = WORK_RESOLVING;
	work->resolve_due_us = loop_now_us(servers_loop(work->servers)) + ms * 1000;
	ask(work);
}
