/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Numbers that may be missing. A missing number is never 0: on screen "?" is not known (no right to see
 * it, no answer yet) and "-" does not apply here.
 */
#ifndef DBTOP_MODEL_VALUE_H
#define DBTOP_MODEL_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#define VALUE_UNKNOWN INT64_MIN
#define VALUE_NONE    (INT64_MIN + 1)

static inline bool value_is_known(int64_t v)
{
	return v != VALUE_UNKNOWN && v != VALUE_NONE;
}

/* How worried to be. Shown by glyph and word as well as colour. */
enum status { STATUS_OK, STATUS_INFO, STATUS_WARN, STATUS_CRIT, STATUS_STALE };

/* What a number measures: decides how it is printed for people; machines get the bare number. */
enum unit { UNIT_NONE, UNIT_COUNT, UNIT_BYTES, UNIT_MS, UNIT_PERCENT, UNIT_WALL_US };

#endif
