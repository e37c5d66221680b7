// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* The first block is small: many arenas hold the tokens of one file and go with it. */
enum { FIRST_BYTES = 2 * 1024, BLOCK_BYTES = 16 * 1024, ALIGN = 16, SMALL_BYTES = 32 };

struct arena_block {
	struct arena_block *next;
	size_t used, size;
	_Alignas(ALIGN) char data[];
};

void arena_release(struct arena *arena)
{
	while (arena->block) {
		struct arena_block *next = arena->block->next;
		free(arena->block);
		arena->block = next;
	}
}

static size_t aligned(size_t bytes)
{
	return (bytes + ALIGN - 1) & ~(size_t)(ALIGN - 1);
}

void *arena_zero(struct arena *arena, size_t bytes)
{
	struct arena_block *block = arena->block;

	bytes = aligned(bytes);
	if (!block || block->size - block->used < bytes) {
		size_t room = block ? BLOCK_BYTES : FIRST_BYTES;
		size_t size = bytes > room ? bytes : room;
		block = mem_zero(sizeof(*block) + size);
		block->size = size;
		/* A big block goes behind the head, so that the rest of the head stays in use. */
		if (arena->block && bytes > BLOCK_BYTES / 2) {
			block->next = arena->block->next;
			arena->block->next = block;
		} else {
			block->next = arena->block;
			arena->block = block;
		}
	}
	void *p = block->data + block->used;
	block->used += bytes;
	return p;
}

char *arena_strndup(struct arena *arena, const char *s, size_t bytes)
{
	char *copy = arena_zero(arena, bytes + 1);
	if (bytes)
		memcpy(copy, s, bytes);
	return copy;
}

char *arena_strdup(struct arena *arena, const char *s)
{
	return s ? arena_strndup(arena, s, strlen(s)) : NULL;
}

char *arena_printf(struct arena *arena, const char *fmt, ...)
{
	va_list ap, again;

	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	assert_always(n >= 0, "a format vsnprintf refuses");
	char *s = arena_zero(arena, (size_t)n + 1);
	vsnprintf(s, (size_t)n + 1, fmt, again);
	va_end(again);
	return s;
}

/* The last thing handed out grows where it stands. */
static bool grow_in_place(struct arena *arena, const void *items, size_t bytes, size_t wanted)
{
	struct arena_block *block = arena->block;
	size_t more = aligned(wanted) - aligned(bytes);

	if (!block || (const char *)items + aligned(bytes) != block->data + block->used ||
		block->size - block->used < more)
		return false;
	block->used += more;
	return true;
}

/* Thousands of statements have one action and one hazard each: what is large starts with room for one. */
void *arena_room(struct arena *arena, void *items, size_t count, size_t *capacity, size_t size)
{
	size_t had = *capacity;

	if (count < had)
		return items;
	*capacity = had ? had * 2 : size > SMALL_BYTES ? 1 : 8;
	if (had && grow_in_place(arena, items, had * size, *capacity * size))
		return items;
	void *room = arena_zero(arena, *capacity * size);
	if (count)
		memcpy(room, items, count * size);
	return room;
}

void arena_join(struct arena *arena, struct arena *other)
{
	struct arena_block **end = &arena->block;

	while (*end)
		end = &(*end)->next;
	*end = other->block;
	other->block = NULL;
}

size_t arena_bytes(const struct arena *arena)
{
	size_t bytes = 0;

	for (const struct arena_block *b = arena->block; b; b = b->next)
		bytes += sizeof(*b) + b->size;
	return bytes;
}
