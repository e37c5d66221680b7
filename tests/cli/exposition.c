// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/exposition.h"

#include "test.h"

#include <ctype.h>
#include <math.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"

enum { SERIES_MAX = 4096, NAME_BYTES = 128 };

struct reader {
	int line;
	char *why;
	char family[NAME_BYTES], kind[16];
	bool has_type, has_sample;
	char *seen[SERIES_MAX]; /* owned */
	size_t seen_count;
	/* of the histogram series being read */
	char histogram[2048]; /* its labels without le */
	double last_bucket, last_bound;
	bool is_open; /* buckets came, the count did not */
};

static bool refuse(struct reader *r, const char *fmt, ...) PRINTF(2, 3);

static bool refuse(struct reader *r, const char *fmt, ...)
{
	va_list args;
	int len = snprintf(r->why, 512, "line %d: ", r->line);

	va_start(args, fmt);
	vsnprintf(r->why + len, 512 - (size_t)len, fmt, args);
	va_end(args);
	return false;
}

static const char *skip_name(const char *at, bool may_have_colon)
{
	if (!isalpha((unsigned char)*at) && *at != '_')
		return NULL;
	while (isalnum((unsigned char)*at) || *at == '_' || (may_have_colon && *at == ':'))
		at++;
	return at;
}

/* Behind the closing quote; NULL = not a quoted value. */
static const char *skip_quoted(const char *at)
{
	if (*at++ != '"')
		return NULL;
	for (; *at && *at != '"'; at++) {
		if ((unsigned char)*at < 0x20)
			return NULL;
		if (*at == '\\' && !strchr("\\\"n", *++at))
			return NULL;
	}
	return *at ? at + 1 : NULL;
}

/* Behind the closing brace; le (or NULL) and the labels without it are copied out. */
static const char *skip_labels(const char *at, char rest[2048], char le[64])
{
	size_t used = 0;

	*rest = *le = '\0';
	while (*at != '}') {
		const char *name = at, *value, *end;
		if (!(value = skip_name(at, false)) || *value != '=' ||
			!(end = skip_quoted(value + 1)))
			return NULL;
		if (value - name == 2 && strncmp(name, "le", 2) == 0)
			snprintf(le, 64, "%.*s", (int)(end - value - 3), value + 2);
		else
			used += (size_t)snprintf(
				rest + used, 2048 - used, "%.*s,", (int)(end - name), name);
		if (*end != ',' && *end != '}')
			return NULL;
		at = end + (*end == ',');
	}
	return at + 1;
}

static bool take_comment(struct reader *r, const char *line)
{
	char name[NAME_BYTES], rest[1024];
	bool is_help = strncmp(line, "# HELP ", 7) == 0;

	if (!is_help && strncmp(line, "# TYPE ", 7) != 0)
		return refuse(r, "neither HELP nor TYPE");
	if (sscanf(line + 7, "%127s %1023[^\n]", name, rest) != 2 || !skip_name(name, true) ||
		*skip_name(name, true))
		return refuse(r, "no name and text behind it");
	if (is_help && strcmp(name, r->family) <= 0)
		return refuse(r, "%s does not come after %s", name, r->family);
	if (is_help && r->is_open)
		return refuse(r, "%s lacks its count", r->family);
	if (!is_help && (strcmp(name, r->family) != 0 || r->has_type))
		return refuse(r, "TYPE of %s out of place", name);
	if (is_help) {
		snprintf(r->family, sizeof(r->family), "%s", name);
		r->has_type = false;
		return true;
	}
	bool is_total = strlen(name) > 6 && strcmp(name + strlen(name) - 6, "_total") == 0;
	if (is_total != (strcmp(rest, "counter") == 0))
		return refuse(r, "%s is a %s", name, rest);
	if (strcmp(rest, "counter") != 0 && strcmp(rest, "gauge") != 0 &&
		strcmp(rest, "histogram") != 0)
		return refuse(r, "no kind: %s", rest);
	snprintf(r->kind, sizeof(r->kind), "%.15s", rest);
	r->has_type = true;
	return true;
}

static bool take_bucket(struct reader *r, const char *le, const char *labels, double count)
{
	double bound = strcmp(le, "+Inf") == 0 ? HUGE_VAL : strtod(le, NULL);

	if (!*le)
		return refuse(r, "a bucket without le");
	if (!r->is_open || strcmp(labels, r->histogram) != 0) {
		if (r->is_open)
			return refuse(r, "buckets of another series before the count");
		snprintf(r->histogram, sizeof(r->histogram), "%s", labels);
		r->last_bucket = 0;
		r->last_bound = -1;
		r->is_open = true;
	}
	if (bound <= r->last_bound || count < r->last_bucket)
		return refuse(r, "buckets do not grow");
	r->last_bound = bound;
	r->last_bucket = count;
	return true;
}

static bool take_part(
	struct reader *r, const char *suffix, const char *le, const char *labels, double value)
{
	if (strcmp(suffix, "_bucket") == 0)
		return take_bucket(r, le, labels, value);
	if (strcmp(suffix, "_sum") == 0)
		return true;
	if (strcmp(suffix, "_count") != 0)
		return refuse(r, "no part of a histogram");
	if (!r->is_open || strcmp(labels, r->histogram) != 0 || r->last_bound != HUGE_VAL ||
		r->last_bucket != value)
		return refuse(r, "the count is not the last bucket's");
	r->is_open = false;
	return true;
}

static bool take_once(struct reader *r, const char *line, size_t len)
{
	char *key = mem_strndup(line, len);

	for (size_t i = 0; i < r->seen_count; i++) {
		if (strcmp(r->seen[i], key) == 0) {
			refuse(r, "%s comes twice", key);
			free(key);
			return false;
		}
	}
	assert_true(r->seen_count < SERIES_MAX);
	r->seen[r->seen_count++] = key;
	return true;
}

static bool take_sample(struct reader *r, const char *line)
{
	char labels[2048] = "", le[64] = "", name[NAME_BYTES], *end;
	const char *at = skip_name(line, true);

	if (!at || !r->has_type)
		return refuse(r, "no sample, or none of a family with a type");
	snprintf(name, sizeof(name), "%.*s", (int)(at - line), line);
	if (*at == '{' && !(at = skip_labels(at + 1, labels, le)))
		return refuse(r, "labels");
	if (*at != ' ' || !take_once(r, line, (size_t)(at - line)))
		return *at != ' ' ? refuse(r, "no blank before the number") : false;
	double value = strtod(at + 1, &end);
	if (end == at + 1 || *end)
		return refuse(r, "no number");
	if (strncmp(name, r->family, strlen(r->family)) != 0)
		return refuse(r, "%s stands in %s", name, r->family);
	if (strcmp(r->kind, "histogram") == 0)
		return take_part(r, name + strlen(r->family), le, labels, value);
	if (strcmp(r->kind, "counter") == 0 && value < 0)
		return refuse(r, "a counter below 0");
	return strcmp(name, r->family) == 0 || refuse(r, "%s stands in %s", name, r->family);
}

static bool take_lines(struct reader *r, char *text)
{
	for (char *line = text, *end; *line; line = end + 1) {
		r->line++;
		end = strchr(line, '\n');
		if (!end)
			return refuse(r, "the last line has no end");
		*end = '\0';
		if (!(*line == '#' ? take_comment(r, line) : take_sample(r, line)))
			return false;
	}
	return !r->is_open || refuse(r, "%s lacks its count", r->family);
}

bool exposition_is_sound(const char *page, char *why)
{
	struct reader *r = mem_new(struct reader);
	char *copy = mem_strdup(page);

	r->why = why;
	bool ok = take_lines(r, copy);
	for (size_t i = 0; i < r->seen_count; i++)
		free(r->seen[i]);
	free(copy);
	free(r);
	return ok;
}

static bool has_promtool(void)
{
	return system("command -v promtool >/dev/null 2>&1") == 0;
}

void exposition_check(const char *page)
{
	char why[512];

	if (!exposition_is_sound(page, why))
		fail_msg("%s of:\n%s", why, page);
	if (!has_promtool())
		return;
	FILE *promtool = popen("promtool check metrics 1>&2", "w");
	assert_non_null(promtool);
	fputs(page, promtool);
	if (pclose(promtool) != 0)
		fail_msg("promtool does not like:\n%s", page);
}

char *exposition_value(const char *page, const char *series)
{
	size_t len = strlen(series);

	for (const char *at = page; at; at = strchr(at, '\n')) {
		at += *at == '\n';
		if (strncmp(at, series, len) == 0 && at[len] == ' ')
			return mem_strndup(at + len + 1, strcspn(at + len + 1, "\n"));
	}
	return NULL;
}
