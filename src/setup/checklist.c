// SPDX-License-Identifier: GPL-3.0-or-later
#include "setup/checklist.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "model/value.h"

const char *const setup_slot_names[SLOT_COUNT] = {
	[SLOT_NAME] = "name",
	[SLOT_OWNER] = "owner",
	[SLOT_SCHEMA] = "schema",
	[SLOT_VERSION] = "version",
	[SLOT_ENCODING] = "encoding",
	[SLOT_LOCALE] = "locale",
	[SLOT_DATABASE] = "database",
	[SLOT_USER] = "user",
};

static const struct setup_class classes[] = {
	{ .word = "owner role",
		.stage = SETUP_SERVER,
		.look = "setup-look-role",
		.params = { SLOT_NAME },
		.param_count = 1,
		.make = "setup-make-owner" },
	{ .word = "act as owner",
		.stage = SETUP_SERVER,
		.look = "setup-look-member",
		.params = { SLOT_NAME },
		.param_count = 1,
		.make = "setup-make-member" },
	{ .word = "application role",
		.stage = SETUP_SERVER,
		.look = "setup-look-role-least",
		.params = { SLOT_NAME },
		.param_count = 1,
		.make = "setup-make-role" },
	{ .word = "monitoring role",
		.stage = SETUP_SERVER,
		.look = "setup-look-role-least",
		.params = { SLOT_NAME },
		.param_count = 1,
		.make = "setup-make-role" },
	{ .word = "monitoring",
		.stage = SETUP_SERVER,
		.look = "setup-look-monitoring",
		.params = { SLOT_NAME },
		.param_count = 1,
		.make = "setup-make-monitoring" },
	{ .word = "database",
		.stage = SETUP_SERVER,
		.look = "setup-look-database",
		.params = { SLOT_NAME, SLOT_OWNER, SLOT_ENCODING, SLOT_LOCALE },
		.param_count = 4,
		.make = "setup-make-database" },
	{ .word = "connect",
		.stage = SETUP_SERVER,
		.look = "setup-look-connect",
		.params = { SLOT_NAME, SLOT_DATABASE },
		.param_count = 2,
		.make = "setup-make-connect" },
	{ .word = "schema",
		.stage = SETUP_DATABASE,
		.look = "setup-look-schema",
		.params = { SLOT_SCHEMA, SLOT_OWNER },
		.param_count = 2,
		.make = "setup-make-schema" },
	{ .word = "extension",
		.stage = SETUP_DATABASE,
		.look = "setup-look-extension",
		.params = { SLOT_NAME, SLOT_VERSION },
		.param_count = 2,
		.make = "setup-make-extension" },
	{ .word = "migrations", .stage = SETUP_MIGRATIONS },
	{ .word = "rights",
		.stage = SETUP_RIGHTS,
		.look = "setup-look-rights",
		.params = { SLOT_NAME, SLOT_SCHEMA, SLOT_OWNER },
		.param_count = 3,
		.make = "setup-make-rights" },
	{ .word = "seed", .stage = SETUP_SEEDS },
	{ .word = "checks", .stage = SETUP_CHECKS },
};

static const struct setup_class *class_get(const char *word)
{
	size_t i = 0;

	while (i < ARRAY_SIZE(classes) && strcmp(classes[i].word, word) != 0)
		i++;
	assert_always(i < ARRAY_SIZE(classes), "an item of no class");
	return &classes[i];
}

struct setup_item *checklist_add(struct checklist *list, const char *word, const char *name)
{
	list->items = arena_room(
		&list->arena, list->items, list->count, &list->capacity, sizeof(*list->items));
	struct setup_item *item = &list->items[list->count++];
	*item = (struct setup_item){ .class = class_get(word), .took_ms = VALUE_NONE };
	item->values[SLOT_NAME] = name;
	return item;
}

struct setup_item *checklist_find(const struct checklist *list, const char *word)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i].class->word, word) == 0)
			return &list->items[i];
	return NULL;
}

size_t checklist_count(const struct checklist *list, enum setup_state state)
{
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++)
		count += list->items[i].state == state;
	return count;
}

void setup_item_say(struct setup_item *item, enum setup_state state, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(item->words, sizeof(item->words), fmt, ap);
	va_end(ap);
	item->state = state;
}

/* ---- what a description asks for ---- */

static void add_roles(struct checklist *list, const char *word, const struct setup_names *roles)
{
	for (size_t i = 0; i < roles->count; i++)
		checklist_add(list, word, roles->items[i]);
}

static void add_connects(
	struct checklist *list, const struct setup_names *roles, const char *database)
{
	for (size_t i = 0; i < roles->count; i++)
		checklist_add(list, "connect", roles->items[i])->values[SLOT_DATABASE] = database;
}

static void add_server(
	struct checklist *list, const struct setup_spec *spec, const struct setup_place *place)
{
	if (spec->owner) {
		struct setup_item *owner = checklist_add(list, "owner role", spec->owner);
		if (place->owner_logs_in)
			owner->make = "setup-make-role";
		checklist_add(list, "act as owner", spec->owner)->values[SLOT_USER] = place->user;
	}
	add_roles(list, "application role", &spec->app_roles);
	add_roles(list, "monitoring role", &spec->monitor_roles);
	add_roles(list, "monitoring", &spec->monitor_roles);
	struct setup_item *database = checklist_add(list, "database", place->database);
	database->values[SLOT_OWNER] = spec->owner;
	database->values[SLOT_ENCODING] = spec->encoding;
	database->values[SLOT_LOCALE] = spec->locale;
	if (spec->locale)
		database->make = "setup-make-database-locale";
	add_connects(list, &spec->app_roles, place->database);
	add_connects(list, &spec->monitor_roles, place->database);
}

static void add_database(struct checklist *list, const struct setup_spec *spec)
{
	for (size_t i = 0; spec->owner && i < spec->schemas.count; i++) {
		struct setup_item *item = checklist_add(list, "schema", spec->schemas.items[i]);
		item->values[SLOT_SCHEMA] = spec->schemas.items[i];
		item->values[SLOT_OWNER] = spec->owner;
	}
	for (size_t i = 0; i < spec->extension_count; i++) {
		const struct setup_extension *extension = &spec->extensions[i];
		checklist_add(list, "extension", extension->name)->values[SLOT_VERSION] =
			extension->version;
	}
}

static void add_rights(struct checklist *list, const struct setup_spec *spec, const char *owner)
{
	for (size_t i = 0; i < spec->app_roles.count * spec->schemas.count; i++) {
		const char *role = spec->app_roles.items[i / spec->schemas.count];
		struct setup_item *item = checklist_add(list, "rights", role);
		item->values[SLOT_SCHEMA] = spec->schemas.items[i % spec->schemas.count];
		item->values[SLOT_OWNER] = owner;
	}
}

void checklist_fill(struct checklist *list, const struct setup_spec *spec,
	const struct setup_place *place, const struct setup_names *seeds)
{
	add_server(list, spec, place);
	add_database(list, spec);
	checklist_add(list, "migrations", NULL);
	add_rights(list, spec, spec->owner ? spec->owner : place->user);
	for (size_t i = 0; i < seeds->count; i++)
		checklist_add(list, "seed", seeds->items[i]);
	if (spec->checks)
		checklist_add(list, "checks", spec->checks);
}

void checklist_release(struct checklist *list)
{
	arena_release(&list->arena);
	*list = (struct checklist){ 0 };
}
