// SPDX-License-Identifier: GPL-3.0-or-later
#include "migrate/plan/verdict.h"

#include <inttypes.h>
#include <string.h>

#include "base/words.h"
#include "migrate/plan/forecast.h"
#include "parse/statement.h"

/* One action before the judge. */
struct hearing {
	const struct verdict_ground *ground;
	const struct statement *sql;
	size_t index;
	struct verdict *verdict;
};

typedef void judge_fn(const struct hearing *hearing);

static struct arena *arena_of(const struct hearing *hearing)
{
	return &hearing->ground->plan->arena;
}

static const struct table_size *size_of(const struct hearing *hearing)
{
	return forecast_size(hearing->ground->plan, &hearing->verdict->action.table);
}

/* The column as it still is when the action runs; NULL = not surely known. */
static const struct table_column *column_of(const struct hearing *hearing)
{
	const struct table_size *size = size_of(hearing);

	if (!size || !size->exists ||
		!standing_covers(hearing->ground->standing, hearing->sql, hearing->index))
		return NULL;
	return forecast_column(size, hearing->verdict->action.part);
}

static void turn_into(const struct hearing *hearing, enum action_kind kind, bool scan, bool rewrite)
{
	struct action *action = &hearing->verdict->action;

	action->kind = kind;
	action->scan = scan;
	action->rewrite = rewrite;
}

/* "2.1 GB", "all of it" */
static const char *bytes_words(const struct hearing *hearing)
{
	const struct table_size *size = size_of(hearing);
	char bytes[WORDS_BYTES];

	if (!size || !value_is_known(size->bytes))
		return "all of it";
	words_bytes(size->bytes, bytes);
	return arena_strdup(arena_of(hearing), bytes);
}

static const char *indexes_words(const struct hearing *hearing, int64_t count)
{
	return arena_printf(
		arena_of(hearing), "rebuilds %" PRId64 " index%s", count, count == 1 ? "" : "es");
}

/* "rewrites 2.1 GB and rebuilds 3 indexes", by a reason. */
static void rewrites(const struct hearing *hearing, enum action_kind kind, const char *reason)
{
	const struct table_size *size = size_of(hearing);
	bool has_indexes = size && size->index_count > 0;

	turn_into(hearing, kind, true, true);
	hearing->verdict->why = arena_printf(arena_of(hearing), "%s rewrites %s%s%s", reason,
		bytes_words(hearing), has_indexes ? " and " : "",
		has_indexes ? indexes_words(hearing, size->index_count) : "");
}

/* What is known of a type that is none of the server's own. */
struct type_word {
	bool is_known, is_domain, is_bound;
	const char *base;
};

static struct type_word type_word(const struct hearing *hearing)
{
	const struct action *action = &hearing->verdict->action;
	const struct verdict_ground *ground = hearing->ground;
	const struct type_fact *type = forecast_type(ground->plan, &action->named_type);
	struct type_word word = { .is_known = true, .base = action->type };

	if (!action->named_type.name)
		return word;
	if (created_has(ground->created, &action->named_type)) {
		word.is_known = !standing_has_domains(ground->standing);
		return word;
	}
	word.is_known = type && standing_covers_type(ground->standing, &action->named_type);
	if (!word.is_known)
		return word;
	word.is_domain = type->is_domain;
	word.is_bound = type->is_bound;
	word.base = type->base;
	return word;
}

/* The null of a new column is put to the constraints of a domain row by row. */
static void judge_add_column(const struct hearing *hearing)
{
	const struct action *action = &hearing->verdict->action;
	struct type_word type = type_word(hearing);

	if (action->if_exists && column_of(hearing)) {
		turn_into(hearing, ACTION_ADD_COLUMN, false, false);
		hearing->verdict->why = "the column is there already";
		return;
	}
	if (action->kind == ACTION_ADD_COLUMN_REWRITE) {
		rewrites(hearing, ACTION_ADD_COLUMN_REWRITE, "a value for each row");
		return;
	}
	if (type.is_known && !type.is_bound)
		return;
	rewrites(hearing, ACTION_ADD_COLUMN_REWRITE,
		arena_printf(arena_of(hearing), "%s %s", action->type,
			type.is_known ? "is a domain with constraints: it"
				      : "may be a domain with constraints: then it"));
}

static void judge_not_null(const struct hearing *hearing)
{
	const struct action *action = &hearing->verdict->action;
	const struct table_column *column = column_of(hearing);
	bool is_proved = standing_proves(hearing->ground->standing, &action->table, action->part);

	if (!is_proved && (!column || !column->is_proven))
		return;
	turn_into(hearing, ACTION_SET_NOT_NULL, false, false);
	hearing->verdict->why = is_proved
					? "a CHECK validated before it in this plan spares the scan"
				: column->is_not_null ? "it is NOT NULL already"
						      : "a valid CHECK spares the scan";
}

/* The collation the column gets is the one it has. */
static bool keeps_collation(const struct action *action, const struct table_column *column)
{
	static const char own[] = "pg_catalog.";
	const char *wanted = action->collation ? action->collation : "default";
	const char *has = column->collation;

	if (!has)
		return !action->collation;
	return strcmp(wanted, has) == 0 || (strncmp(has, own, sizeof(own) - 1) == 0 &&
						   strcmp(wanted, has + sizeof(own) - 1) == 0);
}

/* The rows stay as they are; what rests on the column may have to be read or built all the same. */
static void rows_stay(
	const struct hearing *hearing, const struct table_column *column, bool keeps_indexes)
{
	int64_t rebuilt = keeps_indexes ? column->special_indexes : column->indexes;
	bool is_checked = column->checks || (column->is_key && !keeps_indexes);
	struct verdict *verdict = hearing->verdict;

	turn_into(hearing, ACTION_ALTER_TYPE_INSTANT, is_checked || rebuilt, false);
	verdict->why = arena_printf(arena_of(hearing), "%s to %s leaves the rows as they are",
		column->type, verdict->action.type);
	if (is_checked)
		verdict->why = arena_printf(arena_of(hearing),
			"%s, but reads %s to check them anew", verdict->why, bytes_words(hearing));
	if (rebuilt)
		verdict->why = arena_printf(arena_of(hearing), "%s, %s %s", verdict->why,
			is_checked ? "and" : "but", indexes_words(hearing, rebuilt));
}

static void judge_alter_type(const struct hearing *hearing)
{
	const struct action *action = &hearing->verdict->action;
	const struct verdict_ground *ground = hearing->ground;
	const struct table_column *column = column_of(hearing);
	struct type_word type = type_word(hearing);
	const char *zone = standing_covers_zone(ground->standing) ? ground->plan->time_zone : NULL;

	if (action->kind == ACTION_ALTER_TYPE_REWRITE) {
		rewrites(hearing, ACTION_ALTER_TYPE_REWRITE, "USING computes every row:");
		return;
	}
	if (!column || !type.is_known)
		return;
	bool is_same = strcmp(column->type, type.base) == 0;
	bool stays = is_same || type_change_is_instant(column->type, type.base, zone);
	if (!stays || type.is_bound) {
		rewrites(hearing, ACTION_ALTER_TYPE_REWRITE,
			arena_printf(arena_of(hearing), "%s to %s", column->type, action->type));
		return;
	}
	/* A domain may bring a collation of its own. */
	rows_stay(hearing, column,
		!type.is_domain && keeps_collation(action, column) &&
			(is_same || type_change_keeps_indexes(column->type, type.base)));
}

static judge_fn *judge_of(enum action_kind kind)
{
	switch ((int)kind) {
	case ACTION_ADD_COLUMN:
	case ACTION_ADD_COLUMN_REWRITE: return judge_add_column;
	case ACTION_SET_NOT_NULL: return judge_not_null;
	case ACTION_ALTER_TYPE_MAYBE_REWRITE:
	case ACTION_ALTER_TYPE_REWRITE: return judge_alter_type;
	default: return NULL;
	}
}

bool verdict_is_open(const struct statement *sql)
{
	for (size_t i = 0; i < sql->action_count; i++)
		if (judge_of(sql->actions[i].kind))
			return true;
	return false;
}

struct verdict verdict_of(
	const struct verdict_ground *ground, const struct statement *sql, size_t action)
{
	struct verdict verdict = { .action = sql->actions[action] };
	judge_fn *judge = judge_of(verdict.action.kind);

	if (judge && verdict.action.table.name)
		judge(&(struct hearing){ ground, sql, action, &verdict });
	return verdict;
}
