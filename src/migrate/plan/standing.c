// SPDX-License-Identifier: GPL-3.0-or-later
#include "migrate/plan/standing.h"

#include <string.h>

#include "base/compiler.h"

/* How far an action's changes go. */
enum reach {
	REACH_TABLE, /* what is not in the table below; everything, when it names no table */
	REACH_NOTHING,
	REACH_COLUMN,
	REACH_ALL,
};

static const enum reach reaches[ACTION_KIND_COUNT] = {
	[ACTION_OTHER] = REACH_NOTHING,
	[ACTION_UNKNOWN] = REACH_ALL,
	[ACTION_OPAQUE] = REACH_ALL,
	[ACTION_CREATE_TABLE] = REACH_NOTHING,
	[ACTION_CREATE_TABLE_AS] = REACH_NOTHING,
	[ACTION_RENAME_TABLE] = REACH_ALL,
	[ACTION_SET_SCHEMA] = REACH_ALL,
	[ACTION_ADD_COLUMN] = REACH_COLUMN,
	[ACTION_ADD_COLUMN_REWRITE] = REACH_COLUMN,
	[ACTION_DROP_COLUMN] = REACH_COLUMN,
	[ACTION_ALTER_TYPE_MAYBE_REWRITE] = REACH_COLUMN,
	[ACTION_ALTER_TYPE_REWRITE] = REACH_COLUMN,
	[ACTION_ALTER_TYPE_INSTANT] = REACH_COLUMN,
	[ACTION_SET_NOT_NULL] = REACH_COLUMN,
	[ACTION_DROP_NOT_NULL] = REACH_COLUMN,
	[ACTION_SET_DEFAULT] = REACH_NOTHING,
	[ACTION_SET_STATISTICS] = REACH_NOTHING,
	[ACTION_SET_LOGGED] = REACH_NOTHING,
	[ACTION_TRIGGER] = REACH_NOTHING,
	[ACTION_DROP_TRIGGER] = REACH_NOTHING,
	/* An index that is gone makes nothing slower. */
	[ACTION_DROP_INDEX] = REACH_NOTHING,
	[ACTION_DROP_INDEX_CONCURRENTLY] = REACH_NOTHING,
	[ACTION_REINDEX] = REACH_NOTHING,
	[ACTION_REINDEX_CONCURRENTLY] = REACH_NOTHING,
	[ACTION_ALTER_INDEX] = REACH_ALL,
	[ACTION_RENAME_INDEX] = REACH_NOTHING,
	[ACTION_CREATE_VIEW] = REACH_NOTHING,
	[ACTION_REPLACE_VIEW] = REACH_NOTHING,
	[ACTION_DROP_VIEW] = REACH_NOTHING,
	[ACTION_CREATE_MATVIEW] = REACH_NOTHING,
	[ACTION_DROP_MATVIEW] = REACH_NOTHING,
	[ACTION_REFRESH_MATVIEW] = REACH_NOTHING,
	[ACTION_REFRESH_MATVIEW_CONCURRENTLY] = REACH_NOTHING,
	[ACTION_CREATE_FUNCTION] = REACH_NOTHING,
	[ACTION_DROP_FUNCTION] = REACH_NOTHING,
	[ACTION_CREATE_TYPE] = REACH_NOTHING,
	[ACTION_ADD_ENUM_VALUE] = REACH_NOTHING,
	[ACTION_ALTER_DOMAIN] = REACH_NOTHING,
	[ACTION_CREATE_SCHEMA] = REACH_NOTHING,
	[ACTION_CREATE_SEQUENCE] = REACH_NOTHING,
	[ACTION_ALTER_SEQUENCE] = REACH_NOTHING,
	[ACTION_DROP_SEQUENCE] = REACH_NOTHING,
	[ACTION_CREATE_OTHER] = REACH_NOTHING,
	[ACTION_RULE_OR_POLICY] = REACH_NOTHING,
	[ACTION_COMMENT] = REACH_NOTHING,
	[ACTION_GRANT] = REACH_NOTHING,
	[ACTION_REVOKE] = REACH_NOTHING,
	[ACTION_ROLE] = REACH_NOTHING,
	[ACTION_SELECT] = REACH_NOTHING,
	[ACTION_INSERT] = REACH_NOTHING,
	[ACTION_UPDATE] = REACH_NOTHING,
	[ACTION_UPDATE_ALL] = REACH_NOTHING,
	[ACTION_DELETE] = REACH_NOTHING,
	[ACTION_DELETE_ALL] = REACH_NOTHING,
	[ACTION_MERGE] = REACH_NOTHING,
	[ACTION_COPY_FROM] = REACH_NOTHING,
	[ACTION_LOCK_TABLE] = REACH_NOTHING,
	[ACTION_ANALYZE] = REACH_NOTHING,
	[ACTION_VACUUM] = REACH_NOTHING,
	[ACTION_VACUUM_FULL] = REACH_NOTHING,
	[ACTION_CLUSTER] = REACH_NOTHING,
	[ACTION_CREATE_DATABASE] = REACH_NOTHING,
	[ACTION_DROP_DATABASE] = REACH_NOTHING,
	[ACTION_ALTER_SYSTEM] = REACH_NOTHING,
	[ACTION_SET] = REACH_NOTHING,
};

/* A CHECK (column IS NOT NULL) the plan has made. */
struct proof {
	const struct action *made;
	bool is_valid, is_gone;
};

struct standing {
	struct arena *arena;
	bool is_all_open, is_path_open, is_zone_open, are_types_open, has_domains;
	const struct action **changes; /* those that reach a table or a column, oldest first */
	size_t change_count, change_capacity;
	struct proof *proofs;
	size_t proof_count, proof_capacity;
};

struct standing *standing_new(struct arena *arena)
{
	struct standing *standing = arena_new(arena, struct standing);
	standing->arena = arena;
	return standing;
}

static bool is_same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

static enum reach reach_of(const struct action *action)
{
	enum reach reach = reaches[action->kind];
	return reach == REACH_TABLE && !action->table.name ? REACH_ALL : reach;
}

/* Whatever schema is said or not: the same last name may be the same table. */
static bool touches(const struct action *change, const struct action *action)
{
	switch (reach_of(change)) {
	case REACH_NOTHING: return false;
	case REACH_ALL: return true;
	case REACH_TABLE: return is_same(change->table.name, action->table.name);
	case REACH_COLUMN:
		return is_same(change->table.name, action->table.name) &&
		       (!change->part || !action->part || is_same(change->part, action->part));
	}
	return true;
}

/* These leave a CHECK that stands where it is. */
static bool spares_proofs(const struct action *change)
{
	static const enum action_kind kinds[] = { ACTION_ADD_CHECK, ACTION_ADD_CHECK_NOT_VALID,
		ACTION_ADD_FOREIGN_KEY, ACTION_ADD_FOREIGN_KEY_NOT_VALID, ACTION_REFERENCED,
		ACTION_ADD_UNIQUE, ACTION_ADD_UNIQUE_USING_INDEX, ACTION_CREATE_INDEX,
		ACTION_CREATE_INDEX_CONCURRENTLY, ACTION_VALIDATE_CONSTRAINT, ACTION_SET_NOT_NULL,
		ACTION_DROP_NOT_NULL };

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i] == change->kind)
			return true;
	return false;
}

static bool is_of(const struct proof *proof, const struct object_name *table, const char *column)
{
	const struct object_name *own = &proof->made->table;

	return !proof->is_gone && is_same(proof->made->proven, column) &&
	       is_same(own->name, table->name) &&
	       (own->schema == table->schema || is_same(own->schema, table->schema));
}

static void proofs_note(struct standing *standing, const struct action *change, bool is_lone)
{
	struct action about = *change;

	for (size_t i = 0; i < standing->proof_count; i++) {
		struct proof *proof = &standing->proofs[i];
		about.table = proof->made->table;
		about.part = proof->made->proven;
		proof->is_gone |= !spares_proofs(change) && touches(change, &about);
		proof->is_valid |= !is_lone && change->kind == ACTION_VALIDATE_CONSTRAINT &&
				   is_of(proof, &change->table, proof->made->proven) &&
				   is_same(proof->made->part, change->part);
	}
	if (!change->proven || is_lone)
		return;
	standing->proofs = arena_room(standing->arena, standing->proofs, standing->proof_count,
		&standing->proof_capacity, sizeof(*standing->proofs));
	standing->proofs[standing->proof_count++] = (struct proof){
		.made = change,
		.is_valid = change->kind == ACTION_ADD_CHECK,
	};
}

static bool ends_with(const char *tag, const char *end)
{
	size_t len = strlen(tag), end_len = strlen(end);

	return len >= end_len && strcmp(tag + len - end_len, end) == 0;
}

/*
 * What is set for the session, the role or the server. Blanks and quotes may be anywhere in it, so what only looks like
 * it counts too.
 */
static void settings_note(
	struct standing *standing, const struct statement *sql, enum action_kind kind)
{
	if (kind != ACTION_SET && kind != ACTION_SELECT && kind != ACTION_ROLE &&
		kind != ACTION_ALTER_SYSTEM)
		return;
	standing->is_zone_open |= span_mentions(sql->text, "zone");
	standing->is_path_open |= span_mentions(sql->text, "path") ||
				  span_mentions(sql->text, "role") ||
				  span_mentions(sql->text, "authorization");
}

/* An enum, however it grows, is no domain. */
static void types_note(
	struct standing *standing, const struct statement *sql, enum action_kind kind)
{
	bool is_domain = ends_with(sql->tag, " DOMAIN");
	bool is_enum = kind == ACTION_CREATE_TYPE || kind == ACTION_ADD_ENUM_VALUE;

	standing->has_domains |= is_domain;
	standing->are_types_open |= is_domain || ends_with(sql->tag, " EXTENSION") ||
				    (ends_with(sql->tag, " TYPE") && !is_enum);
}

void standing_note(struct standing *standing, const struct statement *sql, bool is_lone)
{
	for (size_t i = 0; i < sql->action_count; i++) {
		const struct action *change = &sql->actions[i];
		enum reach reach = reach_of(change);
		proofs_note(standing, change, is_lone);
		settings_note(standing, sql, change->kind);
		types_note(standing, sql, change->kind);
		standing->is_all_open |= reach == REACH_ALL;
		if (reach != REACH_TABLE && reach != REACH_COLUMN)
			continue;
		standing->changes =
			arena_room(standing->arena, standing->changes, standing->change_count,
				&standing->change_capacity, sizeof(*standing->changes));
		standing->changes[standing->change_count++] = change;
	}
}

bool standing_covers(const struct standing *standing, const struct statement *sql, size_t action)
{
	const struct action *about = &sql->actions[action];

	if (standing->is_all_open || (standing->is_path_open && !about->table.schema))
		return false;
	for (size_t i = 0; i < standing->change_count; i++)
		if (touches(standing->changes[i], about))
			return false;
	/* The server runs the parts of one ALTER TABLE in an order of its own: drops come first. */
	for (size_t i = 0; i < sql->action_count; i++)
		if (i != action && touches(&sql->actions[i], about))
			return false;
	return true;
}

bool standing_covers_type(const struct standing *standing, const struct object_name *type)
{
	return !standing->is_all_open && !standing->are_types_open &&
	       (type->schema || !standing->is_path_open);
}

bool standing_covers_zone(const struct standing *standing)
{
	return !standing->is_all_open && !standing->is_zone_open;
}

bool standing_has_domains(const struct standing *standing)
{
	return standing->is_all_open || standing->has_domains;
}

bool standing_proves(
	const struct standing *standing, const struct object_name *table, const char *column)
{
	for (size_t i = 0; i < standing->proof_count; i++)
		if (standing->proofs[i].is_valid && is_of(&standing->proofs[i], table, column))
			return true;
	return false;
}
