// SPDX-License-Identifier: GPL-3.0-or-later
#include "migrate/plan/hazards.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "migrate/plan/created.h"
#include "migrate/plan/forecast.h"

enum { ACTIONS_MAX = 8 };

/* Level by size: 2 above hazard.size or when nobody knows, else 1. */
enum { SIZED = -1 };

/* What must hold for a rule, beside its actions. */
enum condition {
	ALWAYS,
	IF_REWRITE,   /* under a lock that blocks writes or more */
	IF_SCAN,      /* likewise, and no rewrite */
	IF_EXCLUSIVE, /* ACCESS EXCLUSIVE, and neither scan nor rewrite */
	IF_SHARE,     /* SHARE, SHARE ROW EXCLUSIVE or EXCLUSIVE likewise */
	IF_CASCADE,
	IF_REPLACE, /* OR REPLACE: it may have been there */
	IF_UNPARSED,
	IF_LONE,
};

/* Also on what the plan itself has just created. */
enum { ON_NEW = 1 };

/*
 * {o} is the object, {t} its table, {p} the column or constraint. Actions empty = any. The first row of a kind that
 * fits an action is the one that counts.
 */
static const struct rule {
	enum hazard_kind kind;
	int level;
	enum condition condition;
	int flags;
	enum action_kind actions[ACTIONS_MAX];
	const char *words, *remedy;
} rules[] = {
	/* rows that are gone */
	{ HAZARD_DATA_LOSS, 3, ALWAYS, 0, { ACTION_DROP_TABLE },
		"drops table {o} with all its rows",
		"rename it first, and drop it in a later migration" },
	{ HAZARD_DATA_LOSS, 3, ALWAYS, 0, { ACTION_DROP_COLUMN },
		"drops column {p} of {t} with its data",
		"stop using it first, and drop it in a later migration" },
	{ HAZARD_DATA_LOSS, 3, ALWAYS, 0, { ACTION_TRUNCATE }, "empties table {o}",
		"DELETE in batches keeps what is still needed" },
	{ HAZARD_DATA_LOSS, 3, ALWAYS, 0, { ACTION_DROP_SCHEMA },
		"drops schema {o} with what is in it", "rename it first" },
	{ HAZARD_DATA_LOSS, 3, ALWAYS, 0, { ACTION_DROP_DATABASE },
		"drops database {o} with all that is in it", "rename it first" },
	{ HAZARD_CASCADE, 3, IF_CASCADE, ON_NEW, { 0 },
		"CASCADE takes along whatever depends on {o}", "drop what depends on it by name" },
	{ HAZARD_NO_WHERE, 3, ALWAYS, 0, { ACTION_UPDATE_ALL }, "changes every row of {t}",
		"UPDATE … WHERE in batches" },
	{ HAZARD_NO_WHERE, 3, ALWAYS, 0, { ACTION_DELETE_ALL }, "deletes every row of {t}",
		"DELETE … WHERE in batches" },
	{ HAZARD_ROW_CHANGE, 2, ALWAYS, 0, { ACTION_UPDATE, ACTION_MERGE },
		"changes rows of {t} and keeps them locked until COMMIT",
		"in batches, each in a transaction of its own" },
	{ HAZARD_ROW_CHANGE, 2, ALWAYS, 0, { ACTION_DELETE },
		"deletes rows of {t} and keeps them locked until COMMIT",
		"in batches, each in a transaction of its own" },

	/* things that are gone or called otherwise */
	{ HAZARD_DROP, 2, ALWAYS, 0, { ACTION_DROP_INDEX },
		"drops index {o}: what it made fast gets slow",
		"DROP INDEX CONCURRENTLY does not lock the table" },
	{ HAZARD_DROP, 2, ALWAYS, 0, { ACTION_DROP_INDEX_CONCURRENTLY },
		"drops index {o}: what it made fast gets slow", NULL },
	{ HAZARD_DROP, 2, ALWAYS, 0, { ACTION_DROP_CONSTRAINT },
		"drops constraint {p} of {t}: rows it forbids can come in", NULL },
	{ HAZARD_DROP, 2, ALWAYS, 0, { ACTION_DROP_VIEW, ACTION_DROP_MATVIEW },
		"drops view {o}: what reads it fails", NULL },
	{ HAZARD_DROP, 2, ALWAYS, 0, { ACTION_DROP_FUNCTION },
		"drops function {o}: what calls it fails", NULL },
	{ HAZARD_DROP, 2, ALWAYS, 0, { ACTION_DROP_TRIGGER },
		"drops trigger {o}: what it kept true is no longer kept", NULL },
	{ HAZARD_DROP, 2, ALWAYS, 0,
		{ ACTION_DROP_TYPE, ACTION_DROP_SEQUENCE, ACTION_DROP_EXTENSION,
			ACTION_DROP_OTHER },
		"drops {o}: what uses it fails", NULL },
	{ HAZARD_RENAME, 2, ALWAYS, 0, { ACTION_RENAME_TABLE },
		"renames {o}: statements with the old name fail at once",
		"a view with the old name serves old clients" },
	{ HAZARD_RENAME, 2, ALWAYS, 0, { ACTION_RENAME_COLUMN },
		"renames column {p} of {t}: statements with the old name fail at once",
		"add a column, fill it, switch over, drop the old one" },
	{ HAZARD_RENAME, 2, ALWAYS, 0, { ACTION_SET_SCHEMA },
		"moves {o} to another schema: statements with the old name fail at once",
		"a view in the old place serves old clients" },
	{ HAZARD_RENAME, 2, ALWAYS, 0,
		{ ACTION_RENAME_CONSTRAINT, ACTION_RENAME_INDEX, ACTION_RENAME_OTHER },
		"renames {o}: what names it fails at once", NULL },

	/* rewrites */
	{ HAZARD_REWRITE, SIZED, IF_REWRITE, 0, { ACTION_ADD_COLUMN_REWRITE },
		"writes all of {t} anew, and nobody can read or write it meanwhile",
		"add the column bare, fill it in batches, then set its default" },
	{ HAZARD_REWRITE, SIZED, IF_REWRITE, 0, { ACTION_ALTER_TYPE_MAYBE_REWRITE },
		"may write all of {t} anew, and nobody can read or write it meanwhile",
		"add a column of the new type, fill it in batches, switch over" },
	{ HAZARD_REWRITE, SIZED, IF_REWRITE, 0, { ACTION_VACUUM_FULL, ACTION_CLUSTER },
		"writes all of {t} anew, and nobody can read or write it meanwhile",
		"a plain VACUUM, or pg_repack" },
	{ HAZARD_REWRITE, SIZED, IF_REWRITE, 0, { ACTION_REINDEX },
		"builds indexes of {t} anew, and nobody can write it meanwhile",
		"REINDEX … CONCURRENTLY does not block writes" },
	{ HAZARD_REWRITE, SIZED, IF_REWRITE, 0, { ACTION_REFRESH_MATVIEW },
		"fills {t} anew, and nobody can read it meanwhile",
		"REFRESH MATERIALIZED VIEW CONCURRENTLY, with a unique index on it" },
	{ HAZARD_REWRITE, SIZED, IF_REWRITE, 0, { 0 },
		"writes all of {t} anew, and nobody can read or write it meanwhile", NULL },

	/* scans under a lock */
	{ HAZARD_SCAN_LOCK, SIZED, IF_SCAN, 0, { ACTION_CREATE_INDEX },
		"reads all of {t}, and nobody can write it meanwhile",
		"CREATE INDEX CONCURRENTLY does not block writes" },
	{ HAZARD_SCAN_LOCK, SIZED, IF_SCAN, 0, { ACTION_ADD_CHECK },
		"reads all of {t}, and nobody can read or write it meanwhile",
		"ADD CONSTRAINT … NOT VALID, then VALIDATE CONSTRAINT in a migration of its own" },
	{ HAZARD_SCAN_LOCK, SIZED, IF_SCAN, 0, { ACTION_ADD_FOREIGN_KEY, ACTION_REFERENCED },
		"reads all of {t}, and nobody can write it meanwhile",
		"ADD CONSTRAINT … NOT VALID, then VALIDATE CONSTRAINT in a migration of its own" },
	{ HAZARD_SCAN_LOCK, SIZED, IF_SCAN, 0, { ACTION_ADD_UNIQUE },
		"builds an index on {t}, and nobody can read or write it meanwhile",
		"CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT … USING INDEX" },
	{ HAZARD_SCAN_LOCK, SIZED, IF_SCAN, 0, { ACTION_SET_NOT_NULL },
		"reads all of {t}, and nobody can read or write it meanwhile",
		"a validated CHECK (… IS NOT NULL) first spares the scan" },
	{ HAZARD_SCAN_LOCK, SIZED, IF_SCAN, 0, { ACTION_ATTACH_PARTITION },
		"reads all of {t}, and nobody can read or write it meanwhile",
		"a CHECK that matches the bounds spares the scan" },
	{ HAZARD_SCAN_LOCK, SIZED, IF_SCAN, 0, { 0 },
		"reads all of {t} under a lock that blocks others meanwhile", NULL },

	/* locks for an instant: what hurts is the queue behind them */
	{ HAZARD_LOCK_OTHER_TABLE, 1, ALWAYS, 0, { ACTION_REFERENCED },
		"locks {t} too, which a foreign key points to", NULL },
	{ HAZARD_LOCK_OTHER_TABLE, 1, ALWAYS, 0, { ACTION_CREATE_PARTITION },
		"locks {t}, the parent, for an instant",
		"CREATE TABLE, then ATTACH PARTITION, takes a weaker lock" },
	{ HAZARD_LOCK_EXCLUSIVE, 1, IF_EXCLUSIVE, 0, { 0 },
		"locks {t} for an instant: whoever reads or writes it waits behind us", NULL },
	{ HAZARD_LOCK_SHARE, 1, IF_SHARE, 0, { 0 },
		"locks {t} for an instant: whoever writes it waits behind us", NULL },

	/* the rest */
	{ HAZARD_INDEX_BUILD, 1, ALWAYS, 0, { ACTION_CREATE_INDEX_CONCURRENTLY },
		"builds index {o} beside the running work; waits for old transactions", NULL },
	{ HAZARD_INDEX_BUILD, 1, ALWAYS, 0, { ACTION_REINDEX_CONCURRENTLY },
		"builds {o} anew beside the running work; waits for old transactions", NULL },
	{ HAZARD_PRIVILEGE, 2, ALWAYS, 0, { ACTION_REVOKE },
		"takes rights away: who needs them fails at once", NULL },
	{ HAZARD_PRIVILEGE, 1, ALWAYS, 0, { ACTION_GRANT, ACTION_ROLE }, "changes rights or roles",
		NULL },
	{ HAZARD_PRIVILEGE, 1, ALWAYS, 0, { ACTION_RULE_OR_POLICY },
		"changes what statements on {t} see or do", NULL },
	{ HAZARD_ENUM_ORDER, 1, ALWAYS, 0, { ACTION_ADD_ENUM_VALUE },
		"the new value of {o} cannot be used before COMMIT, nor be taken out again", NULL },
	{ HAZARD_UNPARSED, 3, IF_UNPARSED, ON_NEW, { 0 },
		"newer than the parser, or wrong: the server decides what it does", NULL },
	{ HAZARD_OPAQUE, 2, ALWAYS, ON_NEW, { ACTION_OPAQUE },
		"runs code that cannot be looked into: it may do anything", NULL },
	{ HAZARD_OPAQUE, 2, ALWAYS, ON_NEW, { ACTION_UNKNOWN },
		"does something not known here: it may do anything", NULL },
	{ HAZARD_OPAQUE, 2, ALWAYS, ON_NEW, { ACTION_ALTER_SYSTEM },
		"changes the whole server, not this database alone", NULL },
	{ HAZARD_OPAQUE, 1, IF_REPLACE, 0, { ACTION_CREATE_FUNCTION },
		"replaces function {o}: callers run the new body at once", NULL },
	{ HAZARD_NON_TRANSACTIONAL, 1, IF_LONE, ON_NEW, { 0 },
		"runs outside a transaction: interrupted, it may be half done", NULL },
};

/* Said of tables that stay locked while something long runs behind them in the same group. */
static const char held_words[] =
	"{t} stays locked while a later statement of this step works through {o}";
static const char held_remedy[] = "put the long statement into a migration of its own";

/* These wait for nobody and nobody waits for them: level 0. Everything else on what exists is at least 1. */
static const enum action_kind harmless[] = { ACTION_OTHER, ACTION_CREATE_TABLE,
	ACTION_CREATE_TABLE_AS, ACTION_CREATE_VIEW, ACTION_CREATE_MATVIEW, ACTION_CREATE_FUNCTION,
	ACTION_CREATE_TYPE, ACTION_CREATE_SCHEMA, ACTION_CREATE_SEQUENCE, ACTION_CREATE_OTHER,
	ACTION_COMMENT, ACTION_SELECT, ACTION_SET };

/* What goes itself is no table somebody could go on waiting for. */
static const enum action_kind gone[] = { ACTION_DROP_TABLE, ACTION_DROP_VIEW, ACTION_DROP_MATVIEW,
	ACTION_DROP_SCHEMA, ACTION_DROP_SEQUENCE };

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

struct hazard_scene {
	struct plan *plan;
	int64_t size_limit;
	struct created *created; /* owned */
	/* of the step at hand */
	struct plan_step *step;
	size_t capacity;
	const struct action **held; /* ACCESS EXCLUSIVE on existing tables; in the plan's arena */
	size_t held_count, held_capacity;
};

/* One action, as rules see it. */
struct subject {
	const struct migration_statement *statement;
	size_t index;
	const struct action *action;
	bool is_new;
	bool is_small; /* known to be, or known not to be there yet */
};

struct hazard_scene *hazard_scene_new(struct plan *plan, int64_t hazard_size_bytes)
{
	struct hazard_scene *scene = mem_new(struct hazard_scene);
	scene->plan = plan;
	scene->size_limit = hazard_size_bytes;
	scene->created = created_new();
	return scene;
}

void hazard_scene_free(struct hazard_scene *scene)
{
	if (scene)
		created_free(scene->created);
	free(scene);
}

static bool blocks_writes(enum lock_mode lock)
{
	return lock >= LOCK_SHARE;
}

static bool condition_holds(enum condition condition, const struct subject *subject)
{
	const struct action *action = subject->action;
	bool is_long = action->scan || action->rewrite;
	bool stays = !is_one_of(action->kind, gone, ARRAY_SIZE(gone));

	switch (condition) {
	case ALWAYS: return true;
	case IF_REWRITE: return action->rewrite && blocks_writes(action->lock);
	case IF_SCAN: return action->scan && !action->rewrite && blocks_writes(action->lock);
	case IF_EXCLUSIVE: return action->lock == LOCK_ACCESS_EXCLUSIVE && !is_long && stays;
	case IF_SHARE:
		return !is_long && blocks_writes(action->lock) &&
		       action->lock != LOCK_ACCESS_EXCLUSIVE;
	case IF_CASCADE: return action->cascade;
	case IF_REPLACE: return action->if_exists;
	case IF_UNPARSED: return subject->statement->sql.parse == PARSE_UNPARSED;
	case IF_LONE: return subject->statement->sql.is_lone;
	}
	return false;
}

static bool rule_fits(const struct rule *rule, const struct subject *subject)
{
	size_t count = 0;

	while (count < ACTIONS_MAX && rule->actions[count] != ACTION_OTHER)
		count++;
	if (subject->is_new && !(rule->flags & ON_NEW))
		return false;
	if (count && !is_one_of(subject->action->kind, rule->actions, count))
		return false;
	return condition_holds(rule->condition, subject);
}

/* "schema.name", the schema as the catalog found it where the statement does not say. */
static const char *name_words(const struct hazard_scene *scene, const struct object_name *object)
{
	const struct table_size *size = forecast_size(scene->plan, object);
	const char *schema = object->schema ? object->schema : size ? size->found_schema : NULL;

	if (!object->name)
		return NULL;
	return schema ? arena_printf(&scene->plan->arena, "%s.%s", schema, object->name)
		      : object->name;
}

static const char *words_fill(struct arena *arena, const char *words, const struct action *action,
	const char *const names[2])
{
	struct str out = { 0 };

	for (const char *p = words; *p; p++) {
		if (p[0] != '{' || !p[1] || p[2] != '}') {
			str_add_char(&out, *p);
			continue;
		}
		const char *name = p[1] == 'p' ? action->part : names[p[1] == 't'];
		str_add(&out, name ? name : p[1] == 't' ? "another table" : "it");
		p += 2;
	}
	const char *kept = arena_strndup(arena, str_c(&out), out.len);
	str_release(&out);
	return kept;
}

static const char *ack_reason(const struct migration_statement *statement, enum hazard_kind kind)
{
	for (size_t i = 0; i < statement->ack_count; i++) {
		if (strcmp(statement->acks[i].hazard, hazard_word(kind)) == 0)
			return statement->acks[i].reason;
	}
	return NULL;
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static void hazard_add(struct hazard_scene *scene, const struct hazard *hazard)
{
	struct plan_step *step = scene->step;

	for (size_t i = 0; i < step->hazard_count; i++) {
		const struct hazard *other = &step->hazards[i];
		if (other->statement == hazard->statement && other->kind == hazard->kind &&
			same_text(other->object, hazard->object))
			return;
	}
	step->hazards = arena_room(&scene->plan->arena, step->hazards, step->hazard_count,
		&scene->capacity, sizeof(*step->hazards));
	step->hazards[step->hazard_count++] = *hazard;
	if (hazard->level > step->level)
		step->level = hazard->level;
}

static void rule_apply(
	struct hazard_scene *scene, const struct rule *rule, const struct subject *subject)
{
	const struct action *action = subject->action;
	const char *names[2] = { name_words(scene, &action->object),
		name_words(scene, &action->table) };
	bool is_about_table = strstr(rule->words, "{t}") || !names[0];

	hazard_add(
		scene, &(struct hazard){ .kind = rule->kind,
			       .level = rule->level != SIZED ? rule->level
					: subject->is_small  ? 1
							     : 2,
			       .object = names[is_about_table],
			       .words = words_fill(&scene->plan->arena, rule->words, action, names),
			       .remedy = rule->remedy,
			       .ack_reason = ack_reason(subject->statement, rule->kind),
			       .statement = subject->index });
}

static void rules_apply(struct hazard_scene *scene, const struct subject *subject)
{
	unsigned kinds_seen = 0;

	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		const struct rule *rule = &rules[i];
		if (kinds_seen & (1u << rule->kind) || !rule_fits(rule, subject))
			continue;
		kinds_seen |= 1u << rule->kind;
		rule_apply(scene, rule, subject);
	}
}

static bool is_row_work(const struct action *action)
{
	return is_one_of(action->kind, row_work, ARRAY_SIZE(row_work));
}

/* Statements before this one hold tables of their own for as long as this one takes. */
static void held_apply(struct hazard_scene *scene, const struct subject *subject)
{
	const struct action *action = subject->action;
	bool is_long = action->scan || action->rewrite || is_row_work(action);

	for (size_t i = 0;
		is_long && !subject->is_new && !subject->is_small && i < scene->held_count; i++) {
		const char *names[2] = { name_words(scene, &action->table),
			name_words(scene, &scene->held[i]->table) };
		hazard_add(scene,
			&(struct hazard){ .kind = HAZARD_LOCK_EXCLUSIVE,
				.level = 2,
				.object = names[1],
				.words = words_fill(&scene->plan->arena, held_words, action, names),
				.remedy = held_remedy,
				.ack_reason = ack_reason(subject->statement, HAZARD_LOCK_EXCLUSIVE),
				.statement = subject->index });
	}
}

static void held_add(struct hazard_scene *scene, const struct subject *subject)
{
	const struct action *action = subject->action;
	const struct table_size *size = forecast_size(scene->plan, &action->table);

	if (subject->is_new || action->lock != LOCK_ACCESS_EXCLUSIVE || !action->table.name ||
		(size && !size->exists))
		return;
	for (size_t i = 0; i < scene->held_count; i++) {
		if (same_text(scene->held[i]->table.name, action->table.name) &&
			same_text(scene->held[i]->table.schema, action->table.schema))
			return;
	}
	scene->held = arena_room(&scene->plan->arena, scene->held, scene->held_count,
		&scene->held_capacity, sizeof(const struct action *));
	scene->held[scene->held_count++] = action;
}

static int base_level(const struct subject *subject)
{
	const struct action *action = subject->action;
	bool is_select = action->kind == ACTION_SELECT && !subject->statement->sql.is_read_only;

	if (subject->is_new || is_one_of(action->kind, harmless, ARRAY_SIZE(harmless)))
		return is_select;
	return 1;
}

static struct subject subject_of(const struct hazard_scene *scene, size_t index,
	const struct migration_statement *statement, const struct action *action)
{
	const struct table_size *size = forecast_size(scene->plan, &action->table);
	bool is_small = size && (!size->exists || (size->bytes != VALUE_UNKNOWN &&
							  size->bytes <= scene->size_limit));

	return (struct subject){ .statement = statement,
		.index = index,
		.action = action,
		.is_new = action->is_temporary || created_has(scene->created, &action->object) ||
			  created_has(scene->created, &action->table),
		.is_small = is_small };
}

/* One statement: its actions first meet what stood before, then become what stands before the next. */
static void statement_look(struct hazard_scene *scene, size_t index)
{
	static const struct action none;
	const struct migration_statement *statement = &scene->step->statements[index];
	const struct action *actions = statement->sql.action_count ? statement->sql.actions : &none;
	size_t count = statement->sql.action_count ? statement->sql.action_count : 1;

	for (size_t i = 0; i < count; i++) {
		struct subject subject = subject_of(scene, index, statement, &actions[i]);
		int level = base_level(&subject);
		if (level > scene->step->level)
			scene->step->level = level;
		rules_apply(scene, &subject);
		held_apply(scene, &subject);
	}
	for (size_t i = 0; i < count; i++) {
		struct subject subject = subject_of(scene, index, statement, &actions[i]);
		held_add(scene, &subject);
	}
	for (size_t i = 0; i < count; i++)
		created_note(scene->created, &actions[i],
			forecast_size(scene->plan, &actions[i].object));
}

void hazards_find(struct hazard_scene *scene, struct plan_step *step)
{
	scene->step = step;
	scene->capacity = 0;
	scene->held_count = scene->held_capacity = 0;
	step->hazards = NULL;
	step->hazard_count = 0;
	step->level = 0;
	for (size_t i = 0; i < step->statement_count; i++)
		statement_look(scene, i);
}

bool hazard_asks_size(const struct action *action)
{
	return action->table.name && !action->is_temporary && action->lock >= LOCK_ROW_EXCLUSIVE;
}
