/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Scroll: a long text in a window, moved by rows and searched.
 */
#ifndef DBTOP_UI_WIDGETS_SCROLL_H
#define DBTOP_UI_WIDGETS_SCROLL_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/panel.h"
#include "ui/surface.h"
#include "ui/widgets/filter.h"

struct scroll {
	size_t top;
	char search[FILTER_BYTES];
};

/* A text and the window it is shown in. */
struct scroll_text {
	const char *text;
	int width, height;
};

/* Text in wrapped rows from scroll->top on, what follows a label under its text; says how many are below. */
void scroll_draw(struct surface *s, const struct scroll *scroll, const char *text, enum role role);
/* How far a cursor.* command moves, in rows; first and last go further than any list is long. False: it is none of them. */
bool scroll_rows(const char *command, long *rows);
/* cursor.*, list.filter, list.clear, search.*. False when it is none of them. */
bool scroll_command(struct scroll *scroll, const struct scroll_text *text, const char *command,
	struct panel_answer *answer);

#endif
