/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Histogram: how long things took, kept so that a percentile is never more than 6 % off and adding costs a few
 * instructions. Log-linear: sixteen steps to each doubling; what is below 16 is exact.
 *
 * Percentiles speak of the last minute: four slices of 15 s are filled in turn, and the oldest is wiped when its turn
 * comes again. Count, sum and largest of all time are kept beside them, as counters for a metrics reader.
 */
#ifndef DBTOP_BASE_HISTOGRAM_H
#define DBTOP_BASE_HISTOGRAM_H

#include <stdint.h>

enum {
	HISTOGRAM_STEPS_LOG2 = 4, /* 16 steps an octave */
	HISTOGRAM_OCTAVES = 40,	  /* 2^40 µs are twelve days: longer counts as that */
	HISTOGRAM_COUNTERS = (HISTOGRAM_OCTAVES - HISTOGRAM_STEPS_LOG2 + 1) << HISTOGRAM_STEPS_LOG2,
	HISTOGRAM_SLICES = 4,
	HISTOGRAM_SLICE_US = 15000000,
	HISTOGRAM_TALLIES = HISTOGRAM_COUNTERS >> HISTOGRAM_STEPS_LOG2,
};

/* Of all time, and therefore never falling: an octave counts what is below its bound and not below the one before. */
struct tally {
	int64_t count, sum;
	int64_t octaves[HISTOGRAM_TALLIES];
};

struct histogram {
	int64_t turn_us; /* when the slice being filled is full */
	int slice;
	int64_t slice_max[HISTOGRAM_SLICES]; /* exact */
	int64_t max;			     /* of all time */
	struct tally tally;
	uint32_t counters[HISTOGRAM_SLICES][HISTOGRAM_COUNTERS];
};

/* Of the last minute; all 0 when nothing was seen. */
struct quantiles {
	int64_t count, p50, p90, p99, max;
};

/* The counter of a value, and the value in the middle of what it counts. */
static inline uint32_t histogram_counter_of(int64_t value)
{
	uint64_t v = value > 0 ? (uint64_t)value : 0;

	if (v >= UINT64_C(1) << HISTOGRAM_OCTAVES)
		v = (UINT64_C(1) << HISTOGRAM_OCTAVES) - 1;
	if (v < 1u << HISTOGRAM_STEPS_LOG2)
		return (uint32_t)v;
	int shift = 63 - __builtin_clzll(v) - HISTOGRAM_STEPS_LOG2;
	return (uint32_t)(((uint64_t)shift << HISTOGRAM_STEPS_LOG2) + (v >> shift));
}

int64_t histogram_value_of(uint32_t counter);
/* 16, 32, 64 …; what an octave counts is smaller. */
static inline int64_t tally_bound(int octave)
{
	return INT64_C(1) << (octave + HISTOGRAM_STEPS_LOG2);
}

/* A new slice begins. Called by histogram_add(); by itself before reading. */
void histogram_turn(struct histogram *h, int64_t now_us);

static inline void histogram_add(struct histogram *h, int64_t now_us, int64_t value)
{
	if (now_us >= h->turn_us)
		histogram_turn(h, now_us);
	uint32_t counter = histogram_counter_of(value);
	h->counters[h->slice][counter]++;
	h->tally.octaves[counter >> HISTOGRAM_STEPS_LOG2]++;
	h->tally.count++;
	h->tally.sum += value;
	if (value > h->slice_max[h->slice])
		h->slice_max[h->slice] = value;
	if (value > h->max)
		h->max = value;
}

struct quantiles histogram_read(struct histogram *h, int64_t now_us);
/* As if nothing had ever been seen. */
void histogram_reset(struct histogram *h);

#endif
