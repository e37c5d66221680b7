/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Frame: the picture of the console and what keys do to it. From top to bottom: identity bar, tabs or breadcrumb, the
 * panels of a view, a prompt when one is open, the message line, key hints. The environment's colour runs along the
 * first row and down the leftmost column.
 *
 * News marks panels dirty; at the end of a turn at most one frame in 33 ms (5 ms after a key) draws the dirty ones, and
 * only cells that changed go to the terminal. The frame owns its panels, keymap and theme; it borrows app, term, input.
 */
#ifndef DBTOP_UI_FRAME_H
#define DBTOP_UI_FRAME_H

#include <stdbool.h>

#include "base/err.h"
#include "base/span.h"
#include "core/app.h"
#include "ui/input.h"
#include "ui/key.h"
#include "ui/surface.h"
#include "ui/term.h"
#include "ui/theme.h"

struct frame;

struct frame_options {
	const struct glyphs *glyphs;
	const char *theme;	    /* NULL = theme_default_name() */
	const char *config_keys;    /* [keys] of the configuration, as text; NULL = none */
	const char *keys;	    /* text of the user's bindings, which win; NULL = none */
	const char *keys_name;	    /* of the file, for problems */
	struct input *input;	    /* NULL in tests */
	void (*suspend)(void *arg); /* ^Z; NULL = not possible */
	/* A text in $EDITOR; owned by the caller. NULL and e: it failed. NULL = not possible. */
	char *(*edit)(void *arg, const char *text, struct err *e);
	void *arg;
};

struct frame *frame_new(struct app *app, struct term *term, const struct frame_options *options);
void frame_free(struct frame *frame);

void frame_key(struct frame *frame, struct key key);
void frame_mouse(struct frame *frame, struct mouse mouse);
void frame_paste(struct frame *frame, struct span text);
/* Bytes while a line is edited (input_line_mode). */
void frame_bytes(struct frame *frame, struct span bytes);
/* Run a command line: one of the screen's own or one of core's, which may open a prompt. */
void frame_do(struct frame *frame, const char *line);
/* The terminal has another size, or shows something we did not paint. */
void frame_resize(struct frame *frame);
void frame_repaint(struct frame *frame);
/* Draws when something changed and the last frame is old enough; else it is drawn by a timer. */
void frame_draw_if_due(struct frame *frame);
/* Draws now, all of it when is_all. */
void frame_draw(struct frame *frame, bool is_all);

/* What is shown. */
const struct surface *frame_surface(const struct frame *frame);
bool frame_theme(struct frame *frame, const char *name, struct err *e) MUST_CHECK;
/* The file the theme came from; NULL = built in. */
const char *frame_theme_path(const struct frame *frame);
void frame_reload_theme(struct frame *frame);

#endif
