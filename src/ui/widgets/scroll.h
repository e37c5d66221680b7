/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Scroll: a long text in a window, moved by rows.
 */
#ifndef DBTOP_UI_WIDGETS_SCROLL_H
#define DBTOP_UI_WIDGETS_SCROLL_H

#include <stddef.h>

#include "ui/surface.h"

struct scroll {
	size_t top;
};

/* Text in wrapped rows, what follows a label under its text, from scroll->top on, cut to what there is; says how many are below. */
void scroll_draw(struct surface *s, const struct scroll *scroll, const char *text, enum role role);
/* How far a cursor.* command moves, in rows; first and last go further than any list is long. False: it is none of them. */
bool scroll_rows(const char *command, long *rows);
/* Rows of a text in such a window, as scroll_draw() wraps it. */
int scroll_text_rows(const char *text, int width);
/* cursor.*, never further than `most`. False when it is none of them. */
bool scroll_command(struct scroll *scroll, const char *command, int most);

#endif
