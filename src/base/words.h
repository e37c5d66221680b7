/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Words: numbers as people read them, and the nearest name for a typo.
 */
#ifndef DBTOP_BASE_WORDS_H
#define DBTOP_BASE_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WORDS_BYTES = 32 };

/* "0 B", "884 MB", "1.1 GB": PostgreSQL's units (1 kB = 1024 B), three figures at most. */
void words_bytes(int64_t bytes, char out[WORDS_BYTES]);
/* "8 ms", "0.4 s", "41 s", "4m12s", "2h05m", "3 d". */
void words_ms(int64_t ms, char out[WORDS_BYTES]);
/* "2 d ago", "just now". */
void words_ago(int64_t then_wall_us, int64_t now_wall_us, char out[WORDS_BYTES]);
/* "64MB", "500 kB", "1GB", plain bytes. False when it is none. */
bool words_parse_bytes(const char *text, int64_t *bytes);
/* "3s", "100ms", "5min", "1h", "2d"; a bare number counts in `bare_ms` units. */
bool words_parse_ms(const char *text, int64_t bare_ms, int64_t *ms);
/* The candidate that differs least (at most a third of the letters); NULL when nothing is near. */
const char *words_nearest(const char *word, const char *const *candidates, size_t count);

#endif
