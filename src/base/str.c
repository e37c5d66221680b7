// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static void str_reserve(struct str *s, size_t more)
{
	size_t need = s->len + more + 1;

	if (need <= s->capacity)
		return;
	size_t capacity = s->capacity ? s->capacity : 32;
	while (capacity < need)
		capacity *= 2;
	s->data = mem_resize(s->data, capacity, 1);
	s->capacity = capacity;
}

void str_release(struct str *s)
{
	free(s->data);
	*s = (struct str){ 0 };
}

void str_clear(struct str *s)
{
	str_truncate(s, 0);
}

const char *str_c(const struct str *s)
{
	return s->data ? s->data : "";
}

struct span str_span(const struct str *s)
{
	return span_from(str_c(s), s->len);
}

char *str_detach(struct str *s)
{
	str_reserve(s, 0);
	s->data[s->len] = '\0';
	char *data = s->data;
	*s = (struct str){ 0 };
	return data;
}

void str_add_bytes(struct str *s, const void *bytes, size_t len)
{
	str_reserve(s, len);
	if (len)
		memcpy(s->data + s->len, bytes, len);
	s->len += len;
	s->data[s->len] = '\0';
}

void str_add(struct str *s, const char *text)
{
	str_add_bytes(s, text, strlen(text));
}

void str_add_char(struct str *s, char c)
{
	str_add_bytes(s, &c, 1);
}

void str_add_span(struct str *s, struct span span)
{
	str_add_bytes(s, span.data, span.len);
}

void str_addf(struct str *s, const char *fmt, ...)
{
	va_list ap, again;

	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	assert_always(n >= 0, "a format vsnprintf refuses");
	str_reserve(s, (size_t)n);
	vsnprintf(s->data + s->len, (size_t)n + 1, fmt, again);
	va_end(again);
	s->len += (size_t)n;
}

void str_pad(struct str *s, char c, size_t n)
{
	str_reserve(s, n);
	memset(s->data + s->len, c, n);
	s->len += n;
	s->data[s->len] = '\0';
}

void str_truncate(struct str *s, size_t len)
{
	if (len > s->len || !s->data)
		return;
	s->len = len;
	s->data[len] = '\0';
}
