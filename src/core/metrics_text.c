// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/metrics_text.h"

#include <uthash.h>

#include "base/mem.h"
#include "base/visible.h"
#include "model/value.h"

/* Times shorter than the first bound and longer than the last one tell nothing of a connection. */
enum { OCTAVE_FIRST = 3, OCTAVE_LAST = 22 };

struct series {
	const struct metric *metric;
	size_t order; /* of adding */
	char *key;    /* owned: name{labels} */
	char *lines;  /* owned: as printed */
	UT_hash_handle hh;
};

struct metrics_text {
	struct series *all;
};

struct metrics_text *metrics_text_new(void)
{
	return mem_new(struct metrics_text);
}

void metrics_text_free(struct metrics_text *text)
{
	struct series *series, *next;

	if (!text)
		return;
	HASH_ITER (hh, text->all, series, next) {
		HASH_DEL(text->all, series);
		free(series->key);
		free(series->lines);
		free(series);
	}
	free(text);
}

/* The letters that mean something to the reader: in help, and in a label between its quotes. */
static void add_escaped(struct str *out, const char *text, bool is_quoted)
{
	for (; *text; text++) {
		if (*text == '\\')
			str_add(out, "\\\\");
		else if (*text == '\n')
			str_add(out, "\\n");
		else if (*text == '"' && is_quoted)
			str_add(out, "\\\"");
		else
			str_add_char(out, *text);
	}
}

/* Cut before the bytes that would be too many, never inside a letter. */
static void add_value(struct str *out, const char *value)
{
	char *shown = visible_new(value, VISIBLE_LINE);
	size_t len = strlen(shown);

	if (len > METRIC_LABEL_BYTES) {
		len = METRIC_LABEL_BYTES;
		while (len > 0 && ((unsigned char)shown[len] & 0xC0) == 0x80)
			len--;
		shown[len] = '\0';
	}
	add_escaped(out, shown, true);
	free(shown);
}

/* {a="b",c="d"}; nothing without labels. `le` is a bucket's own. */
static void add_labels(struct str *out, const struct metric_label *labels, const char *le)
{
	const char *mark = "{";

	for (; labels && labels->name; labels++) {
		str_addf(out, "%s%s=\"", mark, labels->name);
		add_value(out, labels->value ? labels->value : "");
		str_add_char(out, '"');
		mark = ",";
	}
	if (le)
		str_addf(out, "%sle=\"%s\"", mark, le);
	if (le || *mark == ',')
		str_add_char(out, '}');
}

/* Exact, whatever the unit: no rounding of a number that was whole. */
static void add_number(struct str *out, int64_t number, int per)
{
	int64_t whole = per > 1 ? number / per : number, rest = per > 1 ? number % per : 0;
	char digits[24];

	str_addf(out, "%s%lld", number < 0 && whole == 0 ? "-" : "", (long long)whole);
	if (rest == 0)
		return;
	snprintf(digits, sizeof(digits), "%lld", (long long)per + (rest < 0 ? -rest : rest));
	size_t len = strlen(digits);
	while (digits[len - 1] == '0')
		digits[--len] = '\0';
	str_addf(out, ".%s", digits + 1); /* the first digit is per's own */
}

/* The series to be filled; NULL when there is one of that name and these labels. */
static struct series *begin_series(struct metrics_text *text, const struct metric *metric,
	const struct metric_label *labels, struct str *lines)
{
	struct str key = { 0 };
	struct series *series;

	str_add(&key, metric->name);
	add_labels(&key, labels, NULL);
	HASH_FIND_STR(text->all, str_c(&key), series);
	if (series) {
		str_release(&key);
		return NULL;
	}
	*lines = (struct str){ 0 };
	series = mem_new(struct series);
	*series = (struct series){
		.metric = metric, .order = HASH_COUNT(text->all), .key = str_detach(&key)
	};
	HASH_ADD_KEYPTR(hh, text->all, series->key, strlen(series->key), series);
	return series;
}

void metrics_add(struct metrics_text *text, const struct metric *metric,
	const struct metric_label *labels, int64_t number)
{
	struct str lines;
	struct series *series;

	if (!value_is_known(number) || !(series = begin_series(text, metric, labels, &lines)))
		return;
	str_addf(&lines, "%s ", series->key);
	add_number(&lines, number, metric->per);
	str_add_char(&lines, '\n');
	series->lines = str_detach(&lines);
}

struct part {
	const char *name;
	const struct metric_label *labels;
};

static void add_bucket(struct str *lines, const struct part *part, const char *le, int64_t count)
{
	str_addf(lines, "%s_bucket", part->name);
	add_labels(lines, part->labels, le);
	str_addf(lines, " %lld\n", (long long)count);
}

static void add_sum(struct str *lines, const struct part *part, const struct tally *tally)
{
	str_addf(lines, "%s_sum", part->name);
	add_labels(lines, part->labels, NULL);
	str_add_char(lines, ' ');
	add_number(lines, tally->sum, 1000000);
	str_addf(lines, "\n%s_count", part->name);
	add_labels(lines, part->labels, NULL);
	str_addf(lines, " %lld\n", (long long)tally->count);
}

void metrics_add_tally(struct metrics_text *text, const struct metric *metric,
	const struct metric_label *labels, const struct tally *tally)
{
	const struct part part = { metric->name, labels };
	struct str lines, le = { 0 };
	struct series *series = begin_series(text, metric, labels, &lines);
	int64_t below = 0;

	if (!series)
		return;
	/* A clock that counts whole µs calls shorter than a bound what is at most the bound: both mean the same. */
	for (int octave = 0; octave <= OCTAVE_LAST; octave++) {
		below += tally->octaves[octave];
		str_clear(&le);
		add_number(&le, tally_bound(octave), 1000000);
		if (octave >= OCTAVE_FIRST)
			add_bucket(&lines, &part, str_c(&le), below);
	}
	add_bucket(&lines, &part, "+Inf", tally->count);
	add_sum(&lines, &part, tally);
	str_release(&le);
	series->lines = str_detach(&lines);
}

size_t metrics_text_count(const struct metrics_text *text)
{
	return HASH_COUNT(text->all);
}

static int compare(const struct series *a, const struct series *b)
{
	int order = strcmp(a->metric->name, b->metric->name);

	return order ? order : a->order < b->order ? -1 : 1;
}

void metrics_print(struct metrics_text *text, struct str *out)
{
	static const char *const kinds[] = { [METRIC_GAUGE] = "gauge",
		[METRIC_COUNTER] = "counter",
		[METRIC_HISTOGRAM] = "histogram" };
	const char *family = "";

	HASH_SORT(text->all, compare);
	for (const struct series *series = text->all; series; series = series->hh.next) {
		const struct metric *metric = series->metric;
		if (strcmp(family, metric->name) != 0) {
			str_addf(out, "# HELP %s ", metric->name);
			add_escaped(out, metric->help, false);
			str_addf(out, "\n# TYPE %s %s\n", metric->name, kinds[metric->kind]);
			family = metric->name;
		}
		str_add(out, series->lines);
	}
}
