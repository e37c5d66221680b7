// SPDX-License-Identifier: GPL-3.0-or-later
#include "probe/sync_names.h"

#include "base/compiler.h"

static const char separators[] = " \t\r\n,()";

/* A quoted name; "" inside stands for one quote. */
static const char *quoted_take(const char *at, char *out, size_t bytes)
{
	size_t n = 0;

	for (at++; *at; at++) {
		if (*at == '"' && *++at != '"')
			break;
		if (n + 1 < bytes)
			out[n++] = *at;
	}
	out[n] = '\0';
	return at;
}

/* "FIRST 2 (", "ANY 1 (", "2 (" stand before the list and are no names. */
static const char *method_skip(const char *at)
{
	const char *open = strchr(at, '(');
	const char *quote = strchr(at, '"');

	return open && (!quote || open < quote) ? open + 1 : at;
}

bool sync_names_next(const char **rest, char *out, size_t bytes)
{
	const char *at = method_skip(*rest);

	at += strspn(at, separators);
	if (*at == '\0')
		return false;
	if (*at == '"') {
		*rest = quoted_take(at, out, bytes);
		return true;
	}
	size_t length = strcspn(at, separators);
	snprintf(out, bytes, "%.*s", (int)length, at);
	*rest = at + length;
	return strcmp(out, "*") != 0 || sync_names_next(rest, out, bytes);
}
