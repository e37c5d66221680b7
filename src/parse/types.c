// SPDX-License-Identifier: GPL-3.0-or-later
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/compiler.h"
#include "parse/statement.h"

/* Families of types whose longer forms hold the shorter ones' bytes as they are. */
enum family {
	FAMILY_NONE,
	FAMILY_TEXT,
	FAMILY_NUMERIC,
	FAMILY_BITS,
	FAMILY_ADDRESS,
	FAMILY_TIMESTAMP,
	FAMILY_TIMESTAMPTZ,
	FAMILY_TIME,
	FAMILY_TIMETZ,
	FAMILY_INTERVAL,
	FAMILY_SAME, /* changes in place to nothing but itself */
};

/* Digits behind the second when none are said. */
enum { SECOND_DIGITS = 6 };

struct type {
	const char *name; /* in the catalog */
	enum family family;
	int rank;   /* of the same family: may grow, not shrink */
	int length; /* INT_MAX: no limit */
	int scale;
};

/* What scripts and format_type() write, and the name in the catalog. */
static const struct type_name {
	const char *name, *catalog;
	enum family family;
	int rank;
} names[] = {
	{ "character varying", "varchar", FAMILY_TEXT, 0 },
	{ "varchar", "varchar", FAMILY_TEXT, 0 },
	{ "text", "text", FAMILY_TEXT, 0 },
	{ "numeric", "numeric", FAMILY_NUMERIC, 0 },
	{ "decimal", "numeric", FAMILY_NUMERIC, 0 },
	{ "bit varying", "varbit", FAMILY_BITS, 0 },
	{ "varbit", "varbit", FAMILY_BITS, 0 },
	{ "cidr", "cidr", FAMILY_ADDRESS, 0 },
	{ "inet", "inet", FAMILY_ADDRESS, 1 },
	{ "timestamp", "timestamp", FAMILY_TIMESTAMP, 0 },
	{ "timestamp without time zone", "timestamp", FAMILY_TIMESTAMP, 0 },
	{ "timestamptz", "timestamptz", FAMILY_TIMESTAMPTZ, 0 },
	{ "timestamp with time zone", "timestamptz", FAMILY_TIMESTAMPTZ, 0 },
	{ "time", "time", FAMILY_TIME, 0 },
	{ "time without time zone", "time", FAMILY_TIME, 0 },
	{ "timetz", "timetz", FAMILY_TIMETZ, 0 },
	{ "time with time zone", "timetz", FAMILY_TIMETZ, 0 },
	{ "interval", "interval", FAMILY_INTERVAL, 0 },
	{ "bigint", "int8", FAMILY_SAME, 0 },
	{ "bit", "bit", FAMILY_SAME, 0 },
	{ "bool", "bool", FAMILY_SAME, 0 },
	{ "boolean", "bool", FAMILY_SAME, 0 },
	{ "box", "box", FAMILY_SAME, 0 },
	{ "bpchar", "bpchar", FAMILY_SAME, 0 },
	{ "bytea", "bytea", FAMILY_SAME, 0 },
	{ "character", "bpchar", FAMILY_SAME, 0 },
	{ "circle", "circle", FAMILY_SAME, 0 },
	{ "date", "date", FAMILY_SAME, 0 },
	{ "datemultirange", "datemultirange", FAMILY_SAME, 0 },
	{ "daterange", "daterange", FAMILY_SAME, 0 },
	{ "double precision", "float8", FAMILY_SAME, 0 },
	{ "float4", "float4", FAMILY_SAME, 0 },
	{ "float8", "float8", FAMILY_SAME, 0 },
	{ "int2", "int2", FAMILY_SAME, 0 },
	{ "int4", "int4", FAMILY_SAME, 0 },
	{ "int4multirange", "int4multirange", FAMILY_SAME, 0 },
	{ "int4range", "int4range", FAMILY_SAME, 0 },
	{ "int8", "int8", FAMILY_SAME, 0 },
	{ "int8multirange", "int8multirange", FAMILY_SAME, 0 },
	{ "int8range", "int8range", FAMILY_SAME, 0 },
	{ "integer", "int4", FAMILY_SAME, 0 },
	{ "json", "json", FAMILY_SAME, 0 },
	{ "jsonb", "jsonb", FAMILY_SAME, 0 },
	{ "jsonpath", "jsonpath", FAMILY_SAME, 0 },
	{ "line", "line", FAMILY_SAME, 0 },
	{ "lseg", "lseg", FAMILY_SAME, 0 },
	{ "macaddr", "macaddr", FAMILY_SAME, 0 },
	{ "macaddr8", "macaddr8", FAMILY_SAME, 0 },
	{ "money", "money", FAMILY_SAME, 0 },
	{ "name", "name", FAMILY_SAME, 0 },
	{ "nummultirange", "nummultirange", FAMILY_SAME, 0 },
	{ "numrange", "numrange", FAMILY_SAME, 0 },
	{ "oid", "oid", FAMILY_SAME, 0 },
	{ "path", "path", FAMILY_SAME, 0 },
	{ "pg_lsn", "pg_lsn", FAMILY_SAME, 0 },
	{ "pg_snapshot", "pg_snapshot", FAMILY_SAME, 0 },
	{ "point", "point", FAMILY_SAME, 0 },
	{ "polygon", "polygon", FAMILY_SAME, 0 },
	{ "real", "float4", FAMILY_SAME, 0 },
	{ "regclass", "regclass", FAMILY_SAME, 0 },
	{ "regproc", "regproc", FAMILY_SAME, 0 },
	{ "regprocedure", "regprocedure", FAMILY_SAME, 0 },
	{ "regrole", "regrole", FAMILY_SAME, 0 },
	{ "regtype", "regtype", FAMILY_SAME, 0 },
	{ "smallint", "int2", FAMILY_SAME, 0 },
	{ "tsmultirange", "tsmultirange", FAMILY_SAME, 0 },
	{ "tsquery", "tsquery", FAMILY_SAME, 0 },
	{ "tsrange", "tsrange", FAMILY_SAME, 0 },
	{ "tstzmultirange", "tstzmultirange", FAMILY_SAME, 0 },
	{ "tstzrange", "tstzrange", FAMILY_SAME, 0 },
	{ "tsvector", "tsvector", FAMILY_SAME, 0 },
	{ "uuid", "uuid", FAMILY_SAME, 0 },
	{ "xid8", "xid8", FAMILY_SAME, 0 },
	{ "xml", "xml", FAMILY_SAME, 0 },
};

/* Pseudo-types of the grammar, of which no column can be a domain either. */
static const char *const serials[] = { "serial", "serial2", "serial4", "serial8", "bigserial",
	"smallserial" };

static const struct type_name *find(struct span name)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (span_is_word(name, names[i].name))
			return &names[i];
	return NULL;
}

/* A name with capitals was quoted: it is somebody's own, whatever it spells. */
bool type_is_builtin(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(serials); i++)
		if (strcmp(name, serials[i]) == 0)
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(name, names[i].name) == 0)
			return true;
	return false;
}

/* "timestamp(3) with time zone" is "timestamp with time zone" and 3. False for what is not known, arrays above all. */
static bool read_type(const char *text, struct type *type)
{
	const char *open = strchr(text, '('), *close = open ? strchr(open, ')') : NULL;
	char bare[64], *end;

	if ((open && !close) || strlen(text) >= sizeof(bare))
		return false;
	snprintf(bare, sizeof(bare), "%.*s%s", open ? (int)(open - text) : (int)strlen(text), text,
		close ? close + 1 : "");
	const struct type_name *known = find(span_of(bare));
	if (!known)
		return false;
	*type = (struct type){ known->catalog, known->family, known->rank, INT_MAX, 0 };
	if (!open)
		return true;
	type->length = (int)strtol(open + 1, &end, 10);
	if (*end == ',')
		type->scale = (int)strtol(end + 1, &end, 10);
	return end == close;
}

static bool is_utc(const char *zone)
{
	static const char *const zones[] = { "utc", "etc/utc", "gmt", "etc/gmt", "uct", "etc/uct",
		"zulu", "etc/zulu", "universal", "etc/universal" };

	for (size_t i = 0; zone && i < ARRAY_SIZE(zones); i++)
		if (span_is_word(span_of(zone), zones[i]))
			return true;
	return false;
}

static bool has_seconds(enum family family)
{
	return family == FAMILY_TIMESTAMP || family == FAMILY_TIMESTAMPTZ ||
	       family == FAMILY_TIME || family == FAMILY_TIMETZ;
}

/* The server rounds every row once digits are said, even where all of them fit; save where the type has them said already. */
static bool seconds_fit(const struct type *a, const struct type *b)
{
	if (b->length == INT_MAX || b->length >= SECOND_DIGITS)
		return true;
	return a->family == b->family && a->length <= b->length;
}

static bool families_agree(const struct type *a, const struct type *b, const char *zone)
{
	bool is_zone_only = (a->family == FAMILY_TIMESTAMP && b->family == FAMILY_TIMESTAMPTZ) ||
			    (a->family == FAMILY_TIMESTAMPTZ && b->family == FAMILY_TIMESTAMP);

	return a->family == b->family || (is_zone_only && is_utc(zone));
}

static bool is_same(const struct type *a, const struct type *b)
{
	return strcmp(a->name, b->name) == 0 && a->length == b->length && a->scale == b->scale;
}

bool type_change_is_instant(const char *from, const char *to, const char *time_zone)
{
	struct type a = { 0 }, b = { 0 };

	if (!from || !to || !read_type(from, &a) || !read_type(to, &b))
		return false;
	if (is_same(&a, &b))
		return true;
	if (!families_agree(&a, &b, time_zone) || a.family == FAMILY_SAME)
		return false;
	if (has_seconds(a.family))
		return seconds_fit(&a, &b);
	/* The fields an interval is cut down to are told by its length too. */
	if (a.family == FAMILY_INTERVAL)
		return b.length == INT_MAX;
	if (b.rank < a.rank || b.length < a.length)
		return false;
	/* A numeric without limits takes any scale; otherwise the scale is written into the rows. */
	return a.scale == b.scale || b.length == INT_MAX;
}

bool type_change_keeps_indexes(const char *from, const char *to)
{
	struct type a = { 0 }, b = { 0 };

	/* Another zone is another class of operators. */
	return read_type(from, &a) && read_type(to, &b) && a.family == b.family;
}
