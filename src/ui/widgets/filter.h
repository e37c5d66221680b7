/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Filter: what is typed after `/`: `text`, `!text` (without it), `~regex`, `column:text`. Letters match in both cases.
 */
#ifndef DBTOP_UI_WIDGETS_FILTER_H
#define DBTOP_UI_WIDGETS_FILTER_H

#include <regex.h>
#include <stdbool.h>

#include "base/err.h"

enum { FILTER_BYTES = 96 };

struct filter {
	bool is_inverse, is_regex;
	char column[32]; /* "" = all */
	char text[FILTER_BYTES];
	regex_t regex;
};

/* False with e when the regex is wrong. Released when true. */
bool filter_init(struct filter *filter, const char *typed, struct err *e) MUST_CHECK;
void filter_release(struct filter *filter);
/* Does it ask for this column's text at all? */
bool filter_wants(const struct filter *filter, const char *column);
bool filter_finds(const struct filter *filter, const char *text);

#endif
