/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A console without a terminal and without a server: a fixture, a recording terminal, a virtual loop, keys as words.
 */
#ifndef DBTOP_TESTS_SCREEN_CONSOLE_WORLD_H
#define DBTOP_TESTS_SCREEN_CONSOLE_WORLD_H

#include "core/app.h"
#include "screen/term_record.h"
#include "ui/frame.h"

struct console_world {
	struct app app;
	struct loop *loop;
	struct term_record term;
	struct frame *frame;
	int64_t offset_us; /* of the model's clock to the loop's */
};

/* False when there is no such fixture, glyph set or theme. */
bool console_world_open(struct console_world *w, const char *fixture, int columns, int rows,
	const char *glyphs, const char *theme);
void console_world_close(struct console_world *w);
/*
 * Words: key names ("Down", "^C"), "text" typed letter by letter, `paste:x`, `wait:500` (ms), `prompt:NAME` of the
 * fixtures, `size:60x16`, `do:command` with `_` for blanks. False and the word at a word that is none.
 */
bool console_world_type(struct console_world *w, const char *words, char bad[64]);
/* Draws everything that changed. */
void console_world_draw(struct console_world *w);

#endif
