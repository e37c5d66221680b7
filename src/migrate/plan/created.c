// SPDX-License-Identifier: GPL-3.0-or-later
#include "migrate/plan/created.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/mem.h"

struct name {
	UT_hash_handle hh;
	char text[]; /* "schema.name"; ".name" without a schema */
};

struct created {
	struct name *names; /* owned hash */
};

struct created *created_new(void)
{
	return mem_new(struct created);
}

void created_free(struct created *created)
{
	struct name *name, *next;

	if (!created)
		return;
	HASH_ITER (hh, created->names, name, next) {
		HASH_DEL(created->names, name);
		free(name);
	}
	free(created);
}

static char *key_new(const struct object_name *object)
{
	return mem_printf("%s.%s", object->schema ? object->schema : "", object->name);
}

bool created_has(const struct created *created, const struct object_name *object)
{
	struct name *found = NULL;

	if (!object->name)
		return false;
	char *key = key_new(object);
	HASH_FIND_STR(created->names, key, found);
	free(key);
	return found;
}

static void created_add(struct created *created, const struct object_name *object)
{
	if (!object->name || created_has(created, object))
		return;
	char *key = key_new(object);
	size_t bytes = strlen(key) + 1;
	struct name *name = mem_zero(sizeof(*name) + bytes);
	memcpy(name->text, key, bytes);
	free(key);
	HASH_ADD_STR(created->names, text, name);
}

static bool is_making(enum action_kind kind)
{
	static const enum action_kind makers[] = { ACTION_CREATE_TABLE, ACTION_CREATE_TABLE_AS,
		ACTION_CREATE_PARTITION, ACTION_CREATE_CHILD, ACTION_CREATE_INDEX,
		ACTION_CREATE_INDEX_CONCURRENTLY, ACTION_CREATE_VIEW, ACTION_CREATE_MATVIEW,
		ACTION_CREATE_FUNCTION, ACTION_CREATE_TYPE, ACTION_CREATE_SCHEMA,
		ACTION_CREATE_SEQUENCE, ACTION_CREATE_EXTENSION, ACTION_CREATE_OTHER };

	for (size_t i = 0; i < ARRAY_SIZE(makers); i++) {
		if (makers[i] == kind)
			return true;
	}
	return false;
}

void created_note(
	struct created *created, const struct action *action, const struct table_size *size)
{
	bool replaces = action->kind == ACTION_CREATE_FUNCTION && action->if_exists;
	bool stood = action->if_exists && size && size->exists;

	if (is_making(action->kind) && !replaces && !stood)
		created_add(created, &action->object);
}
