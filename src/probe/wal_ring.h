/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Wal_ring: when the log's end stood where, for the last hour, by the server's clock. From it follows how old
 * the first byte is that a follower has not got yet: an honest time for frozen, logical and disconnected followers,
 * across pauses of ours, and 0 on an idle server.
 *
 *    end        ______/        behind = end - L
 *         L ___/........       time   = now - (the moment the end left L)
 *        ------t-----now
 */
#ifndef DBTOP_PROBE_WAL_RING_H
#define DBTOP_PROBE_WAL_RING_H

#include <stdbool.h>
#include <stdint.h>

#include "model/series.h"
#include "probe/lsn.h"

enum { WAL_RING_POINTS = 4096 };
#define WAL_RING_SPAN_US (INT64_C(3600) * 1000000)

struct wal_ring {
	struct series ends;
	char system_identifier[24];
	int64_t timeline;
};

struct wal_age {
	int64_t ms;	  /* VALUE_UNKNOWN: nothing can be said */
	bool is_at_least; /* the ring does not reach back so far */
};

void wal_ring_init(struct wal_ring *ring);
void wal_ring_release(struct wal_ring *ring);
/* Another server, another timeline, or a clock or an end that went back: the ring starts anew. */
void wal_ring_push(struct wal_ring *ring, const char *system_identifier, int64_t timeline,
	int64_t now_us, lsn_t end);
/* How long ago the end left that position; 0 when it has not. */
struct wal_age wal_ring_age(const struct wal_ring *ring, lsn_t position);
/* Bytes written per second over about the last ten seconds; VALUE_UNKNOWN on the first sample. */
int64_t wal_ring_rate(const struct wal_ring *ring);

#endif
