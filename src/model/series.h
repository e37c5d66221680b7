/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Series: the last points of one number, oldest first, in a ring of fixed size. The points are its maker's memory.
 * Times never fall: who pushes starts anew when a clock went back.
 */
#ifndef DBTOP_MODEL_SERIES_H
#define DBTOP_MODEL_SERIES_H

#include <stddef.h>
#include <stdint.h>

struct series_point {
	int64_t at_us;
	int64_t value;
};

struct series {
	struct series_point *points; /* borrowed */
	size_t capacity;
	size_t first, count;
};

/* 0 is the oldest. */
static inline struct series_point *series_at(const struct series *series, size_t index)
{
	return &series->points[(series->first + index) % series->capacity];
}

static inline struct series_point *series_last(const struct series *series)
{
	return series->count ? series_at(series, series->count - 1) : NULL;
}

static inline void series_clear(struct series *series)
{
	series->first = series->count = 0;
}

/* The oldest point makes room when the ring is full. */
static inline void series_push(struct series *series, int64_t at_us, int64_t value)
{
	if (series->count == series->capacity)
		series->first = (series->first + 1) % series->capacity;
	else
		series->count++;
	*series_last(series) = (struct series_point){ at_us, value };
}

#endif
