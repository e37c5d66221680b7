// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The pool as a whole: birth and end, and what befalls all its connections together. Each of these says when it is done;
 * whatever comes over it ends it with ERR_CANCELED, so that nobody waits for ever.
 */
#include <sys/mman.h>
#include <unistd.h>
#include <utlist.h>

#include "base/log.h"
#include "pg/conninfo.h"
#include "pg/pool_private.h"

const struct pool_options pool_defaults = {
	.size = 4,
	.waiters_max = 1000,
	.timeout_ms = 30000,
	.recycle_ms = 3600000,
	.idle_timeout_ms = 600000,
	.overflow_idle_ms = 10000,
	.leak_ms = 10000,
	.conn = { .connect_timeout_ms = 5000 },
};

/* ---- whose it is ---- */

/* A page that the kernel wipes in a forked child: looking at it costs nothing. */
static void guard_make(struct pool *pool)
{
	size_t bytes = (size_t)sysconf(_SC_PAGESIZE);
	int64_t *page =
		mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	pool->process = getpid();
	if (page == MAP_FAILED)
		return;
	if (madvise(page, bytes, MADV_WIPEONFORK) != 0) {
		munmap(page, bytes);
		return;
	}
	*page = pool->process;
	pool->guard = page;
}

static void guard_free(struct pool *pool)
{
	if (pool->guard)
		munmap((void *)(uintptr_t)pool->guard, (size_t)sysconf(_SC_PAGESIZE));
	pool->guard = NULL;
}

bool pool_is_foreign(const struct pool *pool)
{
	if (pool->process == getpid())
		return false;
	log_event(LOG_LEVEL_ERROR, "pool", "used in another process than its own",
		LOG_FIELDS(LOG_TEXT("server", pool->place)));
	return true;
}

/* ---- birth and end ---- */

static bool check_sizes(int size, int max_overflow, int min_size, struct err *e)
{
	if (size < 1)
		return err_set(e, ERR_USAGE, "pool_size is %d, and must be at least 1", size);
	if (max_overflow < 0)
		return err_set(e, ERR_USAGE, "max_overflow is %d, and cannot be less than 0",
			max_overflow);
	if (min_size < 0 || min_size > size)
		return err_set(e, ERR_USAGE, "%d connections cannot be kept up in a pool of %d",
			min_size, size);
	return true;
}

static bool check_times(const struct pool_options *o, struct err *e)
{
	if (o->waiters_max < 0 || o->timeout_ms < POOL_FOR_EVER || o->recycle_ms < 0 ||
		o->idle_timeout_ms < 0 || o->overflow_idle_ms < 0 || o->leak_ms < 0)
		return err_set(e, ERR_USAGE, "a limit of the pool is negative");
	return true;
}

static void copy_options(struct pool *pool, const struct pool_options *options)
{
	struct str place = { 0 };

	pool->options = *options;
	pool->info = conninfo_copy(options->info);
	conninfo_words(options->info, &place);
	pool->place = mem_strdup(str_c(&place));
	str_release(&place);
	pool->set_role = mem_strdup(options->conn.set_role);
	pool->options.conn.set_role = pool->set_role;
	pool->options.conn.keep_up = false;
	if (options->conn.must_equal) {
		pool->must_equal = *options->conn.must_equal;
		pool->options.conn.must_equal = &pool->must_equal;
	}
}

struct pool *pool_new(struct loop *loop, const struct pool_options *options, struct err *e)
{
	if (!check_sizes(options->size, options->max_overflow, options->min_size, e) ||
		!check_times(options, e))
		return NULL;
	struct pool *pool = mem_new(struct pool);
	pool->loop = loop;
	pool->alarm_us = POOL_NEVER;
	copy_options(pool, options);
	guard_make(pool);
	dice_init(&pool->dice);
	/* Of no other pool: the upper part is random, whatever the seed of the rest. */
	pool->first_serial = pool->next_serial = dice_next(&pool->dice) << 40 | 1;
	if (options->seed)
		dice_seed(&pool->dice, options->seed);
	return pool;
}

static void goal_end(struct pool *pool, struct pool_goal *goal, bool is_reached)
{
	struct err e;

	LL_DELETE(pool->goals, goal);
	if (!is_reached)
		err_set(&e, ERR_CANCELED, "something else came over it");
	pool_settled_fn *done = goal->done;
	void *arg = goal->arg;
	free(goal);
	done(arg, is_reached ? NULL : &e);
}

static void close_all(struct pool *pool)
{
	for (uint32_t slot = 0; slot < pool->slot_count; slot++) {
		struct pool_member *member = pool->slots[slot];
		if (member->conn)
			member_destroy(member, POOL_REASON_CLOSE);
		member->serial = 0;
	}
}

void pool_free(struct pool *pool)
{
	if (!pool || pool->is_freed)
		return;
	bool is_foreign = pool_is_foreign(pool);

	pool->is_freed = pool->is_closing = true;
	line_release(pool);
	if (!is_foreign)
		close_all(pool);
	while (pool->goals)
		goal_end(pool, pool->goals, false);
	loop_timer_stop(pool->alarm);
	loop_timer_stop(pool->settling);
	loop_timer_stop(pool->telling);
	for (uint32_t slot = 0; slot < pool->slot_count; slot++)
		loop_defer_free(pool->loop, pool->slots[slot]);
	loop_defer_free(pool->loop, pool->slots);
	conninfo_free(pool->info);
	guard_free(pool);
	loop_defer_free(pool->loop, pool->place);
	free(pool->set_role);
	loop_defer_free(pool->loop, pool);
}

void pool_open(struct pool *pool)
{
	pool->is_kept = true;
	pool_want(pool);
}

void pool_keep(struct pool *pool, int min_size)
{
	struct pool_options *o = &pool->options;

	o->min_size = min_size < o->size ? min_size : o->size;
	pool_open(pool);
}

/* ---- goals ---- */

static bool has_old(const struct pool *pool, uint32_t generation)
{
	for (uint32_t slot = 0; slot < pool->slot_count; slot++)
		if (pool->slots[slot]->conn && pool->slots[slot]->generation < generation)
			return true;
	return false;
}

static bool is_reached(const struct pool *pool, const struct pool_goal *goal)
{
	switch (goal->kind) {
	case GOAL_DRAINED: return !has_old(pool, goal->generation);
	case GOAL_SIZED: return pool_used(pool) <= pool_limit(pool);
	case GOAL_QUIET:
		return pool->counts[MEMBER_LENT] + pool->counts[MEMBER_CUT] +
			       pool->counts[MEMBER_CLEANING] ==
		       0;
	case GOAL_CLOSED: return pool_used(pool) == 0;
	}
	return false;
}

/* Each done() may change anything, so the list is walked anew after each. */
static void settle(void *arg)
{
	struct pool *pool = arg;
	struct pool_goal *goal = pool->goals;

	pool->settling = NULL;
	while (goal && !pool->is_freed) {
		if (!goal->is_overtaken && !is_reached(pool, goal)) {
			goal = goal->next;
			continue;
		}
		goal_end(pool, goal, !goal->is_overtaken);
		goal = pool->goals;
	}
}

void pool_settle_soon(struct pool *pool)
{
	if (pool->goals && !pool->settling && !pool->is_freed)
		pool->settling = loop_soon(pool->loop, settle, pool);
}

static void goal_add(struct pool *pool, enum goal_kind kind, pool_settled_fn *done, void *arg)
{
	if (!done)
		return;
	struct pool_goal *goal = mem_new(struct pool_goal);
	*goal = (struct pool_goal){
		.kind = kind, .generation = pool->generation, .done = done, .arg = arg
	};
	LL_APPEND(pool->goals, goal);
	pool_settle_soon(pool);
}

static void overtake(struct pool *pool, enum goal_kind kind)
{
	struct pool_goal *goal;

	LL_FOREACH (pool->goals, goal)
		if (goal->kind == kind)
			goal->is_overtaken = true;
	pool_settle_soon(pool);
}

/* ---- all of them ---- */

static void destroy_state(struct pool *pool, enum member_state state, enum pool_reason why)
{
	while (pool->members[state])
		member_destroy(pool->members[state], why);
}

void pool_drain(struct pool *pool, enum pool_reason why, pool_settled_fn *done, void *arg)
{
	log_event(LOG_LEVEL_INFO, "pool", "drained",
		LOG_FIELDS(LOG_TEXT("server", pool->place), LOG_TEXT("why", pool_reason_word(why)),
			LOG_INT("total", pool_total(pool))));
	pool->generation++;
	pool->drain_reason = why;
	destroy_state(pool, MEMBER_IDLE, why);
	destroy_state(pool, MEMBER_DIALING, why);
	goal_add(pool, GOAL_DRAINED, done, arg);
	pool_want(pool);
}

/* Dials first, they were never connections; then those idle for longest. */
static void shrink(struct pool *pool)
{
	int most = pool_limit(pool);

	while (pool_used(pool) > most && pool->members[MEMBER_DIALING])
		member_destroy(pool->members[MEMBER_DIALING]->prev, POOL_REASON_RESIZE);
	while (pool_used(pool) > most && pool->members[MEMBER_IDLE])
		member_destroy(pool->members[MEMBER_IDLE]->prev, POOL_REASON_RESIZE);
}

bool pool_resize(struct pool *pool, int size, int max_overflow, pool_settled_fn *done, void *arg)
{
	struct pool_options *o = &pool->options;
	struct err e;

	if (!check_sizes(size, max_overflow, 0, &e))
		return false;
	log_event(LOG_LEVEL_INFO, "pool", "resized",
		LOG_FIELDS(LOG_TEXT("server", pool->place), LOG_INT("pool_size", size),
			LOG_INT("max_overflow", max_overflow), LOG_INT("old_pool_size", o->size),
			LOG_INT("old_max_overflow", o->max_overflow)));
	o->size = size;
	o->max_overflow = max_overflow;
	if (o->min_size > size)
		o->min_size = size;
	overtake(pool, GOAL_SIZED);
	shrink(pool);
	goal_add(pool, GOAL_SIZED, done, arg);
	for (struct pool_member *idle = pool->members[MEMBER_IDLE]; idle; idle = idle->next)
		pool_alarm_by(pool, pool_idle_due(idle));
	pool_serve(pool);
	return true;
}

void pool_suspend(struct pool *pool, pool_settled_fn *done, void *arg)
{
	log_event(LOG_LEVEL_INFO, "pool", "suspended", LOG_FIELDS(LOG_TEXT("server", pool->place)));
	overtake(pool, GOAL_QUIET);
	pool->is_suspended = true;
	goal_add(pool, GOAL_QUIET, done, arg);
}

void pool_resume(struct pool *pool)
{
	if (!pool->is_suspended)
		return;
	log_event(LOG_LEVEL_INFO, "pool", "resumed", LOG_FIELDS(LOG_TEXT("server", pool->place)));
	overtake(pool, GOAL_QUIET);
	pool->is_suspended = false;
	pool_serve(pool);
}

void pool_close(struct pool *pool, int64_t grace_ms, pool_settled_fn *done, void *arg)
{
	int64_t cut_us = grace_ms < 0 ? POOL_NEVER : pool_now(pool) + grace_ms * 1000;

	pool->is_closing = true;
	pool->cut_us = cut_us;
	line_answer_all(pool, REQUEST_CLOSED, false);
	destroy_state(pool, MEMBER_IDLE, POOL_REASON_CLOSE);
	destroy_state(pool, MEMBER_DIALING, POOL_REASON_CLOSE);
	destroy_state(pool, MEMBER_CLEANING, POOL_REASON_CLOSE);
	pool_alarm_by(pool, cut_us);
	goal_add(pool, GOAL_CLOSED, done, arg);
}
