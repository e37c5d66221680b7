/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Metrics text: numbers in Prometheus' text form (version 0.0.4). A metric is a row of somebody's table; what is added
 * to it becomes a series under its labels. Families come out sorted by name, the series of a family in the order they
 * were added; a series added twice stays as it was first, since a reader refuses the whole page over a second one.
 *
 * What is not known is left out: a missing series says so, and 0 would be a lie.
 */
#ifndef DBTOP_CORE_METRICS_TEXT_H
#define DBTOP_CORE_METRICS_TEXT_H

#include <stdint.h>

#include "base/histogram.h"
#include "base/str.h"

enum metric_kind { METRIC_GAUGE, METRIC_COUNTER, METRIC_HISTOGRAM };

struct metric {
	const char *name; /* "dbtop_pool_wait_seconds": base units, counters end in _total */
	const char *help; /* a sentence without its full stop */
	enum metric_kind kind;
	int per; /* so many of the numbers added are one of its unit: 1000000 for µs as seconds; 0 = 1 */
};

struct metric_label {
	const char *name;  /* NULL ends the list */
	const char *value; /* foreign text is made visible and cut to METRIC_LABEL_BYTES */
};
#define METRIC_LABELS(...) ((const struct metric_label[]){ __VA_ARGS__, { NULL, NULL } })

enum { METRIC_LABEL_BYTES = 128 };

struct metrics_text;

struct metrics_text *metrics_text_new(void);
void metrics_text_free(struct metrics_text *text);
/* Nothing is added while the number is VALUE_UNKNOWN or VALUE_NONE. The metric and the labels' names are borrowed. */
void metrics_add(struct metrics_text *text, const struct metric *metric,
	const struct metric_label *labels, int64_t number);
/* Microseconds, as buckets of seconds from 0.000128 to 67. */
void metrics_add_tally(struct metrics_text *text, const struct metric *metric,
	const struct metric_label *labels, const struct tally *tally);
size_t metrics_text_count(const struct metrics_text *text); /* series; a histogram is one */
void metrics_print(struct metrics_text *text, struct str *out);

#endif
