/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Memory that cannot be had ends the program through die(), which gives the terminal back first.
 * So none of these returns NULL. free(NULL) is fine.
 */
#ifndef DBTOP_BASE_MEM_H
#define DBTOP_BASE_MEM_H

#include <stddef.h>

#include "base/compiler.h"

/* Zeroed memory; the caller owns it and frees it with free(). */
void *mem_zero(size_t bytes);
#define mem_new(type) ((type *)mem_zero(sizeof(type)))

/* Resize to count * size bytes; overflow ends the program. */
void *mem_resize(void *p, size_t count, size_t size);

/*
 * Make room for one more element in a growing array: doubles *capacity when count has reached it.
 * Use: list->items = mem_room(list->items, list->count, &list->capacity, sizeof(*list->items));
 */
void *mem_room(void *items, size_t count, size_t *capacity, size_t size);

/* Copies the caller owns. mem_strdup(NULL) is NULL. */
void *mem_dup(const void *p, size_t bytes);
char *mem_strdup(const char *s);
char *mem_strndup(const char *s, size_t bytes);
char *mem_printf(const char *fmt, ...) PRINTF(1, 2);

/* Overwrite a secret in a way the compiler keeps, then free it. NULL is fine. */
void mem_free_secret(char *s);

/* Say why on the normal screen and end the program with status 1. */
void die(const char *fmt, ...) NORETURN PRINTF(1, 2);
/* What die() calls first, to leave the terminal sane; NULL = nothing. Set once by the terminal. */
void die_set_restore(void (*restore)(void));

#endif
