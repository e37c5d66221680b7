// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/words.h"

#include <stdio.h>
#include <strings.h>

#include "base/mem.h"

static uint64_t magnitude(int64_t number)
{
	return number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
}

void words_bytes(int64_t bytes, char out[WORDS_BYTES])
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB", "PB", "EB" };
	const char *sign = bytes < 0 ? "-" : "";
	uint64_t whole = magnitude(bytes);
	size_t unit = 0;
	double rest = (double)whole;

	/* 999.5 would print as four figures, so the next unit takes it. */
	for (; rest >= 999.5; unit++)
		rest /= 1024;
	unsigned tenths = (unsigned)(rest * 10 + 0.5);
	if (unit && tenths < 100 && tenths % 10)
		snprintf(out, WORDS_BYTES, "%s%u.%u %s", sign, tenths / 10, tenths % 10,
			units[unit]);
	else
		snprintf(out, WORDS_BYTES, "%s%u %s", sign, (unsigned)(rest + 0.5), units[unit]);
}

void words_ms(int64_t ms, char out[WORDS_BYTES])
{
	const char *sign = ms < 0 ? "-" : "";
	uint64_t m = magnitude(ms);
	uint64_t s = m / 1000;
	uint64_t tenth = m / 100 % 10;

	if (m < 100)
		snprintf(out, WORDS_BYTES, "%s%u ms", sign, (unsigned)m);
	else if (s < 10 && tenth)
		snprintf(out, WORDS_BYTES, "%s%u.%u s", sign, (unsigned)s, (unsigned)tenth);
	else if (s < 60)
		snprintf(out, WORDS_BYTES, "%s%u s", sign, (unsigned)s);
	else if (s < 3600)
		snprintf(out, WORDS_BYTES, "%s%um%02us", sign, (unsigned)(s / 60),
			(unsigned)(s % 60));
	else if (s < 48 * 3600)
		snprintf(out, WORDS_BYTES, "%s%uh%02um", sign, (unsigned)(s / 3600),
			(unsigned)(s / 60 % 60));
	else
		snprintf(out, WORDS_BYTES, "%s%llu d", sign, (unsigned long long)(s / 86400));
}

void words_ago(int64_t then_wall_us, int64_t now_wall_us, char out[WORDS_BYTES])
{
	bool is_ahead = then_wall_us > now_wall_us;
	int64_t s = (is_ahead ? then_wall_us - now_wall_us : now_wall_us - then_wall_us) / 1000000;
	static const struct {
		int64_t below_s, unit_s;
		const char *name;
	} rows[] = {
		{ 60, 1, "s" },
		{ 3600, 60, "min" },
		{ 48 * 3600, 3600, "h" },
		{ INT64_MAX, 86400, "d" },
	};
	size_t i = 0;

	if (s < 10) {
		snprintf(out, WORDS_BYTES, "just now");
		return;
	}
	while (s >= rows[i].below_s)
		i++;
	snprintf(out, WORDS_BYTES, is_ahead ? "in %lld %s" : "%lld %s ago",
		(long long)(s / rows[i].unit_s), rows[i].name);
}

struct unit_row {
	const char *name;
	int64_t factor;
};

/* Reads digits with at most three decimals as thousandths; NULL when there are none or too many. */
static const char *parse_thousandths(const char *text, int64_t *thousandths)
{
	const char *at = text;
	int decimals = -1; /* -1: before the point */

	*thousandths = 0;
	for (; (*at >= '0' && *at <= '9') || (*at == '.' && decimals < 0 && at > text); at++) {
		if (*at == '.') {
			decimals = 0;
			continue;
		}
		if (decimals >= 0 && ++decimals > 3)
			return NULL;
		if (__builtin_mul_overflow(*thousandths, 10, thousandths) ||
			__builtin_add_overflow(*thousandths, *at - '0', thousandths))
			return NULL;
	}
	if (at == text || decimals == 0)
		return NULL;
	for (int i = decimals < 0 ? 0 : decimals; i < 3; i++) {
		if (__builtin_mul_overflow(*thousandths, 10, thousandths))
			return NULL;
	}
	return at;
}

static bool parse_with_unit(
	const char *text, const struct unit_row *units, size_t count, int64_t *number)
{
	int64_t thousandths;
	const char *unit = parse_thousandths(text, &thousandths);

	if (!unit)
		return false;
	while (*unit == ' ')
		unit++;
	for (size_t i = 0; i < count; i++) {
		if (strcasecmp(unit, units[i].name) != 0)
			continue;
		int64_t factor = units[i].factor;
		return !__builtin_mul_overflow(thousandths / 1000, factor, number) &&
		       !__builtin_add_overflow(*number, thousandths % 1000 * factor / 1000, number);
	}
	return false;
}

bool words_parse_bytes(const char *text, int64_t *bytes)
{
	static const struct unit_row units[] = {
		{ "", 1 },
		{ "B", 1 },
		{ "kB", INT64_C(1) << 10 },
		{ "MB", INT64_C(1) << 20 },
		{ "GB", INT64_C(1) << 30 },
		{ "TB", INT64_C(1) << 40 },
	};
	return parse_with_unit(text, units, ARRAY_SIZE(units), bytes);
}

bool words_parse_ms(const char *text, int64_t bare_ms, int64_t *ms)
{
	const struct unit_row units[] = {
		{ "", bare_ms },
		{ "ms", 1 },
		{ "s", 1000 },
		{ "min", 60000 },
		{ "h", 3600000 },
		{ "d", 86400000 },
	};
	return parse_with_unit(text, units, ARRAY_SIZE(units), ms);
}

static bool same_letter(char a, char b)
{
	return a == b || strncasecmp(&a, &b, 1) == 0;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Letters to change, add, drop or swap with their neighbour; three rows of the usual table suffice. */
static size_t distance(const char *a, const char *b)
{
	size_t len_a = strlen(a), len_b = strlen(b), width = len_b + 1;
	size_t *cells = mem_zero(3 * width * sizeof(*cells));
	size_t *before = cells, *last = cells + width, *row = cells + 2 * width;

	for (size_t j = 0; j <= len_b; j++)
		row[j] = j;
	for (size_t i = 1; i <= len_a; i++) {
		size_t *oldest = before;
		before = last;
		last = row;
		row = oldest;
		row[0] = i;
		for (size_t j = 1; j <= len_b; j++) {
			size_t change = last[j - 1] + !same_letter(a[i - 1], b[j - 1]);
			row[j] = least(change, least(last[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && same_letter(a[i - 1], b[j - 2]) &&
				same_letter(a[i - 2], b[j - 1]))
				row[j] = least(row[j], before[j - 2] + 1);
		}
	}
	size_t found = row[len_b];
	free(cells);
	return found;
}

const char *words_nearest(const char *word, const char *const *candidates, size_t count)
{
	const char *nearest = NULL;
	size_t best = (strlen(word) + 2) / 3 + 1;

	for (size_t i = 0; i < count; i++) {
		size_t d = distance(word, candidates[i]);
		if (d < best) {
			best = d;
			nearest = candidates[i];
		}
	}
	return nearest;
}
