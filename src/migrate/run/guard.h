/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Guard: the gate of changing.md 11: may a step start now? Pure: the caller gives limits and live numbers.
 */
#ifndef DBTOP_MIGRATE_RUN_GUARD_H
#define DBTOP_MIGRATE_RUN_GUARD_H

#include "model/run_view.h"
#include "model/target.h"

/* Live numbers; VALUE_UNKNOWN = cannot be read: warns, does not shut. */
struct guard_numbers {
	int64_t lag_bytes;     /* of the worst standby */
	const char *lag_where; /* "replica s2"; NULL = not named */
	int64_t slots_used, slots_usable;
	int64_t blocked_by_us;
	int64_t blocked_since_us; /* mono: since when at or above the limit; 0 = it is not */
	int64_t oldest_ms;	  /* oldest transaction, ours left out */
	int64_t wait_ms; /* how long our own statement has been waiting for a lock; 0 = it does not */
	int64_t now_us; /* mono */
};

void guard_read(const struct gate_limits *limits, const struct guard_numbers *numbers,
	struct gate_view *view);

#endif
