// SPDX-License-Identifier: GPL-3.0-or-later
/* The table of formats that are read, in the order detection asks them. */
#include <strings.h>

#include "base/str.h"
#include "base/words.h"
#include "migrate/source/format.h"
#include "migrate/source/marks.h"

static const struct format *const formats[] = {
	&format_golang_migrate, /* by names alone */
	&format_dbtop,
	&format_goose,
};

const struct format *format_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		if (strcmp(formats[i]->name, name) == 0)
			return formats[i];
	}
	return NULL;
}

const struct format *format_of(const struct migration_set *set)
{
	return set->format ? format_find(set->format) : NULL;
}

const struct format *format_probe(const struct probe_input *input, const char **why)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		*why = formats[i]->probe(input);
		if (*why)
			return formats[i];
	}
	return NULL;
}

static void hint_names(struct err *e)
{
	struct str names = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		str_addf(&names, "%s%s", i ? ", " : "", formats[i]->name);
	err_hint(e, "formats: %s", str_c(&names));
	str_release(&names);
}

const struct format *format_pinned(const char *name, struct err *e)
{
	const struct format *format = format_find(name);
	const char *names[ARRAY_SIZE(formats)];

	if (format)
		return format;
	if (marks_know(name)) {
		marks_refuse(name, e);
		return NULL;
	}
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		names[i] = formats[i]->name;
	const char *nearest = words_nearest(name, names, ARRAY_SIZE(names));
	err_set(e, ERR_USAGE, "no format is called \"%s\"", name);
	if (nearest)
		err_hint(e, "did you mean %s?", nearest);
	else
		hint_names(e);
	return NULL;
}

bool head_has_mark(struct span head, const char *mark)
{
	struct span line;
	size_t n = strlen(mark);

	while (span_line(&head, &line)) {
		if (line.len >= n && strncasecmp(line.data, mark, n) == 0)
			return true;
	}
	return false;
}

struct migration *format_add(struct migration_set *set, struct span digits, struct span slug)
{
	struct migration *migration = arena_new(&set->arena, struct migration);

	migration->rev = arena_strndup(&set->arena, digits.data, digits.len);
	migration->name = arena_strndup(&set->arena, slug.data, slug.len);
	migration->lock_timeout_ms = migration->statement_timeout_ms = -1;
	set->items = arena_room(
		&set->arena, set->items, set->count, &set->capacity, sizeof(struct migration *));
	set->items[set->count++] = migration;
	return migration;
}
