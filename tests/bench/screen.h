/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Screen: a program on a pseudo terminal of 120x40, and what stands on it.
 */
#ifndef DBTOP_TESTS_BENCH_SCREEN_H
#define DBTOP_TESTS_BENCH_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct screen;

/* NULL = no terminal could be had. */
struct screen *screen_start(const char *dir, const char *const *argv);
/* Asks it to go (q), then tells it to, then kills it. NULL is fine. */
void screen_end(struct screen *screen);

pid_t screen_pid(const struct screen *screen);
bool screen_is_over(const struct screen *screen); /* it has ended, or closed its terminal */
size_t screen_bytes(const struct screen *screen); /* received so far */
/* Take what comes until that moment (child_now()), or until something came when is_first. False: nothing came. */
bool screen_pump(struct screen *screen, double until, bool is_first);
void screen_type(struct screen *screen, const char *keys);
/* Every word stands somewhere on the screen. NULL ends the list. */
bool screen_shows(struct screen *screen, const char *const *words);
/* All rows as text; the caller frees. */
char *screen_text(struct screen *screen);

#endif
