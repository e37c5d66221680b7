// SPDX-License-Identifier: GPL-3.0-or-later
#include "migrate/plan/assess.h"

#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "migrate/plan/created.h"
#include "migrate/plan/forecast.h"
#include "migrate/plan/hazards.h"
#include "migrate/plan/standing.h"
#include "migrate/plan/verdict.h"

/* An existing table under ACCESS EXCLUSIVE until the group ends. */
struct held {
	const struct object_name *table;
	bool is_said; /* once a step is enough */
};

struct assessment {
	struct plan *plan;
	int64_t size_limit;
	struct created *created;
	struct standing *standing;
	/* of the step at hand */
	struct plan_step *step;
	struct action_cost **costs; /* of its statements; NULL = none is better known */
	size_t capacity;	    /* of its hazards */
	struct held *held;	    /* in the plan's arena */
	size_t held_count, held_capacity;
};

/* An action with its place in the step. */
struct place {
	struct hazard_subject subject;
	const char *why; /* of its cost */
	size_t statement;
};

/* "schema.name", the schema as the catalog found it where the statement does not say. */
static const char *name_words(struct assessment *a, const struct object_name *object)
{
	const struct table_size *size = forecast_size(a->plan, object);
	const char *schema = object->schema ? object->schema : size ? size->found_schema : NULL;

	if (!object->name || !schema)
		return object->name;
	return arena_printf(&a->plan->arena, "%s.%s", schema, object->name);
}

/* What the braces of a rule's words stand for. */
struct names {
	const char *object, *table, *part, *why;
	int64_t parts; /* of the table */
};

/* {o}, {t}, {a}, {p}, {w}: see hazards.c. */
static const char *name_of(const struct names *names, char letter)
{
	switch (letter) {
	case 'o': return names->object ? names->object : "it";
	case 'p': return names->part ? names->part : "it";
	case 'w': return names->why ? names->why : "writes all of it anew";
	case 'a': return names->table ? names->table : "another table";
	default: return names->table ? names->table : "its table";
	}
}

static const char *words_fill(struct arena *arena, const char *words, const struct names *names)
{
	struct str out = { 0 };

	for (const char *p = words; *p; p++) {
		if (p[0] != '{') {
			str_add_char(&out, *p);
			continue;
		}
		str_add(&out, name_of(names, p[1]));
		p += 2;
	}
	if (names->why && !strstr(words, "{w}"))
		str_addf(&out, "; %s", names->why);
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

/* Said once a statement and object, unless it is sharper this time. */
static void hazard_add(struct assessment *a, const struct hazard *hazard)
{
	struct plan_step *step = a->step;

	for (size_t i = step->hazard_count; i-- > 0;) {
		struct hazard *other = &step->hazards[i];
		if (other->statement != hazard->statement)
			break;
		if (other->kind == hazard->kind && text_is(other->object, hazard->object) &&
			other->level >= hazard->level)
			return;
	}
	step->hazards = arena_room(&a->plan->arena, step->hazards, step->hazard_count, &a->capacity,
		sizeof(*step->hazards));
	step->hazards[step->hazard_count++] = *hazard;
	if (hazard->level > step->level)
		step->level = hazard->level;
}

/* "app.events and 12 tables below it" */
static const char *parts_words(struct assessment *a, const struct names *names)
{
	return arena_printf(&a->plan->arena, "%s and %" PRId64 " table%s below it", names->table,
		names->parts, names->parts == 1 ? "" : "s");
}

static void hazard_make(struct assessment *a, const struct hazard_rule *rule,
	const struct place *place, const struct names *names)
{
	bool is_about_table =
		strstr(rule->words, "{t}") || strstr(rule->words, "{a}") || !names->object;
	bool is_about_cost = rule->kind == HAZARD_REWRITE || rule->kind == HAZARD_SCAN_LOCK ||
			     rule->kind == HAZARD_LOCK_EXCLUSIVE;
	struct names said = *names;

	if (!is_about_cost)
		said.why = NULL;
	if (is_about_cost && said.parts)
		said.table = parts_words(a, &said);
	hazard_add(a, &(struct hazard){ .kind = rule->kind,
			      .level = hazard_level(rule, place->subject.is_small),
			      .object = is_about_table ? names->table : names->object,
			      .words = words_fill(&a->plan->arena, rule->words, &said),
			      .remedy = rule->remedy,
			      .ack_reason = ack_reason(place->subject.statement, rule->kind),
			      .statement = place->statement });
}

static void rules_apply(struct assessment *a, const struct place *place)
{
	const struct hazard_rule *found[HAZARD_KIND_COUNT];
	const struct action *action = place->subject.action;
	size_t count = hazards_match(&place->subject, found);
	const struct table_size *size = forecast_size(a->plan, &action->table);
	struct names names = { .part = action->part, .why = place->why };

	if (count) {
		names.object = name_words(a, &action->object);
		names.table = name_words(a, &action->table);
		names.parts = size && size->exists ? size->part_count : 0;
	}
	for (size_t i = 0; i < count; i++)
		hazard_make(a, found[i], place, &names);
}

/* The other ends of foreign keys, and parents of partitions, as the catalog knows them. */
static void partners_apply(struct assessment *a, const struct place *place)
{
	const struct action *action = place->subject.action;
	const struct table_size *size = forecast_size(a->plan, &action->table);

	for (size_t i = 0; size && !place->subject.is_new && i < size->partner_count; i++) {
		const struct table_partner *partner = &size->partners[i];
		struct object_name other = { partner->schema, partner->name };
		struct names names = { .object = name_words(a, &action->table),
			.table = name_words(a, &other) };
		if (hazard_takes_partner(action, partner))
			hazard_make(a, &hazard_partner, place, &names);
	}
}

/* Statements before this one hold tables of their own for as long as this one takes. */
static void held_apply(struct assessment *a, const struct place *place)
{
	const struct action *action = place->subject.action;

	if (place->subject.is_new || place->subject.is_small || !hazard_is_long(action))
		return;
	for (size_t i = 0; i < a->held_count; i++) {
		struct names names = { .object = name_words(a, &action->table),
			.table = name_words(a, a->held[i].table) };
		if (!a->held[i].is_said)
			hazard_make(a, &hazard_held, place, &names);
		a->held[i].is_said = true;
	}
}

static void held_add(struct assessment *a, const struct place *place)
{
	const struct object_name *table = &place->subject.action->table;
	const struct table_size *size = forecast_size(a->plan, table);

	if (place->subject.is_new || place->subject.action->lock != LOCK_ACCESS_EXCLUSIVE ||
		!table->name || (size && !size->exists))
		return;
	for (size_t i = 0; i < a->held_count; i++) {
		if (text_is(a->held[i].table->name, table->name) &&
			text_is(a->held[i].table->schema, table->schema))
			return;
	}
	a->held = arena_room(
		&a->plan->arena, a->held, a->held_count, &a->held_capacity, sizeof(*a->held));
	a->held[a->held_count++] = (struct held){ .table = table };
}

static bool is_small(const struct assessment *a, const struct action *action)
{
	const struct table_size *size = forecast_size(a->plan, &action->table);

	if (!size)
		return false;
	return !size->exists || (size->bytes != VALUE_UNKNOWN && size->bytes <= a->size_limit);
}

/* What counts is the relation the lock is on; an index or a foreign key may be new on a table that is not. */
static bool is_new(const struct assessment *a, const struct action *action)
{
	const struct object_name *held = action->table.name ? &action->table : &action->object;
	return action->is_temporary || created_has(a->created, held);
}

static struct place place_of(
	const struct assessment *a, size_t statement, const struct action *action, size_t index)
{
	const struct action_cost *costs = a->costs ? a->costs[statement] : NULL;

	return (struct place){ .statement = statement,
		.why = costs ? costs[index].why : NULL,
		.subject = { .statement = &a->step->statements[statement],
			.action = action,
			.is_new = is_new(a, action),
			.is_small = is_small(a, action) } };
}

/* The statement's actions as they will be on this server; the statement's own where nothing is better known. */
static const struct action *actions_judge(struct assessment *a, size_t index)
{
	const struct statement *sql = &a->step->statements[index].sql;
	const struct verdict_ground ground = { a->plan, a->created, a->standing };
	struct arena *arena = &a->plan->arena;

	if (!verdict_is_open(sql))
		return sql->actions;
	if (!a->costs)
		a->costs = arena_array(arena, struct action_cost *, a->step->statement_count);
	struct action *actions = arena_array(arena, struct action, sql->action_count);
	a->costs[index] = arena_array(arena, struct action_cost, sql->action_count);
	for (size_t i = 0; i < sql->action_count; i++) {
		struct verdict verdict = verdict_of(&ground, sql, i);
		bool is_made_here = is_new(a, &sql->actions[i]);
		actions[i] = is_made_here ? sql->actions[i] : verdict.action;
		a->costs[index][i] = (struct action_cost){ .scan = actions[i].scan,
			.rewrite = actions[i].rewrite,
			.why = is_made_here ? NULL : verdict.why };
	}
	return actions;
}

/* One statement: its actions first meet what stood before, then become what stands before the next. */
static void statement_assess(struct assessment *a, size_t index)
{
	static const struct action none;
	const struct statement *sql = &a->step->statements[index].sql;
	const struct action *actions = sql->action_count ? actions_judge(a, index) : &none;
	size_t count = sql->action_count ? sql->action_count : 1;

	for (size_t i = 0; i < count; i++) {
		struct place place = place_of(a, index, &actions[i], i);
		int level = hazard_base_level(&place.subject);
		if (level > a->step->level)
			a->step->level = level;
		rules_apply(a, &place);
		partners_apply(a, &place);
		held_apply(a, &place);
	}
	for (size_t i = 0; i < count; i++) {
		struct place place = place_of(a, index, &actions[i], i);
		held_add(a, &place);
	}
	if (a->step->is_skipped)
		return;
	standing_note(a->standing, sql, a->step->is_lone);
	for (size_t i = 0; i < count; i++)
		created_note(a->created, &actions[i], forecast_size(a->plan, &actions[i].object));
}

static void step_assess(struct assessment *a, struct plan_step *step)
{
	a->step = step;
	a->capacity = a->held_count = 0;
	a->costs = NULL;
	step->hazards = NULL;
	step->hazard_count = 0;
	step->level = step->asks_late ? 1 : 0;
	for (size_t i = 0; i < step->statement_count; i++)
		statement_assess(a, i);
	step->costs = a->costs;
}

void assess_plan(struct plan *plan)
{
	struct assessment a = { .plan = plan, .size_limit = plan->hazard_size_bytes };

	a.created = created_new();
	a.standing = standing_new(&plan->arena);
	for (size_t i = 0; i < plan->step_count; i++)
		step_assess(&a, &plan->steps[i]);
	created_free(a.created);
}
