/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Glyphs: every mark that is not a letter, by what it means. Two sets: utf8 and ascii, chosen by the codeset of the
 * locale, never by the text of LANG. Screens never write a non-ASCII character of their own: they ask for it here.
 */
#ifndef DBTOP_UI_GLYPHS_H
#define DBTOP_UI_GLYPHS_H

#include <stdbool.h>

#include "model/value.h"

enum glyph {
	GLYPH_OK,
	GLYPH_WARN,
	GLYPH_CRIT,
	GLYPH_STALE,
	GLYPH_INFO,
	GLYPH_NOTE,
	GLYPH_CURSOR,
	GLYPH_HERE, /* the next step, the current one */
	GLYPH_DONE, /* ticked off */
	GLYPH_FAIL,
	GLYPH_BREAK, /* breakpoint */
	GLYPH_UNDO,  /* rolled back */
	GLYPH_TODO,
	GLYPH_TODO_DONE,
	GLYPH_MORE, /* rows left out */
	GLYPH_CUT,  /* text cut */
	GLYPH_INTO, /* breadcrumb, hidden columns */
	GLYPH_DESCENDING,
	GLYPH_ASCENDING,
	GLYPH_NULL,
	GLYPH_AT_LEAST,
	GLYPH_BAR, /* between the fields of the identity bar */
	GLYPH_ACROSS,
	GLYPH_DOWN,
	GLYPH_TOP_LEFT,
	GLYPH_TOP_RIGHT,
	GLYPH_BOTTOM_LEFT,
	GLYPH_BOTTOM_RIGHT,
	GLYPH_FULL, /* gauges */
	GLYPH_EMPTY,
	GLYPH_COUNT,
};

struct glyphs {
	const char *name; /* "utf8", "ascii" */
	const char *text[GLYPH_COUNT];
};

extern const struct glyphs glyphs_utf8, glyphs_ascii;

/* The set that nl_langinfo(CODESET) can show; setlocale() was called before. */
const struct glyphs *glyphs_for_locale(void);
/* NULL when there is no set of that name. */
const struct glyphs *glyphs_find(const char *name);
enum glyph glyph_of_status(enum status status);

#endif
