/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Visible: the one door between foreign text (names, queries, notices, errors, files) and a terminal. What comes
 * out is valid UTF-8 without control bytes: C0 and DEL as ^X-like escapes (\x1b), C1, bidi controls, line
 * separators, tags, private use and disputed widths as \u{…}, invalid bytes as \xNN, at most two combining marks a
 * letter. Idempotent on its own output.
 */
#ifndef DBTOP_BASE_VISIBLE_H
#define DBTOP_BASE_VISIBLE_H

#include "base/str.h"

enum visible_mode {
	VISIBLE_LINE,  /* newlines and tabs become escapes too: cells, names, one-line messages */
	VISIBLE_TEXT,  /* LF stays, a tab becomes blanks up to the next multiple of 8 */
	VISIBLE_BLANK, /* newlines, tabs and runs of blanks become one blank: a query on one line */
};

void visible_add(struct str *out, struct span text, enum visible_mode mode);
/* The caller frees it. */
char *visible_new(const char *text, enum visible_mode mode);

#endif
