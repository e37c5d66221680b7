/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Line edit: one line of text typed with readline's keys: commands after `:`, filters after `/`, notes. readline is one
 * global editor, so there is one; its state is private to lineedit.c. It gets raw bytes, paints into a surface, and
 * never touches the terminal.
 */
#ifndef DBTOP_UI_LINEEDIT_H
#define DBTOP_UI_LINEEDIT_H

#include <stdbool.h>

#include "base/span.h"
#include "ui/surface.h"

struct lineedit_request {
	const char *prompt;  /* ":", "/", "note: "; copied */
	const char *initial; /* text to begin with; NULL = none */
	/* Enter: the text. Cancelled: NULL. Called once; another line may be opened from it. */
	void (*done)(void *arg, const char *text);
	/* After each change; NULL = nobody wants to know. */
	void (*changed)(void *arg, const char *text);
	/* The index-th word that may follow `before`, the caller's to free; NULL at the end. NULL function = none. */
	char *(*complete)(void *arg, const char *before, size_t index);
	bool has_history;
	void *arg;
};

void lineedit_open(const struct lineedit_request *request);
bool lineedit_is_open(void);
void lineedit_bytes(struct span bytes);
/* Inserted as it is, in one undo step; newlines become blanks. */
void lineedit_paste(struct span text);
void lineedit_cancel(void);
/* What is typed so far; "" when no line is open. */
const char *lineedit_text(void);
/* Draws prompt and text on a row, scrolled so that the cursor is seen; returns the cursor's column. */
int lineedit_draw(struct surface *s, int y);
/* Let go of readline's memory, at the end of the program. */
void lineedit_release(void);

#endif
