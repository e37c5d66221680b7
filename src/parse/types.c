// SPDX-License-Identifier: GPL-3.0-or-later
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "parse/statement.h"

/* Families of types whose longer forms hold the shorter ones' bytes as they are. */
enum family { FAMILY_NONE, FAMILY_TEXT, FAMILY_NUMERIC, FAMILY_BITS, FAMILY_ADDRESS };

struct type {
	enum family family;
	int rank;   /* of the same family: may grow, not shrink */
	int length; /* INT_MAX: no limit */
	int scale;
};

static const struct {
	const char *name;
	enum family family;
	int rank;
} names[] = {
	{ "character varying", FAMILY_TEXT, 0 },
	{ "varchar", FAMILY_TEXT, 0 },
	{ "text", FAMILY_TEXT, 0 },
	{ "numeric", FAMILY_NUMERIC, 0 },
	{ "decimal", FAMILY_NUMERIC, 0 },
	{ "bit varying", FAMILY_BITS, 0 },
	{ "varbit", FAMILY_BITS, 0 },
	{ "cidr", FAMILY_ADDRESS, 0 },
	{ "inet", FAMILY_ADDRESS, 1 },
};

/* "varchar(40)": name, then the numbers. False for what is in no family, arrays above all. */
static bool read_type(const char *text, struct type *type)
{
	struct span name = span_from(text, strcspn(text, "("));
	const char *rest = text + name.len;
	char *end;

	name = span_trim(name);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (span_is_word(name, names[i].name))
			*type = (struct type){ names[i].family, names[i].rank, INT_MAX, 0 };
	if (!type->family)
		return false;
	if (!*rest)
		return true;
	type->length = (int)strtol(rest + 1, &end, 10);
	if (*end == ',')
		type->scale = (int)strtol(end + 1, &end, 10);
	return strcmp(end, ")") == 0;
}

bool type_change_is_instant(const char *from, const char *to)
{
	struct type a = { 0 }, b = { 0 };

	if (!from || !to || !read_type(from, &a) || !read_type(to, &b) || a.family != b.family)
		return false;
	if (b.rank < a.rank || b.length < a.length)
		return false;
	/* A numeric without limits takes any scale; otherwise the scale is written into the rows. */
	return a.scale == b.scale || b.length == INT_MAX;
}
