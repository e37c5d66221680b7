// SPDX-License-Identifier: GPL-3.0-or-later
#include "probe/lsn.h"

#include <stddef.h>

#include "base/compiler.h"
#include "model/value.h"

/* Hexadecimal digits up to `end`: at least one and at most eight. */
static bool half_parse(const char **text, char end, uint64_t *out)
{
	static const char digits[] = "0123456789ABCDEFabcdef";
	size_t length = strspn(*text, digits);

	if (length == 0 || length > 8 || (*text)[length] != end)
		return false;
	*out = strtoull(*text, NULL, 16);
	*text += length + (end != '\0');
	return true;
}

lsn_t lsn_parse(const char *text)
{
	uint64_t high, low;

	if (!half_parse(&text, '/', &high) || !half_parse(&text, '\0', &low))
		return LSN_UNKNOWN;
	/* A log of 8 EiB does not exist; a number above is no position. */
	if (high > INT32_MAX)
		return LSN_UNKNOWN;
	return (lsn_t)(high << 32 | low);
}

int64_t lsn_distance(lsn_t to, lsn_t from)
{
	if (to == LSN_UNKNOWN || from == LSN_UNKNOWN)
		return VALUE_UNKNOWN;
	return to > from ? to - from : 0;
}
