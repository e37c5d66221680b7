// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/glyphs.h"

#include <langinfo.h>
#include <string.h>

#include "base/compiler.h"

const struct glyphs glyphs_utf8 = {
	.name = "utf8",
	.text = {
		[GLYPH_OK] = "●",
		[GLYPH_WARN] = "▲",
		[GLYPH_CRIT] = "■",
		[GLYPH_STALE] = "○",
		[GLYPH_INFO] = "▷",
		[GLYPH_NOTE] = "✎",
		[GLYPH_CURSOR] = "▸",
		[GLYPH_HERE] = "▶",
		[GLYPH_DONE] = "✓",
		[GLYPH_FAIL] = "✗",
		[GLYPH_BREAK] = "◌",
		[GLYPH_UNDO] = "↶",
		[GLYPH_TODO] = "▢",
		[GLYPH_TODO_DONE] = "✓",
		[GLYPH_MORE] = "⋮",
		[GLYPH_CUT] = "…",
		[GLYPH_INTO] = "›",
		[GLYPH_DESCENDING] = "▼",
		[GLYPH_ASCENDING] = "▲",
		[GLYPH_NULL] = "∅",
		[GLYPH_AT_LEAST] = "≥",
		[GLYPH_BAR] = "│",
		[GLYPH_ACROSS] = "─",
		[GLYPH_DOWN] = "│",
		[GLYPH_TOP_LEFT] = "┌",
		[GLYPH_TOP_RIGHT] = "┐",
		[GLYPH_BOTTOM_LEFT] = "└",
		[GLYPH_BOTTOM_RIGHT] = "┘",
		[GLYPH_FULL] = "█",
		[GLYPH_EMPTY] = "░",
	},
};

const struct glyphs glyphs_ascii = {
	.name = "ascii",
	.text = {
		[GLYPH_OK] = "+",
		[GLYPH_WARN] = "!",
		[GLYPH_CRIT] = "#",
		[GLYPH_STALE] = "~",
		[GLYPH_INFO] = ">",
		[GLYPH_NOTE] = "*",
		[GLYPH_CURSOR] = ">",
		[GLYPH_HERE] = ">",
		[GLYPH_DONE] = "x",
		[GLYPH_FAIL] = "#",
		[GLYPH_BREAK] = "o",
		[GLYPH_UNDO] = "<",
		[GLYPH_TODO] = "[ ]",
		[GLYPH_TODO_DONE] = "[x]",
		[GLYPH_MORE] = ":",
		[GLYPH_CUT] = "~",
		[GLYPH_INTO] = ">",
		[GLYPH_DESCENDING] = "v",
		[GLYPH_ASCENDING] = "^",
		[GLYPH_NULL] = "(null)",
		[GLYPH_AT_LEAST] = ">=",
		[GLYPH_BAR] = "|",
		[GLYPH_ACROSS] = "-",
		[GLYPH_DOWN] = "|",
		[GLYPH_TOP_LEFT] = "+",
		[GLYPH_TOP_RIGHT] = "+",
		[GLYPH_BOTTOM_LEFT] = "+",
		[GLYPH_BOTTOM_RIGHT] = "+",
		[GLYPH_FULL] = "#",
		[GLYPH_EMPTY] = ".",
	},
};

const struct glyphs *glyphs_for_locale(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0 ? &glyphs_utf8 : &glyphs_ascii;
}

const struct glyphs *glyphs_find(const char *name)
{
	const struct glyphs *sets[] = { &glyphs_utf8, &glyphs_ascii };
	for (size_t i = 0; i < ARRAY_SIZE(sets); i++)
		if (strcmp(sets[i]->name, name) == 0)
			return sets[i];
	return NULL;
}

enum glyph glyph_of_status(enum status status)
{
	static const enum glyph of[] = {
		[STATUS_OK] = GLYPH_OK,
		[STATUS_INFO] = GLYPH_INFO,
		[STATUS_WARN] = GLYPH_WARN,
		[STATUS_CRIT] = GLYPH_CRIT,
		[STATUS_STALE] = GLYPH_STALE,
	};
	return of[status];
}
