// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The hot path: a lease, and back. Everything rare is a call away.
 */
#include "pg/pool.h"

#include <utlist.h>

#include "base/log.h"
#include "pg/pool_private.h"

static bool is_foreign(const struct pool *pool)
{
	return (!pool->guard || *pool->guard == 0) && pool_is_foreign(pool);
}

/* ---- taking ---- */

void pool_lend(struct pool_member *member, const struct pool_request *request)
{
	struct pool *pool = member->pool;
	int64_t now_us = pool_now(pool);

	member->serial = pool->next_serial++;
	member->tag = request->tag;
	member->is_fresh = false;
	member->overdue_us = request->hold_ms > 0 ? now_us + request->hold_ms * 1000 : POOL_NEVER;
	member_enter(member, MEMBER_LENT);
	if (pool->options.leak_ms > 0)
		pool_alarm_by(pool, now_us + pool->options.leak_ms * 1000);
	if (request->hold_ms > 0)
		pool_alarm_by(pool, member->overdue_us);
}

/* The last used one, but a fresh one is lent before one that has to be asked first. */
struct pool_member *pool_idle_get(struct pool *pool)
{
	struct pool_member *member = pool->members[MEMBER_IDLE];
	int64_t now_us = pool_now(pool);

	while (member) {
		if (!conn_is_usable(member->conn))
			pool_bury(member);
		else if (member_may_retire(member, now_us))
			member_retire(member, now_us);
		else if (!member_needs_ping(member, now_us))
			return member;
		member = member->state == MEMBER_IDLE ? member->next : pool->members[MEMBER_IDLE];
	}
	return NULL;
}

/* Why it cannot even wait in line; REQUEST_WAITING = it can. */
static enum request_state refusal(const struct pool *pool)
{
	if (pool->is_closing)
		return REQUEST_CLOSED;
	if (pool->is_stopped && pool_total(pool) == 0)
		return REQUEST_DIAL_FAILED;
	return pool_waiting(pool) >= pool->options.waiters_max ? REQUEST_FULL : REQUEST_WAITING;
}

static void wait_in_line(struct pool *pool, struct pool_request *request)
{
	enum request_state state = is_foreign(pool) ? REQUEST_FORKED : refusal(pool);

	if (state != REQUEST_WAITING) {
		line_answer(pool, request, state);
		return;
	}
	pool->is_kept = true;
	line_add(pool, request);
	pool_serve(pool);
}

bool pool_take(struct pool *pool, struct pool_request *request, struct pool_lease *lease)
{
	bool is_open = !pool->is_suspended && !pool->is_closing && !is_foreign(pool);

	assert_always(request->own.state == REQUEST_NONE, "a request waits already");
	request->own.pool = pool;
	request->own.asked_us = pool_now(pool);
	if (is_open && pool_waiting(pool) == 0) {
		struct pool_member *member = pool_idle_get(pool);
		if (member) {
			pool_lend(member, request);
			pool->counters.acquires++;
			*lease = (struct pool_lease){ member->serial, member->slot };
			return true;
		}
	}
	*lease = (struct pool_lease){ 0 };
	wait_in_line(pool, request);
	return false;
}

/* ---- giving back ---- */

void pool_hand_on(struct pool_member *member)
{
	struct pool *pool = member->pool;
	struct pool_request *first = pool->is_suspended ? NULL : line_first(pool);

	if (first) {
		if (member->state == MEMBER_LENT)
			pool->counters.hand_offs++;
		line_grant(first, member);
		return;
	}
	member_enter(member, MEMBER_IDLE);
	pool_alarm_by(pool, pool_idle_due(member));
}

void pool_serve(struct pool *pool)
{
	struct pool_member *member;
	struct pool_request *first;

	while (!pool->is_suspended && (first = line_first(pool)) && (member = pool_idle_get(pool)))
		line_grant(first, member);
	pool_want(pool);
	pool_check_hope(pool);
}

static bool is_too_many(const struct pool *pool)
{
	return pool_used(pool) > pool_limit(pool);
}

/* Why nobody is to get it again; POOL_REASONS = it is fine. */
static enum pool_reason find_doom(const struct pool_member *member)
{
	const struct pool *pool = member->pool;

	if (!conn_is_usable(member->conn))
		return conn_view(member->conn)->state == LINK_UP ? POOL_REASON_UNCLEAN
								 : POOL_REASON_BROKEN;
	if (member->doom != POOL_REASONS)
		return member->doom;
	if (pool->is_closing)
		return POOL_REASON_CLOSE;
	if (member->generation != pool->generation)
		return pool->drain_reason;
	return is_too_many(pool) ? POOL_REASON_RESIZE : POOL_REASONS;
}

void pool_receive(struct pool_member *member)
{
	struct pool *pool = member->pool;
	enum pool_reason doom = find_doom(member);

	if (doom == POOL_REASON_UNCLEAN)
		conn_cancel(member->conn); /* closing alone would let the statement run on */
	if (doom != POOL_REASONS) {
		if (doom == POOL_REASON_BROKEN)
			pool_bury(member);
		else
			member_destroy(member, doom);
		pool_serve(pool);
		return;
	}
	if (member_clean(member))
		return;
	member->answered_us = pool_now(pool);
	if (member_may_retire(member, member->answered_us)) {
		member_retire(member, member->answered_us);
		pool_serve(pool);
		return;
	}
	pool_hand_on(member);
	if (pool->goals)
		pool_settle_soon(pool);
}

void pool_come_back(struct pool_member *member)
{
	member->serial = 0;
	member->is_leaking = false;
	if (member->state != MEMBER_CUT) {
		pool_receive(member);
		return;
	}
	member_enter(member, MEMBER_FREE);
	pool_settle_soon(member->pool);
}

static struct pool_member *find_lent(const struct pool *pool, struct pool_lease lease)
{
	if (lease.serial == 0 || lease.slot >= pool->slot_count)
		return NULL;
	struct pool_member *member = pool->slots[lease.slot];
	return member->serial == lease.serial ? member : NULL;
}

static bool refuse(struct pool *pool, struct pool_lease lease)
{
	bool was_ours = lease.serial >= pool->first_serial && lease.serial < pool->next_serial;

	pool->counters.misuses++;
	log_event(LOG_LEVEL_ERROR, "pool",
		was_ours ? "a lease is given back twice"
			 : "a lease is given back to the wrong pool",
		LOG_FIELDS(LOG_TEXT("server", pool->place)));
	return false;
}

/* Told once more when it came back after all. */
static void note_return(const struct pool_member *member, int64_t held_us)
{
	log_event(LOG_LEVEL_WARN, "pool", "came back late",
		LOG_FIELDS(LOG_TEXT("server", member->pool->place),
			LOG_TEXT("holder", member->tag ? member->tag : "somebody"),
			LOG_INT("held_ms", held_us / 1000)));
}

bool pool_give_back(struct pool *pool, struct pool_lease lease)
{
	struct pool_member *member = find_lent(pool, lease);
	int64_t now_us = pool_now(pool);

	if (pool->is_freed || is_foreign(pool))
		return false;
	if (!member)
		return refuse(pool, lease);
	histogram_add(&pool->hold, now_us, now_us - member->since_us);
	if (member->is_leaking)
		note_return(member, now_us - member->since_us);
	pool_come_back(member);
	return true;
}

bool pool_cancel(struct pool_request *request)
{
	struct pool *pool = request->own.pool;
	struct pool_lease lease = request->own.lease;

	switch ((enum request_state)request->own.state) {
	case REQUEST_WAITING: line_answer(pool, request, REQUEST_CANCELED); return true;
	case REQUEST_GRANTED:
		request->own.state = REQUEST_CANCELED;
		pool_come_back(pool->slots[lease.slot]);
		return true;
	case REQUEST_LATE:
	case REQUEST_FULL:
	case REQUEST_DIAL_FAILED:
	case REQUEST_CLOSED:
	case REQUEST_FORKED: request->own.state = REQUEST_CANCELED; return true;
	case REQUEST_NONE:
	case REQUEST_CANCELED: break;
	}
	return false;
}

struct conn *pool_conn(const struct pool *pool, struct pool_lease lease)
{
	const struct pool_member *member = find_lent(pool, lease);

	return member && !is_foreign(pool) ? member->conn : NULL;
}

void pool_condemn(struct pool *pool, struct pool_lease lease)
{
	struct pool_member *member = find_lent(pool, lease);

	if (member)
		member->doom = POOL_REASON_UNCLEAN;
}
