// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/settings.h"

#include "base/mem.h"

void settings_release(struct settings *settings)
{
	/* A dsn may hold a password. */
	for (size_t i = 0; i < settings->count; i++)
		explicit_bzero((char *)settings->items[i].value, strlen(settings->items[i].value));
	free(settings->items);
	arena_release(&settings->arena);
	*settings = (struct settings){ 0 };
}

void settings_add(struct settings *settings, const struct setting *setting)
{
	struct arena *arena = &settings->arena;

	settings->items = mem_room(
		settings->items, settings->count, &settings->capacity, sizeof(*settings->items));
	struct setting *item = &settings->items[settings->count++];
	*item = *setting;
	item->section = arena_strdup(arena, setting->section);
	item->key = arena_strdup(arena, setting->key);
	item->value = arena_strdup(arena, setting->value);
	item->source = arena_strdup(arena, setting->source);
}

const char *section_target(const char *section)
{
	static const char prefix[] = "target ";

	if (strncmp(section, prefix, sizeof(prefix) - 1) != 0)
		return NULL;
	section += sizeof(prefix) - 1;
	return section + strspn(section, " \t");
}

static bool is_for(const struct setting *item, const char *section, const char *key)
{
	if (!item->option || strcmp(item->key, key) != 0)
		return false;
	const char *name = section_target(item->section);
	return !name || (section && strcmp(name, section) == 0);
}

/* Later ones of equal strength win: flags may be repeated. */
static bool is_stronger(const struct setting *a, const struct setting *b)
{
	if (!b || a->layer != b->layer)
		return !b || a->layer > b->layer;
	return *a->section || !*b->section;
}

const struct setting *settings_find(
	const struct settings *settings, const char *section, const char *key)
{
	const struct setting *best = NULL;

	for (size_t i = 0; i < settings->count; i++) {
		const struct setting *item = &settings->items[i];
		if (is_for(item, section, key) && is_stronger(item, best))
			best = item;
	}
	return best;
}

const struct setting *settings_find_in(
	const struct settings *settings, enum layer layer, const char *section, const char *key)
{
	const struct setting *best = NULL;

	for (size_t i = 0; i < settings->count; i++) {
		const struct setting *item = &settings->items[i];
		if (item->layer == layer && is_for(item, section, key) && is_stronger(item, best))
			best = item;
	}
	return best;
}
