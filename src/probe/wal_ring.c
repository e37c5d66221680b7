// SPDX-License-Identifier: GPL-3.0-or-later
#include "probe/wal_ring.h"

#include "base/mem.h"
#include "model/value.h"

#define RATE_WINDOW_US (INT64_C(10) * 1000000)

void wal_ring_init(struct wal_ring *ring)
{
	*ring = (struct wal_ring){ .ends.capacity = WAL_RING_POINTS };
	ring->ends.points = mem_resize(NULL, WAL_RING_POINTS, sizeof(struct series_point));
}

void wal_ring_release(struct wal_ring *ring)
{
	free(ring->ends.points);
	*ring = (struct wal_ring){ 0 };
}

static bool ring_goes_on(const struct wal_ring *ring, const char *system_identifier,
	int64_t timeline, const struct series_point *next)
{
	const struct series_point *last = series_last(&ring->ends);

	return last && timeline == ring->timeline && next->at_us >= last->at_us &&
	       next->value >= last->value &&
	       strcmp(system_identifier, ring->system_identifier) == 0;
}

/* Of a time without writing the first and the last moment are enough: an idle night costs two points. */
static bool ring_stands_still(const struct series *ends, int64_t value)
{
	size_t n = ends->count;

	return n >= 2 && series_at(ends, n - 1)->value == value &&
	       series_at(ends, n - 2)->value == value;
}

void wal_ring_push(struct wal_ring *ring, const char *system_identifier, int64_t timeline,
	int64_t now_us, lsn_t end)
{
	struct series *ends = &ring->ends;

	if (!ring_goes_on(
		    ring, system_identifier, timeline, &(struct series_point){ now_us, end })) {
		series_clear(ends);
		ring->timeline = timeline;
		snprintf(ring->system_identifier, sizeof(ring->system_identifier), "%s",
			system_identifier);
	}
	if (end == LSN_UNKNOWN)
		return;
	if (ring_stands_still(ends, end))
		series_last(ends)->at_us = now_us;
	else
		series_push(ends, now_us, end);
	while (ends->count > 2 && series_at(ends, 1)->at_us < now_us - WAL_RING_SPAN_US) {
		ends->first = (ends->first + 1) % ends->capacity;
		ends->count--;
	}
}

/* Number of points whose end is at or before the position. */
static size_t ring_points_upto(const struct series *ends, lsn_t position)
{
	size_t low = 0, high = ends->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (series_at(ends, middle)->value <= position)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct wal_age wal_ring_age(const struct wal_ring *ring, lsn_t position)
{
	const struct series *ends = &ring->ends;

	if (ends->count == 0 || position == LSN_UNKNOWN)
		return (struct wal_age){ VALUE_UNKNOWN, false };
	int64_t now_us = series_last(ends)->at_us;
	size_t n = ring_points_upto(ends, position);
	if (n == ends->count)
		return (struct wal_age){ 0, false };
	if (n == 0)
		return (struct wal_age){ (now_us - series_at(ends, 0)->at_us) / 1000, true };
	const struct series_point *before = series_at(ends, n - 1), *after = series_at(ends, n);
	double part = (double)(position - before->value) / (double)(after->value - before->value);
	int64_t left_us = before->at_us + (int64_t)(part * (double)(after->at_us - before->at_us));
	return (struct wal_age){ (now_us - left_us) / 1000, false };
}

int64_t wal_ring_rate(const struct wal_ring *ring)
{
	const struct series *ends = &ring->ends;

	if (ends->count < 2)
		return VALUE_UNKNOWN;
	const struct series_point *last = series_last(ends);
	size_t i = ends->count - 2;
	while (i > 0 && series_at(ends, i)->at_us > last->at_us - RATE_WINDOW_US)
		i--;
	const struct series_point *first = series_at(ends, i);
	int64_t took_us = last->at_us - first->at_us;
	if (took_us <= 0)
		return VALUE_UNKNOWN;
	return (int64_t)((double)(last->value - first->value) * 1e6 / (double)took_us);
}
