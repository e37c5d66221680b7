/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Span: a borrowed slice of bytes, not terminated. Cheap to pass by value.
 */
#ifndef DBTOP_BASE_SPAN_H
#define DBTOP_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct span {
	const char *data; /* borrowed */
	size_t len;
};

static inline struct span span_of(const char *s)
{
	return (struct span){ s, s ? strlen(s) : 0 };
}

static inline struct span span_from(const char *data, size_t len)
{
	return (struct span){ data, len };
}

/* Terminated texts: equal, or both missing. */
static inline bool text_is(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* Equal bytes; the second is a terminated word. */
bool span_is(struct span s, const char *word);
/* The same without regard to ASCII case. */
bool span_is_word(struct span s, const char *word);
bool span_starts(struct span s, const char *prefix);
/* Is the word anywhere in it, without regard to ASCII case? */
bool span_mentions(struct span s, const char *word);
/* Without ASCII blanks (space, tab, CR, LF, FF, VT) at both ends. */
struct span span_trim(struct span s);
/* Cut the next line off *rest, without its LF or CRLF. False at the end. */
bool span_line(struct span *rest, struct span *line);
/* Cut the next blank-separated word off *rest. False when none is left. */
bool span_word(struct span *rest, struct span *word);

#endif
