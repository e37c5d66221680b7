// SPDX-License-Identifier: GPL-3.0-or-later
#include <utlist.h>

#include "pg/pool_private.h"

static enum pool_state state_of(const struct pool *pool)
{
	if (pool->is_closing)
		return pool_used(pool) > 0 ? POOL_CLOSING : POOL_CLOSED;
	if (pool->is_suspended)
		return POOL_SUSPENDED;
	return pool->is_stopped ? POOL_STOPPED : POOL_OPEN;
}

static int64_t oldest_wait_us(const struct pool *pool)
{
	int64_t oldest_us = 0;

	for (int band = 0; band < POOL_BANDS; band++) {
		const struct pool_request *first = pool->line[band];
		int64_t waited_us = first ? pool_now(pool) - first->own.asked_us : 0;
		if (waited_us > oldest_us)
			oldest_us = waited_us;
	}
	return oldest_us;
}

static void gauges(const struct pool *pool, struct pool_stats *stats)
{
	int above = pool_used(pool) - pool->options.size;

	stats->state = state_of(pool);
	stats->pool_size = pool->options.size;
	stats->max_overflow = pool->options.max_overflow;
	stats->min_size = pool->options.min_size;
	stats->checked_in = pool->counts[MEMBER_IDLE] + pool->counts[MEMBER_CLEANING];
	stats->checked_out = pool->counts[MEMBER_LENT];
	stats->overflow = above > 0 ? above : 0;
	stats->total = pool_total(pool);
	stats->connecting = pool->counts[MEMBER_DIALING];
	stats->ceiling = pool_most(pool) < pool_limit(pool) ? pool->ceiling : 0;
	stats->waiting = pool_waiting(pool);
	stats->waiting_background = pool->waiting[POOL_BACKGROUND];
	stats->oldest_wait_us = oldest_wait_us(pool);
}

static void counters(const struct pool_counters *from, struct pool_stats *stats)
{
	stats->acquires = from->acquires;
	stats->waits = from->waits;
	stats->hand_offs = from->hand_offs;
	stats->timeouts = from->timeouts;
	stats->cancels = from->cancels;
	stats->refusals = from->refusals;
	stats->failures = from->failures;
	stats->creates = from->creates;
	stats->create_errors = from->create_errors;
	memcpy(stats->destroys, from->destroys, sizeof(stats->destroys));
	stats->pings = from->pings;
	stats->ping_failures = from->ping_failures;
	stats->rollbacks = from->rollbacks;
	stats->leaks = from->leaks;
	stats->misuses = from->misuses;
}

void pool_counts(const struct pool *pool, struct pool_stats *stats)
{
	*stats = (struct pool_stats){ .state = POOL_OPEN };
	gauges(pool, stats);
	counters(&pool->counters, stats);
	stats->wait_tally = pool->wait.tally;
	stats->hold_tally = pool->hold.tally;
	stats->connect_tally = pool->connect.tally;
	stats->transaction_tally = pool->transaction.tally;
	snprintf(stats->error, sizeof(stats->error), "%s", pool_error(pool)->text);
}

void pool_stats(struct pool *pool, struct pool_stats *stats)
{
	int64_t now_us = pool_now(pool);

	pool_counts(pool, stats);
	stats->wait = histogram_read(&pool->wait, now_us);
	stats->hold = histogram_read(&pool->hold, now_us);
	stats->connect = histogram_read(&pool->connect, now_us);
	stats->transaction = histogram_read(&pool->transaction, now_us);
}

void pool_stats_reset(struct pool *pool)
{
	pool->counters = (struct pool_counters){ 0 };
	histogram_reset(&pool->wait);
	histogram_reset(&pool->hold);
	histogram_reset(&pool->connect);
	histogram_reset(&pool->transaction);
}

void pool_note_transaction(struct pool *pool, int64_t took_us)
{
	histogram_add(&pool->transaction, pool_now(pool), took_us);
}

const struct link_view *pool_view(const struct pool *pool)
{
	return &pool->view;
}

const struct err *pool_error(const struct pool *pool)
{
	static const struct err nothing = { .kind = ERR_NONE };

	return pool->is_failing ? &pool->failure : &nothing;
}
