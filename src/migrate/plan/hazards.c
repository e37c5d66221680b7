// SPDX-License-Identifier: GPL-3.0-or-later
#include "migrate/plan/hazards.h"

#include <string.h>

/* Level by size. */
enum { SIZED = -1 };

/* Also on what the plan itself has just created. */
enum { ON_NEW = 1 };

/*
 * {o} is the object, {t} its table, {a} a table it is not about, {p} the column or constraint, {w} why it costs what it
 * does. Actions empty = any. The first row of a kind that
 * fits an action is the one that counts.
 */
static const struct hazard_rule rules[] = {
	/* rows that are gone */
	{ HAZARD_DATA_LOSS, 3, HAZARD_ALWAYS, 0, { ACTION_DROP_TABLE },
		"drops table {o} with all its rows",
		"rename it first, and drop it in a later migration" },
	{ HAZARD_DATA_LOSS, 3, HAZARD_ALWAYS, 0, { ACTION_DROP_COLUMN },
		"drops column {p} of {t} with its data",
		"stop using it first, and drop it in a later migration" },
	{ HAZARD_DATA_LOSS, 3, HAZARD_ALWAYS, 0, { ACTION_TRUNCATE }, "empties table {o}",
		"DELETE in batches keeps what is still needed" },
	{ HAZARD_DATA_LOSS, 3, HAZARD_ALWAYS, 0, { ACTION_DROP_SCHEMA },
		"drops schema {o} with what is in it", "rename it first" },
	{ HAZARD_DATA_LOSS, 3, HAZARD_ALWAYS, 0, { ACTION_DROP_DATABASE },
		"drops database {o} with all that is in it", "rename it first" },
	{ HAZARD_CASCADE, 3, HAZARD_IF_CASCADE, ON_NEW, { 0 },
		"CASCADE takes along whatever depends on {o}", "drop what depends on it by name" },
	{ HAZARD_NO_WHERE, 3, HAZARD_ALWAYS, 0, { ACTION_UPDATE_ALL }, "changes every row of {t}",
		"UPDATE … WHERE in batches" },
	{ HAZARD_NO_WHERE, 3, HAZARD_ALWAYS, 0, { ACTION_DELETE_ALL }, "deletes every row of {t}",
		"DELETE … WHERE in batches" },
	{ HAZARD_ROW_CHANGE, 2, HAZARD_ALWAYS, 0, { ACTION_UPDATE, ACTION_MERGE },
		"changes rows of {t} and keeps them locked until COMMIT",
		"in batches, each in a transaction of its own" },
	{ HAZARD_ROW_CHANGE, 2, HAZARD_ALWAYS, 0, { ACTION_DELETE },
		"deletes rows of {t} and keeps them locked until COMMIT",
		"in batches, each in a transaction of its own" },

	/* things that are gone or called otherwise */
	{ HAZARD_DROP, 2, HAZARD_ALWAYS, 0, { ACTION_DROP_INDEX },
		"drops index {o}: what it made fast gets slow",
		"DROP INDEX CONCURRENTLY does not lock the table" },
	{ HAZARD_DROP, 2, HAZARD_ALWAYS, 0, { ACTION_DROP_INDEX_CONCURRENTLY },
		"drops index {o}: what it made fast gets slow", NULL },
	{ HAZARD_DROP, 2, HAZARD_ALWAYS, 0, { ACTION_DROP_CONSTRAINT },
		"drops constraint {p} of {t}: rows it forbids can come in", NULL },
	{ HAZARD_DROP, 2, HAZARD_ALWAYS, 0, { ACTION_DROP_VIEW, ACTION_DROP_MATVIEW },
		"drops view {o}: what reads it fails", NULL },
	{ HAZARD_DROP, 2, HAZARD_ALWAYS, 0, { ACTION_DROP_FUNCTION },
		"drops function {o}: what calls it fails", NULL },
	{ HAZARD_DROP, 2, HAZARD_ALWAYS, 0, { ACTION_DROP_TRIGGER },
		"drops trigger {p} of {t}: what it kept true is no longer kept", NULL },
	{ HAZARD_DROP, 2, HAZARD_ALWAYS, 0,
		{ ACTION_DROP_TYPE, ACTION_DROP_SEQUENCE, ACTION_DROP_EXTENSION,
			ACTION_DROP_OTHER },
		"drops {o}: what uses it fails", NULL },
	{ HAZARD_RENAME, 2, HAZARD_ALWAYS, 0, { ACTION_RENAME_TABLE },
		"renames {o}: statements with the old name fail at once",
		"a view with the old name serves old clients" },
	{ HAZARD_RENAME, 2, HAZARD_ALWAYS, 0, { ACTION_RENAME_COLUMN },
		"renames column {p} of {t}: statements with the old name fail at once",
		"add a column, fill it, switch over, drop the old one" },
	{ HAZARD_RENAME, 2, HAZARD_ALWAYS, 0, { ACTION_SET_SCHEMA },
		"moves {o} to another schema: statements with the old name fail at once",
		"a view in the old place serves old clients" },
	{ HAZARD_RENAME, 2, HAZARD_ALWAYS, 0, { ACTION_RENAME_CONSTRAINT },
		"renames constraint {p} of {t}: what names it fails at once", NULL },
	{ HAZARD_RENAME, 2, HAZARD_ALWAYS, 0, { ACTION_RENAME_INDEX, ACTION_RENAME_OTHER },
		"renames {o}: what names it fails at once", NULL },

	/* rewrites */
	{ HAZARD_REWRITE, SIZED, HAZARD_IF_REWRITE, 0, { ACTION_ADD_COLUMN_REWRITE },
		"writes all of {t} anew, and nobody can read or write it meanwhile",
		"add the column bare, fill it in batches, then set its default" },
	{ HAZARD_REWRITE, SIZED, HAZARD_IF_REWRITE, 0, { ACTION_ALTER_TYPE_REWRITE },
		"column {p} of {t}: {w}, and nobody can read or write it meanwhile",
		"add a column of the new type, fill it in batches, switch over" },
	{ HAZARD_REWRITE, SIZED, HAZARD_IF_REWRITE, 0, { ACTION_ALTER_TYPE_MAYBE_REWRITE },
		"may write all of {t} anew, and nobody can read or write it meanwhile",
		"add a column of the new type, fill it in batches, switch over" },
	{ HAZARD_REWRITE, SIZED, HAZARD_IF_REWRITE, 0, { ACTION_VACUUM_FULL, ACTION_CLUSTER },
		"writes all of {t} anew, and nobody can read or write it meanwhile",
		"a plain VACUUM, or pg_repack" },
	{ HAZARD_REWRITE, SIZED, HAZARD_IF_REWRITE, 0, { ACTION_REINDEX },
		"builds indexes of {t} anew, and nobody can write it meanwhile",
		"REINDEX … CONCURRENTLY does not block writes" },
	{ HAZARD_REWRITE, SIZED, HAZARD_IF_REWRITE, 0, { ACTION_REFRESH_MATVIEW },
		"fills {t} anew, and nobody can read it meanwhile",
		"REFRESH MATERIALIZED VIEW CONCURRENTLY, with a unique index on it" },
	{ HAZARD_REWRITE, SIZED, HAZARD_IF_REWRITE, 0, { 0 },
		"writes all of {t} anew, and nobody can read or write it meanwhile", NULL },

	/* scans under a lock */
	{ HAZARD_SCAN_LOCK, SIZED, HAZARD_IF_SCAN, 0, { ACTION_CREATE_INDEX },
		"reads all of {t}, and nobody can write it meanwhile",
		"CREATE INDEX CONCURRENTLY does not block writes" },
	{ HAZARD_SCAN_LOCK, SIZED, HAZARD_IF_SCAN, 0, { ACTION_ADD_CHECK },
		"reads all of {t}, and nobody can read or write it meanwhile",
		"ADD CONSTRAINT … NOT VALID, then VALIDATE CONSTRAINT in a migration of its own" },
	{ HAZARD_SCAN_LOCK, SIZED, HAZARD_IF_SCAN, 0, { ACTION_ADD_FOREIGN_KEY, ACTION_REFERENCED },
		"reads all of {t}, and nobody can write it meanwhile",
		"ADD CONSTRAINT … NOT VALID, then VALIDATE CONSTRAINT in a migration of its own" },
	{ HAZARD_SCAN_LOCK, SIZED, HAZARD_IF_SCAN, 0, { ACTION_ADD_UNIQUE },
		"builds an index on {t}, and nobody can read or write it meanwhile",
		"CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT … USING INDEX" },
	{ HAZARD_SCAN_LOCK, SIZED, HAZARD_IF_SCAN, 0, { ACTION_SET_NOT_NULL },
		"reads all of {t}, and nobody can read or write it meanwhile",
		"a validated CHECK (… IS NOT NULL) first spares the scan" },
	{ HAZARD_SCAN_LOCK, SIZED, HAZARD_IF_SCAN, 0, { ACTION_ALTER_TYPE_INSTANT },
		"column {p} of {t}: {w}, and nobody can read or write it meanwhile",
		"add a column of the new type, fill it in batches, switch over" },
	{ HAZARD_SCAN_LOCK, SIZED, HAZARD_IF_SCAN, 0, { ACTION_ATTACH_PARTITION },
		"reads all of {t}, and nobody can read or write it meanwhile",
		"a CHECK that matches the bounds spares the scan" },
	{ HAZARD_SCAN_LOCK, SIZED, HAZARD_IF_SCAN, 0, { ACTION_ALTER_DOMAIN },
		"reads all tables that use domain {o}, and nobody can write them meanwhile",
		"ADD CONSTRAINT … NOT VALID, then VALIDATE CONSTRAINT in a migration of its own" },
	{ HAZARD_SCAN_LOCK, 1, HAZARD_IF_SCAN, 0, { ACTION_REFRESH_MATVIEW_CONCURRENTLY },
		"fills {t} anew beside its readers; another refresh waits", NULL },
	{ HAZARD_SCAN_LOCK, SIZED, HAZARD_IF_SCAN, 0, { 0 },
		"reads all of {t} under a lock that blocks others meanwhile", NULL },

	/* locks for an instant: what hurts is the queue behind them */
	{ HAZARD_LOCK_OTHER_TABLE, 1, HAZARD_ALWAYS, 0, { ACTION_REFERENCED },
		"locks {a} too, which a foreign key points to", NULL },
	{ HAZARD_LOCK_OTHER_TABLE, 1, HAZARD_ALWAYS, 0, { ACTION_CREATE_PARTITION },
		"locks {t}, the parent, for an instant",
		"CREATE TABLE, then ATTACH PARTITION, takes a weaker lock" },
	{ HAZARD_LOCK_EXCLUSIVE, 1, HAZARD_IF_EXCLUSIVE, 0, { 0 },
		"locks {t} for an instant: whoever reads or writes it waits behind us", NULL },
	{ HAZARD_LOCK_SHARE, 1, HAZARD_IF_SHARE, 0, { 0 },
		"locks {t} for an instant: whoever writes it waits behind us", NULL },

	/* the rest */
	{ HAZARD_INDEX_BUILD, 1, HAZARD_ALWAYS, 0, { ACTION_CREATE_INDEX_CONCURRENTLY },
		"builds index {o} beside the running work; waits for old transactions", NULL },
	{ HAZARD_INDEX_BUILD, 1, HAZARD_ALWAYS, 0, { ACTION_REINDEX_CONCURRENTLY },
		"builds {o} anew beside the running work; waits for old transactions", NULL },
	{ HAZARD_PRIVILEGE, 2, HAZARD_ALWAYS, 0, { ACTION_REVOKE },
		"takes rights away: who needs them fails at once", NULL },
	{ HAZARD_PRIVILEGE, 1, HAZARD_ALWAYS, 0, { ACTION_GRANT, ACTION_ROLE },
		"changes rights or roles", NULL },
	{ HAZARD_PRIVILEGE, 1, HAZARD_ALWAYS, 0, { ACTION_RULE_OR_POLICY },
		"changes what statements on {t} see or do", NULL },
	{ HAZARD_ENUM_ORDER, 1, HAZARD_ALWAYS, 0, { ACTION_ADD_ENUM_VALUE },
		"the new value of {o} cannot be used before COMMIT, nor be taken out again", NULL },
	{ HAZARD_UNPARSED, 3, HAZARD_IF_UNPARSED, ON_NEW, { 0 },
		"newer than the parser, or wrong: the server decides what it does", NULL },
	{ HAZARD_OPAQUE, 2, HAZARD_ALWAYS, ON_NEW, { ACTION_OPAQUE },
		"runs code that cannot be looked into: it may do anything", NULL },
	{ HAZARD_OPAQUE, 2, HAZARD_IF_PARSED, ON_NEW, { ACTION_UNKNOWN },
		"does something not known here: it may do anything", NULL },
	{ HAZARD_OPAQUE, 2, HAZARD_ALWAYS, ON_NEW, { ACTION_ALTER_SYSTEM },
		"changes the whole server, not this database alone", NULL },
	{ HAZARD_OPAQUE, 1, HAZARD_IF_REPLACE, 0, { ACTION_CREATE_FUNCTION },
		"replaces function {o}: callers run the new body at once", NULL },
	{ HAZARD_NON_TRANSACTIONAL, 1, HAZARD_IF_LONE, ON_NEW, { 0 },
		"runs outside a transaction: interrupted, it may be half done", NULL },
};

const struct hazard_rule hazard_held = { HAZARD_LOCK_EXCLUSIVE, 2, HAZARD_ALWAYS, 0, { 0 },
	"{t} stays locked while a later statement of this step works through {o}",
	"put the long statement into a migration of its own" };

const struct hazard_rule hazard_partner = { HAZARD_LOCK_OTHER_TABLE, 1, HAZARD_ALWAYS, 0, { 0 },
	"locks {t} too, which {o} is tied to: whoever reads or writes it waits behind us", NULL };

/* These wait for nobody and nobody waits for them: level 0. Everything else on what exists is at least 1. */
static const enum action_kind harmless[] = { ACTION_OTHER, ACTION_CREATE_TABLE,
	ACTION_CREATE_TABLE_AS, ACTION_CREATE_VIEW, ACTION_CREATE_MATVIEW, ACTION_CREATE_FUNCTION,
	ACTION_CREATE_TYPE, ACTION_CREATE_SCHEMA, ACTION_CREATE_SEQUENCE, ACTION_CREATE_OTHER,
	ACTION_COMMENT, ACTION_SELECT, ACTION_SET };

/* What goes itself is no table somebody could go on waiting for. */
static const enum action_kind gone[] = { ACTION_DROP_TABLE, ACTION_DROP_VIEW, ACTION_DROP_MATVIEW,
	ACTION_DROP_SCHEMA, ACTION_DROP_SEQUENCE };

/* Locks that another hazard says all about: those on other tables, and those of what nobody knows. */
static const enum action_kind aside[] = { ACTION_REFERENCED, ACTION_CREATE_PARTITION,
	ACTION_UNKNOWN };

/* Works through rows of its table for as long as they are many. */
static const enum action_kind row_work[] = { ACTION_UPDATE, ACTION_UPDATE_ALL, ACTION_DELETE,
	ACTION_DELETE_ALL, ACTION_MERGE };

static bool is_one_of(enum action_kind kind, const enum action_kind *kinds, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (kinds[i] == kind)
			return true;
	}
	return false;
}

static bool blocks_writes(enum lock_mode lock)
{
	return lock >= LOCK_SHARE;
}

static bool condition_holds(enum hazard_condition condition, const struct hazard_subject *subject)
{
	const struct action *action = subject->action;
	bool is_instant = !action->scan && !action->rewrite &&
			  !is_one_of(action->kind, gone, ARRAY_SIZE(gone)) &&
			  !is_one_of(action->kind, aside, ARRAY_SIZE(aside));

	switch (condition) {
	case HAZARD_ALWAYS: return true;
	case HAZARD_IF_REWRITE: return action->rewrite && blocks_writes(action->lock);
	case HAZARD_IF_SCAN: return action->scan && !action->rewrite && blocks_writes(action->lock);
	case HAZARD_IF_EXCLUSIVE: return is_instant && action->lock == LOCK_ACCESS_EXCLUSIVE;
	case HAZARD_IF_SHARE:
		return is_instant && blocks_writes(action->lock) &&
		       action->lock != LOCK_ACCESS_EXCLUSIVE;
	case HAZARD_IF_CASCADE: return action->cascade;
	case HAZARD_IF_REPLACE: return action->if_exists;
	case HAZARD_IF_UNPARSED: return subject->statement->sql.parse == PARSE_UNPARSED;
	case HAZARD_IF_PARSED: return subject->statement->sql.parse != PARSE_UNPARSED;
	case HAZARD_IF_LONE: return subject->statement->sql.is_lone;
	}
	return false;
}

static bool rule_fits(const struct hazard_rule *rule, const struct hazard_subject *subject)
{
	size_t count = 0;

	while (count < HAZARD_ACTIONS_MAX && rule->actions[count] != ACTION_OTHER)
		count++;
	if (subject->is_new && !(rule->flags & ON_NEW))
		return false;
	if (count && !is_one_of(subject->action->kind, rule->actions, count))
		return false;
	return condition_holds(rule->condition, subject);
}

size_t hazards_match(
	const struct hazard_subject *subject, const struct hazard_rule *found[HAZARD_KIND_COUNT])
{
	unsigned kinds_seen = 0;
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		if (kinds_seen & (1u << rules[i].kind) || !rule_fits(&rules[i], subject))
			continue;
		kinds_seen |= 1u << rules[i].kind;
		found[count++] = &rules[i];
	}
	return count;
}

int hazard_level(const struct hazard_rule *rule, bool is_small)
{
	return rule->level != SIZED ? rule->level : is_small ? 1 : 2;
}

bool hazard_is_long(const struct action *action)
{
	return action->scan || action->rewrite ||
	       is_one_of(action->kind, row_work, ARRAY_SIZE(row_work));
}

static bool has_column(const struct table_partner *partner, const char *column)
{
	for (size_t i = 0; column && i < partner->column_count; i++) {
		if (strcmp(partner->columns[i], column) == 0)
			return true;
	}
	return false;
}

bool hazard_takes_partner(const struct action *action, const struct table_partner *partner)
{
	bool is_named = action->part && partner->constraint &&
			strcmp(action->part, partner->constraint) == 0;

	switch ((int)action->kind) {
	/* CASCADE takes the keys that point here, and with them locks where they stand. */
	case ACTION_DROP_TABLE: return partner->points_out || action->cascade;
	case ACTION_TRUNCATE: return action->cascade && !partner->points_out;
	case ACTION_DROP_CONSTRAINT: return partner->points_out ? is_named : action->cascade;
	case ACTION_DROP_COLUMN:
		return has_column(partner, action->part) &&
		       (partner->points_out || action->cascade);
	/* The key is dropped and made again. */
	case ACTION_ALTER_TYPE_MAYBE_REWRITE:
	case ACTION_ALTER_TYPE_REWRITE:
	case ACTION_ALTER_TYPE_INSTANT: return has_column(partner, action->part);
	default: return false;
	}
}

int hazard_base_level(const struct hazard_subject *subject)
{
	const struct action *action = subject->action;
	bool locks_rows = action->kind == ACTION_SELECT && action->lock > LOCK_ACCESS_SHARE;

	if (subject->is_new)
		return 0;
	return locks_rows || !is_one_of(action->kind, harmless, ARRAY_SIZE(harmless));
}

bool hazard_asks_table(const struct action *action)
{
	return action->table.name && !action->is_temporary && action->lock >= LOCK_ROW_EXCLUSIVE;
}

/* Rows may have to be read or written while others wait; a named type may be a domain, whose values are checked. */
bool hazard_asks_size(const struct action *action)
{
	return hazard_is_long(action) || action->named_type.name;
}

bool hazard_asks_column(const struct action *action)
{
	static const enum action_kind kinds[] = { ACTION_ALTER_TYPE_MAYBE_REWRITE,
		ACTION_ALTER_TYPE_REWRITE, ACTION_SET_NOT_NULL };
	bool is_added =
		action->kind == ACTION_ADD_COLUMN || action->kind == ACTION_ADD_COLUMN_REWRITE;

	return is_one_of(action->kind, kinds, ARRAY_SIZE(kinds)) || (is_added && action->if_exists);
}
