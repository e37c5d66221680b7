/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Visible: the one door between foreign text (names, queries, notices, errors, files) and a terminal. What comes
 * out is valid UTF-8 without control bytes: C0 and DEL as escapes (\x1b), C1, bidi controls, line separators, tags,
 * private use and disputed widths as \u{…}, invalid bytes as \xNN, at most two combining marks a letter (more, and
 * marks with no letter before them, as \u{…}). Idempotent on its own output.
 */
#ifndef DBTOP_BASE_VISIBLE_H
#define DBTOP_BASE_VISIBLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum visible_mode {
	VISIBLE_LINE, /* newlines and tabs become escapes too: cells, names, one-line messages */
	VISIBLE_TEXT, /* LF and CRLF stay as LF, a tab becomes blanks up to the next multiple of 8 */
	VISIBLE_BLANK, /* newlines, tabs and runs of blanks become one blank: a query on one line */
};

void visible_add(struct str *out, struct span text, enum visible_mode mode);
/* The caller frees it. */
char *visible_new(const char *text, enum visible_mode mode);
/* Length of the beginning that is printable ASCII: a column a byte, drawn as it is. Nearly all text is. */
size_t visible_plain(struct span text);

/*
 * The same, piece by piece, as VISIBLE_LINE draws it: for those who lay out cells. A piece is one code point or
 * one escape; marks come after their letter with 0 columns.
 */
struct visible_scan {
	struct span rest; /* set by the caller; what is left */
	int marks;	  /* on the last letter; -1 = no letter to stand on */
	int32_t state;	  /* of the grapheme rule */
	uint32_t last;	  /* code point before */
};

struct visible_piece {
	char text[12]; /* not terminated */
	size_t len;
	size_t taken;	/* bytes of the source */
	size_t columns; /* 0 = a mark */
	bool is_escape;
	bool is_cut_here; /* a text may be cut before this piece */
};

struct visible_scan visible_scan_of(struct span text);
/* False at the end. */
bool visible_next(struct visible_scan *scan, struct visible_piece *piece);

#endif
