// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Reading the values of options, and saying what may stand there.
 */
#include "base/words.h"
#include "conf/options.h"

bool option_bool(const char *text, bool *is_true)
{
	static const struct {
		const char *word;
		bool is_true;
	} rows[] = {
		{ "yes", true },
		{ "no", false },
		{ "on", true },
		{ "off", false },
		{ "true", true },
		{ "false", false },
		{ "1", true },
		{ "0", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (!span_is_word(span_of(text), rows[i].word))
			continue;
		*is_true = rows[i].is_true;
		return true;
	}
	return false;
}

struct unit_step {
	int64_t factor;
	const char *name;
};

/* The largest unit that divides the number, as a file would say it. */
static void add_in_units(
	struct str *out, int64_t number, const struct unit_step *units, size_t count)
{
	size_t i = 0;

	while (i + 1 < count && (number == 0 || number % units[i].factor))
		i++;
	str_addf(out, "%lld%s", (long long)(number / units[i].factor), units[i].name);
}

static void add_number(const struct option *option, struct str *out, int64_t number)
{
	static const struct unit_step times[] = { { 86400000, "d" }, { 3600000, "h" },
		{ 60000, "min" }, { 1000, "s" }, { 1, "ms" } };
	static const struct unit_step sizes[] = { { INT64_C(1) << 40, "TB" },
		{ INT64_C(1) << 30, "GB" }, { 1 << 20, "MB" }, { 1 << 10, "kB" }, { 1, "B" } };

	if (option->kind == OPTION_MS)
		add_in_units(out, number, times, ARRAY_SIZE(times));
	else if (option->kind == OPTION_BYTES)
		add_in_units(out, number, sizes, ARRAY_SIZE(sizes));
	else
		str_addf(out, "%lld%s", (long long)number,
			option->kind == OPTION_PERCENT ? "%" : "");
}

void option_range(const struct option *option, struct str *out)
{
	static const char *const nouns[] = {
		[OPTION_TEXT] = "a text that is not empty",
		[OPTION_BOOL] = "yes or no",
		[OPTION_MS] = "a time",
		[OPTION_BYTES] = "a size",
		[OPTION_PERCENT] = "a share",
		[OPTION_COUNT] = "a number",
		[OPTION_WORD] = "one of",
		[OPTION_FILE] = "a path",
		[OPTION_COUNT_FOR] = "a number and a time (3 for 2s)",
	};

	str_add(out, nouns[option->kind]);
	for (size_t i = 0; option->kind == OPTION_WORD && option->words[i]; i++)
		str_addf(out, "%s %s", i ? "," : "", option->words[i]);
	if (option->max) {
		str_add(out, " from ");
		add_number(option, out, option->min);
		str_add(out, " to ");
		add_number(option, out, option->max);
	}
	if (option->may_be_off)
		str_add(out, ", or off");
}

static bool refuse(const struct option *option, const char *text, struct err *e)
{
	struct str range = { 0 };

	option_range(option, &range);
	err_set(e, ERR_USAGE, "%s cannot be \"%s\": it takes %s", option->key, text, str_c(&range));
	str_release(&range);
	return false;
}

/* Up to nine digits. */
static bool parse_count(struct span text, int64_t *number)
{
	*number = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		*number = *number * 10 + (text.data[i] - '0');
	}
	return text.len > 0 && text.len < 10;
}

static bool is_in_range(const struct option *option, int64_t number)
{
	return !option->max || (number >= option->min && number <= option->max);
}

bool option_count_for(
	const struct option *option, const char *text, int64_t *count, int64_t *ms, struct err *e)
{
	struct span rest = span_of(text), number, word;

	*ms = 0;
	*count = -1;
	if (option->may_be_off && span_is_word(span_trim(rest), "off"))
		return true;
	bool ok = span_word(&rest, &number) && parse_count(number, count) &&
		  is_in_range(option, *count);
	if (ok && span_word(&rest, &word))
		ok = span_is_word(word, "for") && words_parse_ms(span_trim(rest).data, 1000, ms);
	return ok || refuse(option, text, e);
}

static bool parse_number(const struct option *option, const char *text, int64_t *number)
{
	struct span span = span_of(text);
	bool is_true = false;

	switch (option->kind) {
	case OPTION_BOOL:
		if (!option_bool(text, &is_true))
			return false;
		*number = is_true;
		return true;
	case OPTION_MS: return words_parse_ms(text, 1000, number);
	case OPTION_BYTES: return words_parse_bytes(text, number);
	case OPTION_PERCENT:
		if (span.len && span.data[span.len - 1] == '%')
			span = span_trim(span_from(span.data, span.len - 1));
		return parse_count(span, number);
	case OPTION_COUNT: return parse_count(span, number);
	case OPTION_TEXT:
	case OPTION_WORD:
	case OPTION_FILE:
	case OPTION_COUNT_FOR: break;
	}
	return false;
}

bool option_number(const struct option *option, const char *text, int64_t *number, struct err *e)
{
	int64_t ms;

	if (option->kind == OPTION_COUNT_FOR)
		return option_count_for(option, text, number, &ms, e);
	*number = -1;
	if (option->may_be_off && span_is_word(span_of(text), "off"))
		return true;
	if (!parse_number(option, text, number) || !is_in_range(option, *number))
		return refuse(option, text, e);
	return true;
}

static bool is_word_of(const struct option *option, const char *text)
{
	for (size_t i = 0; option->words[i]; i++) {
		if (strcmp(option->words[i], text) == 0)
			return true;
	}
	return false;
}

static bool check_text(const struct option *option, const char *text, struct err *e)
{
	struct err why;

	if (!*text)
		return refuse(option, text, e);
	if (!option->check || option->check(text, &why))
		return true;
	err_set(e, why.kind, "%s: %s", option->key, why.text);
	return err_hint(e, "%s", why.hint);
}

bool option_check(const struct option *option, const char *text, struct err *e)
{
	int64_t number;

	switch (option->kind) {
	case OPTION_TEXT: return check_text(option, text, e);
	case OPTION_FILE: return *text || refuse(option, text, e);
	case OPTION_WORD: return is_word_of(option, text) || refuse(option, text, e);
	case OPTION_BOOL:
	case OPTION_MS:
	case OPTION_BYTES:
	case OPTION_PERCENT:
	case OPTION_COUNT:
	case OPTION_COUNT_FOR: return option_number(option, text, &number, e);
	}
	return false;
}
