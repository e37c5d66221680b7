// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/histogram.h"

#include "base/compiler.h"

enum { STEPS = 1 << HISTOGRAM_STEPS_LOG2 };

int64_t histogram_value_of(uint32_t counter)
{
	if (counter < 2 * STEPS)
		return counter;
	int shift = (int)(counter >> HISTOGRAM_STEPS_LOG2) - 1;
	int64_t low = (int64_t)(counter - ((uint32_t)shift << HISTOGRAM_STEPS_LOG2)) << shift;
	return low + (INT64_C(1) << shift) / 2;
}

static void wipe(struct histogram *h, int slice)
{
	memset(h->counters[slice], 0, sizeof(h->counters[slice]));
	h->slice_max[slice] = 0;
}

void histogram_turn(struct histogram *h, int64_t now_us)
{
	for (int turned = 0; now_us >= h->turn_us && turned < HISTOGRAM_SLICES; turned++) {
		h->slice = (h->slice + 1) % HISTOGRAM_SLICES;
		wipe(h, h->slice);
		h->turn_us += HISTOGRAM_SLICE_US;
	}
	if (now_us >= h->turn_us) /* nothing was added for longer than all slices hold */
		h->turn_us = now_us + HISTOGRAM_SLICE_US;
}

/* The value below which so many percent are. */
static int64_t percentile(const uint32_t *sums, int64_t count, int percent)
{
	int64_t rank = (count * percent + 99) / 100, seen = 0;

	for (uint32_t i = 0; i < HISTOGRAM_COUNTERS; i++) {
		seen += sums[i];
		if (seen >= rank)
			return histogram_value_of(i);
	}
	return 0;
}

static int64_t smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

struct quantiles histogram_read(struct histogram *h, int64_t now_us)
{
	uint32_t sums[HISTOGRAM_COUNTERS] = { 0 };
	struct quantiles q = { 0 };

	if (now_us >= h->turn_us)
		histogram_turn(h, now_us);
	for (int slice = 0; slice < HISTOGRAM_SLICES; slice++) {
		for (int i = 0; i < HISTOGRAM_COUNTERS; i++) {
			sums[i] += h->counters[slice][i];
			q.count += h->counters[slice][i];
		}
		if (h->slice_max[slice] > q.max)
			q.max = h->slice_max[slice];
	}
	if (q.count == 0)
		return q;
	/* The middle of a counter may lie above the largest value there was. */
	q.p50 = smaller(percentile(sums, q.count, 50), q.max);
	q.p90 = smaller(percentile(sums, q.count, 90), q.max);
	q.p99 = smaller(percentile(sums, q.count, 99), q.max);
	return q;
}

void histogram_reset(struct histogram *h)
{
	*h = (struct histogram){ 0 };
}
