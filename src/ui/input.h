/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Input: bytes of the terminal to keys, pastes and, while a line is edited, raw bytes for readline.
 *
 *	bytes ─ pastes taken out whole ─┬─ keys mode: libtermkey ─ key()
 *					└─ line mode: Esc, ^C, ^Z, Alt-digit ─ key(); the rest ─ bytes()
 *
 * A sequence cut in two waits 25 ms (or ESCDELAY) for its rest; then a lone Esc is a key.
 */
#ifndef DBTOP_UI_INPUT_H
#define DBTOP_UI_INPUT_H

#include <stdbool.h>

#include "base/span.h"
#include "loop/loop.h"
#include "ui/key.h"

struct input;

struct input_handler {
	void (*key)(void *arg, struct key key);
	void (*mouse)(void *arg, struct mouse mouse); /* NULL = nobody wants to know */
	void (*paste)(void *arg, struct span text);
	void (*bytes)(void *arg, struct span bytes);
	void (*lost)(void *arg); /* the terminal is gone */
	void *arg;
};

/* term_name: as in $TERM. Nothing is read before input_start(). */
struct input *input_new(
	struct loop *loop, const char *term_name, int esc_delay_ms, struct input_handler handler);
void input_free(struct input *input);
/* Read from the controlling terminal through a descriptor of its own, so that only that one is non-blocking. */
bool input_start(struct input *input, struct err *e) MUST_CHECK;
/* Line mode: what is not a key goes to bytes(). */
void input_line_mode(struct input *input, bool is_line);
/* Forget what was typed ahead and not handled yet. */
void input_flush(struct input *input);
/* What a read brought; tests call it. */
void input_push(struct input *input, const char *bytes, size_t len);

#endif
