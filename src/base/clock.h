/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Clock: the only place that asks for the time. Ages, deadlines and refresh go by mono (nobody sets it, and it counts
 * the hours a laptop slept); wall is for people and records. Tests fill the struct with their own time.
 */
#ifndef DBTOP_BASE_CLOCK_H
#define DBTOP_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

struct clock {
	int64_t (*mono_us)(void *state); /* microseconds since some fixed moment */
	int64_t (*wall_us)(void *state); /* microseconds since 1970-01-01 UTC */
	void *state;
};

/* The machine's own clock. */
extern const struct clock clock_system;

static inline int64_t clock_mono_us(const struct clock *clock)
{
	return clock->mono_us(clock->state);
}

static inline int64_t clock_wall_us(const struct clock *clock)
{
	return clock->wall_us(clock->state);
}

enum { CLOCK_TEXT_BYTES = 32 };
/* "2026-01-31T14:32:07.123Z" (JSON, records) and, in the local zone, "14:32:07" or "2026-01-31 14:32:07". */
void clock_format_utc(int64_t wall_us, char out[CLOCK_TEXT_BYTES]);
void clock_format_local_time(int64_t wall_us, char out[CLOCK_TEXT_BYTES]);
void clock_format_local(int64_t wall_us, char out[CLOCK_TEXT_BYTES]);
/* The 14 digits of a new migration: YYYYMMDDHHMMSS, UTC. */
void clock_format_revision(int64_t wall_us, char out[CLOCK_TEXT_BYTES]);

#endif
