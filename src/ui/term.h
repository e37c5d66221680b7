/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Term: the seam between a frame of cells and the thing that shows them. term_curses.c paints a terminal,
 * tests/screen records. The frame puts only cells that changed, then flushes once.
 */
#ifndef DBTOP_UI_TERM_H
#define DBTOP_UI_TERM_H

#include <stdbool.h>

#include "base/err.h"
#include "base/span.h"
#include "ui/surface.h"
#include "ui/theme.h"

struct term;

struct term_ops {
	/* Ask again how large it is; both at least 1. */
	void (*size)(struct term *term, int *columns, int *rows);
	/* Colours from now on; every cell is put again afterwards. The theme is borrowed until the next. */
	void (*theme)(struct term *term, const struct theme *theme);
	void (*put)(struct term *term, int x, int y, const struct cell *cell);
	/* Where the cursor stands, for typing; x < 0 hides it. */
	void (*cursor)(struct term *term, int x, int y);
	void (*flush)(struct term *term);
	/* Forget what the terminal shows and paint all of it at the next flush. */
	void (*repaint)(struct term *term);
	void (*title)(struct term *term, const char *text);
	/* Clicks and the wheel come as input (SGR reports); off, the terminal selects text itself. */
	void (*mouse)(struct term *term, bool is_on);
	/* Into the clipboard of the person in front of it (OSC 52). False: this terminal does not take it. */
	bool (*copy)(struct term *term, struct span text);
	/* Give the terminal to somebody else (shell, editor), and take it back. */
	void (*leave)(struct term *term);
	void (*enter)(struct term *term);
	void (*close)(struct term *term);
	int (*colors)(const struct term *term);
};

struct term {
	const struct term_ops *ops;
};

/*
 * The terminal on the standard streams: alternate screen, raw keys, bracketed paste. The state it had comes back after
 * close, die() and fatal signals. NULL and e when TERM is unknown or this is no terminal. One at a time.
 */
struct term *term_curses_open(struct err *e) MUST_CHECK;

#endif
