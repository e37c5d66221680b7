// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log_sink.h"
#include "base/secret.h"
#include "base/visible.h"

/* What happened to a database, and who said yes to it, stands in the log whatever else is going on. */
static const struct topic {
	const char *name;
	bool is_never_left_out;
} topics[] = {
	{ .name = "conn" },
	{ .name = "pool" },
	{ .name = "role" },
	{ .name = "query" },
	{ .name = "run", .is_never_left_out = true },
	{ .name = "audit", .is_never_left_out = true },
	{ .name = "setup", .is_never_left_out = true },
	{ .name = "store" },
	{ .name = "message" },
};
enum { TOPICS = ARRAY_SIZE(topics), KINDS = 64 };

/* How often one kind of line came: a kind is its words before the values are filled in. */
struct kind {
	const char *words;
	int64_t since_us;
	int written, left_out;
};

/* One of the four mutable globals of doc/style.md: whoever has something to log holds no pointer to it. */
static struct {
	struct log_sink sink;
	const struct clock *clock;
	bool is_json;
	enum log_level levels[TOPICS];
	struct kind kinds[KINDS];
} state;

static const char *const level_words[] = {
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_WARN] = "warn",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
};

const char *log_level_word(enum log_level level)
{
	return level_words[level];
}

static int find_topic(struct span name)
{
	for (int i = 0; i < TOPICS; i++)
		if (span_is(name, topics[i].name))
			return i;
	return -1;
}

static int find_level(struct span word)
{
	for (int i = 0; i < (int)ARRAY_SIZE(level_words); i++)
		if (span_is(word, level_words[i]))
			return i;
	return -1;
}

static bool refuse_pair(struct span pair, struct err *e)
{
	struct str names = { 0 };

	for (int i = 0; i < TOPICS; i++)
		str_addf(&names, "%s%s", i ? ", " : "", topics[i].name);
	err_set(e, ERR_USAGE, "\"%.*s\" is no topic=level", (int)pair.len, pair.data);
	err_hint(e, "topics: %s; levels: error, warn, info, debug", str_c(&names));
	str_release(&names);
	return false;
}

static bool read_pair(struct span pair, enum log_level *levels, struct err *e)
{
	const char *sign = memchr(pair.data, '=', pair.len);
	size_t name_len = sign ? (size_t)(sign - pair.data) : pair.len;
	int topic = find_topic(span_from(pair.data, name_len));
	int level = sign ? find_level(span_from(sign + 1, pair.len - name_len - 1)) : -1;

	if (topic < 0 || level < 0)
		return refuse_pair(pair, e);
	levels[topic] = (enum log_level)level;
	return true;
}

/* "conn=debug pool=warn" */
static bool read_levels(const char *text, enum log_level *levels, struct err *e)
{
	while (text && *(text += strspn(text, " \t,"))) {
		size_t len = strcspn(text, " \t,");
		if (!read_pair(span_from(text, len), levels, e))
			return false;
		text += len;
	}
	return true;
}

bool log_check_levels(const char *levels, struct err *e)
{
	enum log_level unused[TOPICS];

	return read_levels(levels, unused, e);
}

bool log_open(const struct log_options *options, struct err *e)
{
	enum log_level levels[TOPICS];

	log_close();
	for (int i = 0; i < TOPICS; i++)
		levels[i] = options->level;
	if (!read_levels(options->levels, levels, e) || !log_sink_open(&state.sink, options, e))
		return false;
	state.clock = options->clock ? options->clock : &clock_system;
	state.is_json = options->is_json;
	memcpy(state.levels, levels, sizeof(levels));
	memset(state.kinds, 0, sizeof(state.kinds));
	return true;
}

void log_close(void)
{
	log_sink_close(&state.sink);
}

static int get_topic(const char *name)
{
	int topic = find_topic(span_from(name, strlen(name)));

	assert_always(topic >= 0, "a log line of a topic that is not in the table");
	return topic;
}

bool log_is_on(enum log_level level, const char *topic)
{
	return state.sink.kind != LOG_SINK_NONE && level <= state.levels[get_topic(topic)];
}

static void add_clean(struct str *out, const char *text)
{
	struct str masked = { 0 };

	secret_mask(&masked, span_from(text, strlen(text)));
	visible_add(out, str_span(&masked), VISIBLE_LINE);
	str_release(&masked);
}

static void add_quoted(struct str *out, const char *text)
{
	str_add_char(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			str_add_char(out, '\\');
		str_add_char(out, *text);
	}
	str_add_char(out, '"');
}

/* A value with a blank, a quote, an equals sign or nothing in it is quoted, so that no value reads as a field. */
static void add_value(struct str *out, const char *text)
{
	struct str value = { 0 };

	add_clean(&value, text);
	if (value.len && !strpbrk(str_c(&value), " \"="))
		str_add(out, str_c(&value));
	else
		add_quoted(out, str_c(&value));
	str_release(&value);
}

/* "opened server=pg-a took_ms=12" */
static void add_fields(struct str *out, const struct log_field *fields)
{
	for (const struct log_field *f = fields; f && f->name; f++) {
		str_addf(out, " %s=", f->name);
		if (f->text)
			add_value(out, f->text);
		else
			str_addf(out, "%lld", (long long)f->number);
	}
}

static char *make_json(enum log_level level, const char *topic, const char *when, const char *event,
	const struct log_field *fields)
{
	struct json *line = json_object();
	char *text;

	json_put_text(line, "time", when);
	json_put_text(line, "level", level_words[level]);
	json_put_text(line, "topic", topic);
	json_put_text(line, "event", event);
	for (const struct log_field *f = fields; f && f->name; f++) {
		struct str value = { 0 };
		if (f->text)
			add_clean(&value, f->text);
		if (f->text)
			json_put_text(line, f->name, str_c(&value));
		else
			json_put_int(line, f->name, f->number);
		str_release(&value);
	}
	text = json_print(line, false);
	json_free(line);
	return text;
}

static void write_entry(
	enum log_level level, const char *topic, const char *event, const struct log_field *fields)
{
	char when[CLOCK_TEXT_BYTES];
	struct str message = { 0 }, line = { 0 };
	char *json = NULL;

	clock_format_utc(clock_wall_us(state.clock), when);
	str_addf(&message, "%s", event);
	add_fields(&message, fields);
	if (state.is_json)
		json = make_json(level, topic, when, event, fields);
	else
		str_addf(&line, "%s %-5s %s: %s", when, level_words[level], topic, str_c(&message));
	log_sink_write(&state.sink, &(const struct log_entry){ .level = level,
					    .topic = topic,
					    .line = json ? json : str_c(&line),
					    .message = json ? json : str_c(&message) });
	free(json);
	str_release(&message);
	str_release(&line);
}

/* Kinds share a place when their addresses do; then the newcomer counts afresh. */
static struct kind *find_kind(const char *words, int64_t now_us)
{
	struct kind *kind = &state.kinds[((uintptr_t)words >> 3) % KINDS];

	if (kind->words != words) {
		*kind = (struct kind){ .words = words, .since_us = now_us };
	} else if (now_us - kind->since_us >= LOG_WINDOW_MS * 1000LL) {
		kind->since_us = now_us;
		kind->written = 0;
	}
	return kind;
}

static bool may_write(enum log_level level, const char *topic, const char *words)
{
	struct kind *kind;
	int left_out;

	if (topics[get_topic(topic)].is_never_left_out)
		return true;
	kind = find_kind(words, clock_mono_us(state.clock));
	if (kind->written >= LOG_BURST) {
		kind->left_out++;
		return false;
	}
	kind->written++;
	left_out = kind->left_out;
	kind->left_out = 0;
	if (left_out > 0)
		write_entry(level, topic, "lines like the next one were left out",
			LOG_FIELDS(LOG_INT("left_out", left_out)));
	return true;
}

void log_event(
	enum log_level level, const char *topic, const char *event, const struct log_field *fields)
{
	int saved = errno;

	if (log_is_on(level, topic) && may_write(level, topic, event))
		write_entry(level, topic, event, fields);
	errno = saved;
}

void log_write(enum log_level level, const char *topic, const char *fmt, ...)
{
	int saved = errno;
	char *text;
	va_list ap;

	if (!log_is_on(level, topic) || !may_write(level, topic, fmt))
		return;
	va_start(ap, fmt);
	int n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n >= 0) {
		struct str clean = { 0 };
		add_clean(&clean, text);
		write_entry(level, topic, str_c(&clean), NULL);
		str_release(&clean);
		free(text);
	}
	errno = saved;
}
