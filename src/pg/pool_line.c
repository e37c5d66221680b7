// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The line: two bands of requests, first come first served, and the answers on their way. Answers go out on a later
 * turn, all that are due at once, so that no asker is called inside of somebody else's call.
 */
#include <utlist.h>

#include "base/log.h"
#include "base/str.h"
#include "pg/conninfo.h"
#include "pg/pool_private.h"

/* By its turn: the last, unless it comes back from an answer that was no good. */
static void join_line(struct pool *pool, struct pool_request *request)
{
	struct pool_request **line = &pool->line[request->band];
	struct pool_request *before = *line ? (*line)->own.prev : NULL;

	while (before && before->own.turn > request->own.turn)
		before = before == *line ? NULL : before->own.prev;
	request->own.state = REQUEST_WAITING;
	if (before)
		DL_APPEND_ELEM2(*line, before, request, own.prev, own.next);
	else
		DL_PREPEND2(*line, request, own.prev, own.next);
	pool->waiting[request->band]++;
	pool_alarm_by(pool, request->own.due_us);
}

/* When the first one has to wait, not when each does. */
static void note_limit(const struct pool *pool)
{
	int most = pool_most(pool);

	if (pool_used(pool) >= most && log_is_on(LOG_LEVEL_INFO, "pool"))
		log_event(LOG_LEVEL_INFO, "pool", "at its limit",
			LOG_FIELDS(LOG_TEXT("server", pool->place),
				LOG_INT("checked_out", pool->counts[MEMBER_LENT]),
				LOG_INT("limit", most)));
}

void line_add(struct pool *pool, struct pool_request *request)
{
	int64_t timeout_ms = request->timeout_ms ? request->timeout_ms : pool->options.timeout_ms;

	if (timeout_ms < 0 && request->band == POOL_BACKGROUND)
		timeout_ms = pool->options.timeout_ms;
	request->own.state = REQUEST_WAITING;
	request->own.due_us =
		timeout_ms > 0 ? request->own.asked_us + timeout_ms * 1000 : POOL_NEVER;
	request->own.turn = pool->next_turn++;
	join_line(pool, request);
	if (pool_waiting(pool) == 1)
		note_limit(pool);
}

struct pool_request *line_first(const struct pool *pool)
{
	struct pool_request *first = pool->line[POOL_INTERACTIVE];
	return first ? first : pool->line[POOL_BACKGROUND];
}

/* A dial that has just failed is told to the pool on a later turn. */
static void explain_dial(const struct conn *conn, int64_t waited_ms, struct err *e)
{
	if (conn_error(conn)->kind != ERR_NONE)
		*e = *conn_error(conn);
	else
		conn_explain_silence(conn, waited_ms, e);
}

static void explain_late(const struct pool *pool, const struct pool_request *request, struct err *e)
{
	const struct pool_member *dialing = pool->members[MEMBER_DIALING];
	double waited_s = (double)(request->own.due_us - request->own.asked_us) / 1e6;

	if (pool_total(pool) == 0 && pool->is_failing) {
		*e = pool->failure;
		return;
	}
	if (pool_total(pool) == 0 && dialing) { /* none is in use: the first one is still awaited */
		explain_dial(dialing->conn, (int64_t)(waited_s * 1000), e);
		return;
	}
	bool is_full = pool_most(pool) < pool_limit(pool);
	err_set(e, ERR_TIMEOUT,
		"a connection to %.120s was not free within %.1f s: %d of %d are in use%s",
		pool->place, waited_s, pool->counts[MEMBER_LENT] + pool->counts[MEMBER_CUT],
		pool_most(pool), is_full ? ", and the server has no room for more" : "");
	err_hint(e, is_full ? "other sessions fill the server: end some, or raise max_connections"
			    : "a larger pool_size lets more work run at once");
}

static void explain(const struct pool *pool, const struct pool_request *request,
	enum request_state answer, struct err *e)
{
	switch (answer) {
	case REQUEST_LATE: explain_late(pool, request, e); break;
	case REQUEST_DIAL_FAILED: *e = pool->failure; break;
	case REQUEST_CANCELED:
		err_set(e, ERR_CANCELED, "the connection is no longer wanted");
		break;
	case REQUEST_FULL:
		err_set(e, ERR_CONFLICT, "%d requests wait for a connection to %.120s already",
			pool->options.waiters_max, pool->place);
		break;
	case REQUEST_FORKED: err_set(e, ERR_CONFLICT, "the pool belongs to another process"); break;
	case REQUEST_CLOSED:
	case REQUEST_NONE:
	case REQUEST_WAITING:
	case REQUEST_GRANTED: err_set(e, ERR_CANCELED, "the connection was closed"); break;
	}
}

static void note_late(const struct pool *pool, const struct pool_request *request)
{
	log_event(LOG_LEVEL_WARN, "pool", "waited in vain",
		LOG_FIELDS(LOG_TEXT("server", pool->place),
			LOG_TEXT("asker", request->tag ? request->tag : "somebody"),
			LOG_INT("waited_ms", (pool_now(pool) - request->own.asked_us) / 1000),
			LOG_INT("checked_out", pool->counts[MEMBER_LENT]),
			LOG_INT("waiting", pool_waiting(pool))));
}

static void count(struct pool *pool, const struct pool_request *request)
{
	struct pool_counters *c = &pool->counters;
	int64_t now_us = pool_now(pool);

	switch ((enum request_state)request->own.state) {
	case REQUEST_GRANTED:
		c->acquires++;
		c->waits++;
		histogram_add(&pool->wait, now_us, now_us - request->own.asked_us);
		break;
	case REQUEST_LATE:
		c->timeouts++;
		note_late(pool, request);
		break;
	case REQUEST_CANCELED: c->cancels++; break;
	case REQUEST_DIAL_FAILED: c->failures++; break;
	case REQUEST_FULL:
	case REQUEST_CLOSED:
	case REQUEST_FORKED: c->refusals++; break;
	case REQUEST_NONE:
	case REQUEST_WAITING: break;
	}
}

/* What was granted may be lost before it is told: then it goes back to its place in the line. */
static bool regret(struct pool *pool, struct pool_request *request)
{
	if (request->own.state != REQUEST_GRANTED || pool->is_freed)
		return false;
	struct pool_member *member = pool->slots[request->own.lease.slot];
	if (member->conn && conn_is_usable(member->conn))
		return false;
	join_line(pool, request);
	pool_come_back(member);
	pool_serve(pool);
	return true;
}

static void tell(struct pool *pool, struct pool_request *request)
{
	enum request_state answer = (enum request_state)request->own.state;
	struct pool_lease lease = request->own.lease;
	struct err e;

	DL_DELETE2(pool->answers, request, own.prev, own.next);
	if (regret(pool, request))
		return;
	count(pool, request);
	request->own.state = REQUEST_NONE;
	if (answer == REQUEST_GRANTED) {
		request->done(request->arg, lease, NULL);
		return;
	}
	explain(pool, request, answer, &e);
	request->done(request->arg, (struct pool_lease){ 0 }, &e);
}

static void deliver(void *arg);

static void deliver_soon(struct pool *pool)
{
	if (!pool->delivering)
		pool->delivering = loop_soon(pool->loop, deliver, pool);
}

/* What is answered meanwhile waits for the next turn; the asker may free the pool. */
static void deliver(void *arg)
{
	struct pool *pool = arg;
	struct pool_request *request = pool->answers;
	struct pool_request *last = request ? request->own.prev : NULL;

	pool->delivering = NULL;
	for (bool is_last = false; request && !is_last; request = pool->answers) {
		is_last = request == last;
		tell(pool, request);
		if (pool->is_freed)
			return;
	}
	if (pool->answers)
		deliver_soon(pool);
}

static void leave_line(struct pool *pool, struct pool_request *request)
{
	if (request->own.state != REQUEST_WAITING)
		return;
	DL_DELETE2(pool->line[request->band], request, own.prev, own.next);
	pool->waiting[request->band]--;
}

void line_answer(struct pool *pool, struct pool_request *request, enum request_state answer)
{
	if (request->own.state == REQUEST_WAITING)
		leave_line(pool, request);
	request->own.lease = (struct pool_lease){ 0 };
	request->own.state = answer;
	DL_APPEND2(pool->answers, request, own.prev, own.next);
	deliver_soon(pool);
}

void line_grant(struct pool_request *request, struct pool_member *member)
{
	pool_lend(member, request);
	line_answer(member->pool, request, REQUEST_GRANTED);
	request->own.lease = (struct pool_lease){ member->serial, member->slot };
}

void line_answer_all(struct pool *pool, enum request_state answer, bool is_hasty_only)
{
	struct pool_request *request, *next;

	for (int band = 0; band < POOL_BANDS; band++) {
		DL_FOREACH_SAFE2(pool->line[band], request, next, own.next)
		{
			if (request->is_hasty || !is_hasty_only)
				line_answer(pool, request, answer);
		}
	}
}

int64_t line_expire(struct pool *pool, int64_t now_us)
{
	struct pool_request *request, *next;
	int64_t due_us = POOL_NEVER;

	for (int band = 0; band < POOL_BANDS; band++) {
		DL_FOREACH_SAFE2(pool->line[band], request, next, own.next)
		{
			if (request->own.due_us <= now_us)
				line_answer(pool, request, REQUEST_LATE);
			else if (request->own.due_us < due_us)
				due_us = request->own.due_us;
		}
	}
	return due_us;
}

void line_release(struct pool *pool)
{
	line_answer_all(pool, REQUEST_CLOSED, false);
	while (pool->answers) {
		if (pool->answers->own.state == REQUEST_GRANTED)
			pool->answers->own.state = REQUEST_CLOSED;
		tell(pool, pool->answers);
	}
	loop_timer_stop(pool->delivering);
	pool->delivering = NULL;
}
