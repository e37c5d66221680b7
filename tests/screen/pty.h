/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pty: a child on a pseudo terminal, and what a real terminal would show of it (libvterm). Nothing sleeps: each wait
 * ends with the thing waited for, or fails after a time that only a hanging program needs.
 */
#ifndef DBTOP_TESTS_SCREEN_PTY_H
#define DBTOP_TESTS_SCREEN_PTY_H

#include <stdbool.h>
#include <sys/types.h>
#include <termios.h>

#include <vterm.h>

#include "base/str.h"

struct pty {
	pid_t pid;
	int fd;
	struct termios before; /* modes of the terminal before the child started */
	VTerm *vterm;
	VTermScreen *screen;
	bool is_alternate, is_cursor_on;
	struct str bytes; /* all the child ever wrote */
};

/* The child runs body(arg) and exits with what it returns. */
void pty_start(struct pty *pty, int columns, int rows, int (*body)(void *arg), void *arg);
/* Ends the child if it still runs. */
void pty_stop(struct pty *pty);
void pty_type(struct pty *pty, const char *bytes);
void pty_resize(struct pty *pty, int columns, int rows);
/* A row as text without blanks at its end; the caller frees it. */
char *pty_row(const struct pty *pty, int row);
/* Until some row holds the text. */
void pty_wait_text(struct pty *pty, const char *text);
/* The same for words that may be wrapped: rows are joined, borders left out, blanks folded. */
void pty_wait_words(struct pty *pty, const char *words);
/* Types it again and again until some row holds the text: for prompts that do not listen at first. */
void pty_type_until(struct pty *pty, const char *bytes, const char *text);
/* Until both show the same in the rows from `first` on. */
void pty_wait_same(struct pty *a, struct pty *b, int first);
/* Until the child has ended; its wait status. Reads what it still wrote. */
int pty_wait_end(struct pty *pty);
/* Types it again and again until the child has ended. */
int pty_type_to_end(struct pty *pty, const char *bytes);
/* Until it is stopped. */
void pty_wait_stop(struct pty *pty);
/* Alternate screen off, cursor on, bracketed paste off, modes as before. */
void pty_assert_given_back(struct pty *pty);

#endif
