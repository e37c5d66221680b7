// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/span.h"

#include <strings.h>

bool span_is(struct span s, const char *word)
{
	return s.len == strlen(word) && (s.len == 0 || memcmp(s.data, word, s.len) == 0);
}

bool span_is_word(struct span s, const char *word)
{
	return s.len == strlen(word) && (s.len == 0 || strncasecmp(s.data, word, s.len) == 0);
}

bool span_starts(struct span s, const char *prefix)
{
	size_t n = strlen(prefix);
	return s.len >= n && memcmp(s.data, prefix, n) == 0;
}

bool span_mentions(struct span s, const char *word)
{
	size_t n = strlen(word);
	for (size_t i = 0; i + n <= s.len; i++)
		if (strncasecmp(s.data + i, word, n) == 0)
			return true;
	return false;
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct span span_trim(struct span s)
{
	while (s.len && is_blank(s.data[0])) {
		s.data++;
		s.len--;
	}
	while (s.len && is_blank(s.data[s.len - 1]))
		s.len--;
	return s;
}

bool span_line(struct span *rest, struct span *line)
{
	if (!rest->len)
		return false;
	const char *lf = memchr(rest->data, '\n', rest->len);
	size_t n = lf ? (size_t)(lf - rest->data) : rest->len;
	size_t taken = lf ? n + 1 : n;
	*line = span_from(rest->data, n);
	if (lf && n && line->data[n - 1] == '\r')
		line->len--;
	rest->data += taken;
	rest->len -= taken;
	return true;
}

bool span_word(struct span *rest, struct span *word)
{
	*rest = span_trim(*rest);
	if (!rest->len)
		return false;
	size_t n = 0;
	while (n < rest->len && !is_blank(rest->data[n]))
		n++;
	*word = span_from(rest->data, n);
	rest->data += n;
	rest->len -= n;
	return true;
}
