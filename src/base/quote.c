// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/quote.h"

#include "base/utf8.h"

/* Text that fails this check is how quoting was broken in CVE-2025-1094. */
static void check(const char *text)
{
	struct span span = span_of(text);

	assert_always(utf8_valid(span) == span.len, "text to quote that is not UTF-8");
}

/* Doubles every byte of `twice`. */
static void add_doubled(struct str *out, const char *text, const char *twice)
{
	for (; *text; text++) {
		if (strchr(twice, *text))
			str_add_char(out, *text);
		str_add_char(out, *text);
	}
}

void quote_identifier(struct str *out, const char *name)
{
	check(name);
	str_add_char(out, '"');
	add_doubled(out, name, "\"");
	str_add_char(out, '"');
}

void quote_literal(struct str *out, const char *text)
{
	check(text);
	if (strchr(text, '\\'))
		str_add_char(out, 'E');
	str_add_char(out, '\'');
	add_doubled(out, text, "'\\");
	str_add_char(out, '\'');
}

static const struct quote_slot *find_slot(
	struct span name, const struct quote_slot *slots, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (span_is(name, slots[i].name))
			return &slots[i];
	}
	return NULL;
}

/* What stands right before the slot and ends with a dot. */
static struct span qualifier(const char *sql, const char *slot)
{
	const char *at = slot;

	if (at == sql || at[-1] != '.')
		return (struct span){ 0 };
	while (at > sql && !strchr(" \t\n(,", at[-1]))
		at--;
	return span_from(at, (size_t)(slot - at));
}

static void add_list(struct str *out, const struct quote_slot *slot, struct span before)
{
	assert_always(slot->value_count > 0, "a list of no names");
	for (size_t i = 0; i < slot->value_count; i++) {
		if (i > 0) {
			str_add(out, ", ");
			str_add_span(out, before);
		}
		quote_identifier(out, slot->values[i]);
	}
}

char *quote_slots(const char *sql, const struct quote_slot *slots, size_t count)
{
	struct str out = { 0 };
	const char *open;

	while ((open = strstr(sql, ":\""))) {
		const char *name = open + 2;
		const char *end = strchr(name, '"');
		assert_always(end, "a slot that does not end");
		const struct quote_slot *slot =
			find_slot(span_from(name, (size_t)(end - name)), slots, count);
		assert_always(slot && (slot->value || slot->values), "a slot nobody fills");
		str_add_bytes(&out, sql, (size_t)(open - sql));
		if (slot->values)
			add_list(&out, slot, qualifier(sql, open));
		else
			quote_identifier(&out, slot->value);
		sql = end + 1;
	}
	str_add(&out, sql);
	return str_detach(&out);
}
