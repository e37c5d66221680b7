/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pool stats: what one pool of connections of our own has, does and did. Filled by pg/pool_stats.c; shown by the pool
 * panel, by health and by the metrics.
 *
 * total = checked_in + checked_out; connecting ones are not yet connections. overflow is what total and connecting
 * are above pool_size, never negative.
 */
#ifndef DBTOP_MODEL_POOL_STATS_H
#define DBTOP_MODEL_POOL_STATS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/histogram.h"
#include "model/value.h"

enum pool_state {
	POOL_OPEN,
	POOL_SUSPENDED, /* nobody is served until it is resumed */
	POOL_STOPPED,	/* no new connections: authentication failed, no such database … */
	POOL_CLOSING,	/* waits for the leases that are out */
	POOL_CLOSED,
	POOL_STATES
};

/* Why a connection was closed. */
enum pool_reason {
	POOL_REASON_LIFETIME, /* older than pool_recycle */
	POOL_REASON_IDLE,     /* not used for long, and more than the minimum */
	POOL_REASON_OVERFLOW, /* above pool_size, and no longer needed */
	POOL_REASON_BROKEN,   /* lost, or it could not be cleaned */
	POOL_REASON_UNCLEAN,  /* given back in mid-question, or condemned by its holder */
	POOL_REASON_ROLE,     /* the server is not what it was taken for */
	POOL_REASON_DRAIN,
	POOL_REASON_RESIZE,
	POOL_REASON_OVERDUE, /* held longer than its lease allows */
	POOL_REASON_CLOSE,
	POOL_REASONS
};

struct pool_stats {
	enum pool_state state;
	/* now */
	int pool_size, max_overflow, min_size;
	int checked_in, checked_out, overflow, total;
	int connecting;
	int ceiling;			 /* the server has no room for more, for now; 0 = it has */
	int waiting, waiting_background; /* the second is part of the first */
	int64_t oldest_wait_us;		 /* 0 = nobody waits */
	/* since it was made, or since the last reset */
	int64_t acquires;  /* leases handed out */
	int64_t waits;	   /* … that had to wait */
	int64_t hand_offs; /* … that came straight from the holder before */
	int64_t timeouts;  /* requests that waited in vain */
	int64_t cancels;   /* requests that were taken back */
	int64_t refusals;  /* the line was full, or the pool not open */
	int64_t failures;  /* requests ended by a failed dial */
	int64_t creates;   /* connections made */
	int64_t create_errors;
	int64_t destroys[POOL_REASONS];
	int64_t pings, ping_failures;
	int64_t rollbacks; /* given back inside a transaction */
	int64_t leaks;	   /* held too long */
	int64_t misuses;   /* given back twice or to the wrong pool */
	/* µs, of the last minute: of the requests that waited; of leases; of dials; of transactions */
	struct quantiles wait, hold, connect, transaction;
	/* the same since it was made, or since the last reset; pool_counts() fills these too */
	struct tally wait_tally, hold_tally, connect_tally, transaction_tally;
	char error[256]; /* why the last dial failed; "" = it did not */
};

const char *pool_state_word(enum pool_state state);    /* "open" */
const char *pool_reason_word(enum pool_reason reason); /* "lifetime" */
/* How much of what it may have is lent out, in percent. */
int pool_stats_used_percent(const struct pool_stats *stats);
enum { POOL_REASON_BYTES = 128 };
/* Is it well? reason says why not; "" when it is. */
enum status pool_stats_judge(const struct pool_stats *stats, char reason[POOL_REASON_BYTES]);

#endif
