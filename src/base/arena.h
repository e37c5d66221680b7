/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Arena: memory for things that die together (a plan, a frame, a report). Nothing in it is freed alone.
 */
#ifndef DBTOP_BASE_ARENA_H
#define DBTOP_BASE_ARENA_H

#include <stddef.h>

#include "base/compiler.h"
#include "base/span.h"

struct arena {
	struct arena_block *block; /* newest first; owned */
};

/* An all-zero arena is empty and ready. Release frees every block and leaves it ready again. */
void arena_release(struct arena *arena);

/* Zeroed memory, aligned for any type; lives as long as the arena. */
void *arena_zero(struct arena *arena, size_t bytes);
#define arena_new(arena, type)		((type *)arena_zero((arena), sizeof(type)))
#define arena_array(arena, type, count) ((type *)arena_zero((arena), sizeof(type) * (count)))

char *arena_strdup(struct arena *arena, const char *s); /* NULL stays NULL */
char *arena_strndup(struct arena *arena, const char *s, size_t bytes);
char *arena_printf(struct arena *arena, const char *fmt, ...) PRINTF(2, 3);
/* As mem_room(), the old array is left behind in the arena. */
void *arena_room(struct arena *arena, void *items, size_t count, size_t *capacity, size_t size);

/* Everything of the other lives as long as this one; the other is empty afterwards. */
void arena_join(struct arena *arena, struct arena *other);

/* Bytes handed out by the system for this arena. */
size_t arena_bytes(const struct arena *arena);

#endif
