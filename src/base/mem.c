// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One of the four mutable globals of doc/style.md: it must work when nothing else does. */
static void (*restore_terminal)(void);

void die_set_restore(void (*restore)(void))
{
	restore_terminal = restore;
}

void die(const char *fmt, ...)
{
	va_list ap;

	if (restore_terminal)
		restore_terminal();
	fputs("dbtop: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

void assert_failed(const char *file, int line, const char *why)
{
	if (restore_terminal)
		restore_terminal();
	fprintf(stderr, "dbtop: bug at %s:%d: %s\n", file, line, why);
	abort();
}

void *mem_zero(size_t bytes)
{
	void *p = calloc(1, bytes ? bytes : 1);
	if (!p)
		die("out of memory (%zu bytes)", bytes);
	return p;
}

void *mem_resize(void *p, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		die("out of memory (%zu times %zu bytes)", count, size);
	p = realloc(p, bytes ? bytes : 1);
	if (!p)
		die("out of memory (%zu bytes)", bytes);
	return p;
}

void *mem_room(void *items, size_t count, size_t *capacity, size_t size)
{
	if (count < *capacity)
		return items;
	*capacity = *capacity ? *capacity * 2 : 8;
	return mem_resize(items, *capacity, size);
}

void *mem_dup(const void *p, size_t bytes)
{
	void *copy = mem_zero(bytes);
	if (bytes)
		memcpy(copy, p, bytes);
	return copy;
}

char *mem_strndup(const char *s, size_t bytes)
{
	char *copy = mem_zero(bytes + 1);
	if (bytes)
		memcpy(copy, s, bytes);
	return copy;
}

char *mem_strdup(const char *s)
{
	return s ? mem_strndup(s, strlen(s)) : NULL;
}

char *mem_printf(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	int n = vasprintf(&s, fmt, ap);
	va_end(ap);
	if (n < 0)
		die("out of memory");
	return s;
}

void mem_free_secret(char *s)
{
	if (s)
		explicit_bzero(s, strlen(s));
	free(s);
}
