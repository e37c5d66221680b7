/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Mark: what one rule says of one thing, steadied. A single sample over a threshold is no news: a level
 * is raised when two samples in a row reach it and cleared when three in a row do not.
 */
#ifndef DBTOP_PROBE_MARK_H
#define DBTOP_PROBE_MARK_H

#include <stdbool.h>
#include <stdint.h>

#include "model/value.h"

enum { MARK_RAISE_SAMPLES = 2, MARK_CLEAR_SAMPLES = 3, MARK_WORDS_BYTES = 192 };

struct mark_level {
	uint8_t streak; /* samples in a row that speak against what is shown */
	bool is_raised;
};

struct mark {
	struct mark_level warn, crit;
	/* Why, as of the last sample that reached a threshold: it stands until the mark is cleared. */
	char words[MARK_WORDS_BYTES];
};

/* Feed one sample's verdict, get the steadied one; who feeds WARN or worse writes the words. raise_after: MARK_RAISE_SAMPLES, or 1 for a single look. */
enum status mark_feed(struct mark *mark, enum status now, int raise_after);
enum status mark_shown(const struct mark *mark);

/* WARN at or above warn, CRIT at or above crit; a value that is not known is no breach. */
enum status status_above(int64_t value, int64_t warn, int64_t crit);
/* WARN below warn, CRIT below crit. */
enum status status_below(int64_t value, int64_t warn, int64_t crit);
enum status status_worse(enum status a, enum status b);

#endif
