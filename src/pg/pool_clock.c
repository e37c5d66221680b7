// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What happens by time: deadlines of requests and leases, leaks, idle connections that are no longer needed, old ones,
 * and dials that were put off. One alarm for all of it, set to no later than the first thing due; when it rings, each
 * of them looks for itself and says when it wants to look again.
 */
#include <utlist.h>

#include "base/log.h"
#include "pg/pool_private.h"

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* ---- leases ---- */

static void note_leak(struct pool_member *member, int64_t held_us)
{
	struct pool *pool = member->pool;

	member->is_leaking = true;
	pool->counters.leaks++;
	log_event(LOG_LEVEL_WARN, "pool", "held too long",
		LOG_FIELDS(LOG_TEXT("server", pool->place),
			LOG_TEXT("holder", member->tag ? member->tag : "somebody"),
			LOG_INT("held_ms", held_us / 1000)));
}

static int64_t watch_leaks(struct pool *pool, enum member_state state, int64_t now_us)
{
	int64_t leak_us = pool->options.leak_ms * 1000;
	struct pool_member *member;

	if (leak_us == 0)
		return POOL_NEVER;
	DL_FOREACH (pool->members[state], member) { /* the longest held first */
		if (now_us - member->since_us < leak_us)
			return member->since_us + leak_us;
		if (!member->is_leaking)
			note_leak(member, now_us - member->since_us);
	}
	return POOL_NEVER;
}

static bool is_overdue(const struct pool_member *member, int64_t now_us)
{
	const struct pool *pool = member->pool;
	return member->overdue_us <= now_us || (pool->is_closing && pool->cut_us <= now_us);
}

/* Who loses its connection may give back others, or free the pool: the list is walked anew after each. */
static int64_t cut_overdue(struct pool *pool, int64_t now_us)
{
	int64_t due_us = pool->is_closing ? pool->cut_us : POOL_NEVER;
	struct pool_member *member;

	do {
		DL_FOREACH (pool->members[MEMBER_LENT], member)
			if (is_overdue(member, now_us))
				break;
		if (member)
			member_cut(member, member->overdue_us <= now_us ? POOL_REASON_OVERDUE
									: POOL_REASON_CLOSE);
	} while (member);
	DL_FOREACH (pool->members[MEMBER_LENT], member)
		due_us = earlier(due_us, member->overdue_us);
	return due_us > now_us ? due_us : POOL_NEVER;
}

/* ---- idle ones ---- */

static int64_t unused_due(const struct pool_member *member, enum pool_reason *why)
{
	const struct pool *pool = member->pool;
	const struct pool_options *o = &pool->options;
	bool is_overflow = pool_used(pool) > o->size;
	int64_t limit_ms = is_overflow ? o->overflow_idle_ms : o->idle_timeout_ms;

	*why = is_overflow ? POOL_REASON_OVERFLOW : POOL_REASON_IDLE;
	if (limit_ms == 0 || pool_used(pool) <= o->min_size)
		return POOL_NEVER;
	return member->since_us + limit_ms * 1000;
}

static int64_t retirement_due(const struct pool_member *member)
{
	return later(member->expires_us, member->pool->retire_after_us);
}

int64_t pool_idle_due(const struct pool_member *member)
{
	enum pool_reason why;
	return earlier(unused_due(member, &why), retirement_due(member));
}

/* The one that has been idle longest stands last. */
static int64_t trim_unused(struct pool *pool, int64_t now_us)
{
	struct pool_member *head;
	enum pool_reason why;
	int64_t due_us = POOL_NEVER;

	while ((head = pool->members[MEMBER_IDLE]) &&
		(due_us = unused_due(head->prev, &why)) <= now_us)
		member_destroy(head->prev, why);
	return head ? due_us : POOL_NEVER;
}

static int64_t retire_old(struct pool *pool, int64_t now_us)
{
	struct pool_member *member, *next;
	int64_t due_us = POOL_NEVER;

	DL_FOREACH_SAFE (pool->members[MEMBER_IDLE], member, next) {
		if (member_may_retire(member, now_us))
			member_retire(member, now_us);
	}
	DL_FOREACH (pool->members[MEMBER_IDLE], member)
		due_us = earlier(due_us, retirement_due(member));
	return due_us;
}

/* ---- the alarm ---- */

static void on_alarm(void *arg)
{
	struct pool *pool = arg;
	int64_t now_us = pool_now(pool);

	pool->alarm = NULL;
	pool->alarm_us = POOL_NEVER;
	pool_alarm_by(pool, line_expire(pool, now_us));
	pool_alarm_by(pool, watch_leaks(pool, MEMBER_LENT, now_us));
	pool_alarm_by(pool, watch_leaks(pool, MEMBER_CUT, now_us));
	pool_alarm_by(pool, cut_overdue(pool, now_us));
	pool_alarm_by(pool, trim_unused(pool, now_us));
	pool_alarm_by(pool, retire_old(pool, now_us));
	pool_alarm_by(pool, pool_raise_ceiling(pool, now_us));
	pool_serve(pool);
}

/* Rounded up to the loop's milliseconds, so that what rings is due. */
void pool_alarm_set(struct pool *pool, int64_t due_us)
{
	int64_t wait_us = later(due_us - pool_now(pool), 0);

	if (pool->is_freed)
		return;
	loop_timer_stop(pool->alarm);
	pool->alarm_us = due_us;
	pool->alarm = loop_timer_start(pool->loop, (wait_us + 999) / 1000, 0, on_alarm, pool);
}
