// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/secret.h"

static const char mask[] = "***";
static const char blanks[] = " \t\r\n";

static bool is_word_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || (c & 0x80);
}

/* strchr() would find the byte that ends the set. */
static bool is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

static size_t skip(struct span text, size_t at, const char *set)
{
	while (at < text.len && is_one_of(text.data[at], set))
		at++;
	return at;
}

static size_t skip_until(struct span text, size_t at, const char *set)
{
	while (at < text.len && !is_one_of(text.data[at], set))
		at++;
	return at;
}

/* The end of ''x'' as it stands inside another literal: EXECUTE '… PASSWORD ''x'''. at when it is no such thing. */
static size_t nested_end(struct span text, size_t at)
{
	size_t start = at + 2;

	if (start >= text.len || text.data[at + 1] != '\'' ||
		is_one_of(text.data[start], " \t\r\n;,)'"))
		return at;
	const char *close = memmem(text.data + start, text.len - start, "''", 2);
	return close ? (size_t)(close - text.data) + 2 : text.len;
}

/* The end of 'it''s', with backslashes as E'' and conninfo have them; the end of the text when it is open. */
static size_t quoted_end(struct span text, size_t at)
{
	size_t inner = nested_end(text, at);

	if (inner > at)
		return inner;
	for (at++; at < text.len; at++) {
		if (text.data[at] == '\\')
			at++;
		else if (text.data[at] == '\'' && at + 1 < text.len && text.data[at + 1] == '\'')
			at++;
		else if (text.data[at] == '\'')
			return at + 1;
	}
	return text.len;
}

/* The end of $tag$ … $tag$; at when none begins there. */
static size_t dollar_end(struct span text, size_t at)
{
	const char *open = text.data + at;
	size_t left = text.len - at;
	const char *second = left > 1 ? memchr(open + 1, '$', left - 1) : NULL;

	if (*open != '$' || !second)
		return at;
	size_t tag = (size_t)(second - open) + 1;
	for (size_t i = 1; i + 1 < tag; i++) {
		if (!is_word_byte(open[i]))
			return at;
	}
	const char *close = memmem(open + tag, left - tag, open, tag);
	return close ? (size_t)(close - text.data) + tag : text.len;
}

/* A literal with or without its E, U&, N or B. Returns its end, at when there is none. */
static size_t literal_end(struct span text, size_t at)
{
	size_t quote = at;

	while (quote < text.len && quote < at + 2 && is_one_of(text.data[quote], "EeUuNn&"))
		quote++;
	if (quote < text.len && text.data[quote] == '\'')
		return quoted_end(text, quote);
	return at < text.len ? dollar_end(text, at) : at;
}

/* `PASSWORD 'x'` and `password = x`: where the secret begins and ends; false when this is neither. */
static bool password_follows(struct span text, size_t at, size_t *begin, size_t *end)
{
	static const char word[] = "password";
	size_t len = sizeof(word) - 1;

	if (at + len >= text.len || (at && is_word_byte(text.data[at - 1])) ||
		!span_is_word(span_from(text.data + at, len), word))
		return false;
	*begin = skip(text, at + len, blanks);
	bool is_pair = *begin < text.len && text.data[*begin] == '=';
	if (is_pair)
		*begin = skip(text, *begin + 1, blanks);
	*end = literal_end(text, *begin);
	/* conninfo and URI parameters: up to a blank or the next parameter */
	if (is_pair && *end == *begin)
		*end = skip_until(text, *begin, " \t\r\n&");
	return *end > *begin;
}

/* scheme://user:secret@host */
static bool uri_follows(struct span text, size_t at, size_t *begin, size_t *end)
{
	if (!span_starts(span_from(text.data + at, text.len - at), "://"))
		return false;
	size_t start = at + 3;
	*end = skip_until(text, start, "/?# \t\r\n'\"");
	while (*end > start && text.data[*end - 1] != '@')
		--*end;
	if (*end == start)
		return false;
	--*end; /* the last @ before the path: a password may hold one */
	*begin = skip_until(text, start, ":") + 1;
	return *begin < *end;
}

void secret_mask(struct str *out, struct span text)
{
	size_t kept = 0, begin, end;

	for (size_t at = 0; at < text.len; at++) {
		if (!password_follows(text, at, &begin, &end) &&
			!uri_follows(text, at, &begin, &end))
			continue;
		str_add_bytes(out, text.data + kept, begin - kept);
		str_add(out, mask);
		kept = end;
		at = end - 1;
	}
	str_add_bytes(out, text.data + kept, text.len - kept);
}

char *secret_mask_new(const char *text)
{
	struct str out = { 0 };

	if (!text)
		return NULL;
	secret_mask(&out, span_of(text));
	return str_detach(&out);
}
