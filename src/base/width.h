/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Width: columns on a screen. The only source of them: utf8proc's tables; a code point on which they and the C
 * library's wcwidth() differ counts as not drawable here (ncurses lays out by the latter). So in a locale that is
 * not UTF-8, and before setlocale(), only ASCII is drawable.
 */
#ifndef DBTOP_BASE_WIDTH_H
#define DBTOP_BASE_WIDTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

/* 0 for combining marks, 1 or 2 for what is drawn, -1 for what may not be (controls, bidi, disputed width). */
int width_of(uint32_t code);
/*
 * What no terminal may get whatever its locale: controls, bidi and other format characters, line separators, tags,
 * variation selectors, private use, code points nobody has assigned.
 */
bool width_is_hidden(uint32_t code);
/* Columns of text as visible_add() would draw it on one line. */
size_t width_columns(struct span text);
/* Bytes of the longest beginning that fits in so many columns, never cutting a grapheme. */
size_t width_cut(struct span text, size_t columns);

#endif
