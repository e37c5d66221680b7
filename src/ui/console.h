/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Console: terminal, input, frame and signals put together. main opens it over an app, draws at the end of each turn,
 * and closes it:
 *
 *	struct console *console = console_open(&app, &options, &e);
 *	while (!app.quit) {
 *		app_turn(&app);
 *		console_draw(console);
 *	}
 *	console_close(console);
 *
 * The app must have is_screen set and its target configured; the terminal has the state it had before after
 * console_close(), die() and every signal but KILL.
 */
#ifndef DBTOP_UI_CONSOLE_H
#define DBTOP_UI_CONSOLE_H

#include "base/err.h"
#include "core/app.h"

struct console;

struct console_options {
	const char *theme;  /* NULL = by terminal and environment */
	const char *glyphs; /* "utf8", "ascii"; NULL = by the locale, which main set */
};

/* NULL and e: no terminal, or an unknown one; nothing was changed. */
struct console *console_open(
	struct app *app, const struct console_options *options, struct err *e) MUST_CHECK;
/* At the end of a turn: paints what changed, not more often than eyes can see. */
void console_draw(struct console *console);
void console_close(struct console *console);

#endif
