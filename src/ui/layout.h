/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Layout: how much there is to see at a size, and where panels go. 80x24 is a designed size; below 60x16 numbers are
 * shown, not a refusal.
 */
#ifndef DBTOP_UI_LAYOUT_H
#define DBTOP_UI_LAYOUT_H

#include <stddef.h>

#include "ui/surface.h"

enum layout {
	LAYOUT_TOO_SMALL,
	LAYOUT_NUMBERS, /* from 20x3 */
	LAYOUT_COMPACT, /* from 60x16: no borders */
	LAYOUT_STACKED, /* from 80x24 */
	LAYOUT_WIDE,	/* from 100x30: two by two */
};

enum layout layout_of(int columns, int rows);

/* Rows in a stack: at least so many each; what is left goes to those that grow, in turn. */
struct layout_want {
	int min_height;
	bool grows;
};
/* Cuts `body` into `count` rectangles. What does not fit gets an empty one. */
void layout_stack(
	struct rect body, const struct layout_want *wants, size_t count, struct rect *out);
/* Four quarters, or two halves one above the other. */
void layout_grid(struct rect body, size_t count, struct rect *out);

#endif
