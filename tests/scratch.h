/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Scratch: a private directory of one test, under a short path (sockets hold 107 bytes), and small files in it. What is
 * still there when the program exits is removed.
 */
#ifndef DBTOP_TESTS_SCRATCH_H
#define DBTOP_TESTS_SCRATCH_H

#include <stddef.h>

/* A new directory, 0700; the caller frees the path after scratch_remove(). */
char *scratch_new(void);
/* Removes it with all that is in it, and frees the path. */
void scratch_remove(char *dir);
/* Writes text to dir/name, making folders on the way; returns the path, which the caller frees. */
char *scratch_write(const char *dir, const char *name, const char *text);
char *scratch_write_bytes(const char *dir, const char *name, const void *bytes, size_t len);

#endif
