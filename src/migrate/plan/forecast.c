// SPDX-License-Identifier: GPL-3.0-or-later
#include "migrate/plan/forecast.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "migrate/plan/assess.h"
#include "migrate/plan/created.h"
#include "migrate/plan/hazards.h"

static int text_compare(const char *a, const char *b)
{
	if (!a || !b)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

static int size_compare(const void *a, const void *b)
{
	const struct table_size *x = a, *y = b;
	int order = text_compare(x->name, y->name);
	return order ? order : text_compare(x->schema, y->schema);
}

static int name_compare(const void *a, const void *b)
{
	const struct object_name *x = a, *y = b;
	int order = text_compare(x->name, y->name);
	return order ? order : text_compare(x->schema, y->schema);
}

/* What one action asks. */
struct wish {
	struct object_name table;
	bool is_sized;
	const char *column; /* NULL = none */
};

/* Every action of the plan, in order. All in the plan's arena. */
struct gathering {
	struct plan *plan;
	struct created *created;
	struct wish *wishes;
	size_t count, capacity;
	struct object_name *types;
	size_t type_count, type_capacity;
};

static int wish_compare(const void *a, const void *b)
{
	const struct wish *x = a, *y = b;
	int order = name_compare(&x->table, &y->table);

	return order ? order : text_compare(x->column, y->column);
}

static void wish_add(struct gathering *g, const struct action *action)
{
	g->wishes =
		arena_room(&g->plan->arena, g->wishes, g->count, &g->capacity, sizeof(*g->wishes));
	g->wishes[g->count++] = (struct wish){ .table = action->table,
		.is_sized = hazard_asks_size(action),
		.column = hazard_asks_column(action) ? action->part : NULL };
	if (!action->named_type.name)
		return;
	g->types = arena_room(
		&g->plan->arena, g->types, g->type_count, &g->type_capacity, sizeof(*g->types));
	g->types[g->type_count++] = action->named_type;
}

static void gather(struct gathering *g, const struct statement *sql)
{
	for (size_t i = 0; i < sql->action_count; i++) {
		const struct action *action = &sql->actions[i];
		if (hazard_asks_table(action) && !created_has(g->created, &action->table))
			wish_add(g, action);
	}
	for (size_t i = 0; i < sql->action_count; i++) {
		/* IF NOT EXISTS: whether it stands already is the question. */
		if (!sql->actions[i].if_exists)
			created_note(g->created, &sql->actions[i], NULL);
	}
}

/* Wishes of one table stand together, those of one column too. */
static void tables_write(struct gathering *g, struct catalog_question *question)
{
	struct arena *arena = &g->plan->arena;
	struct object_name *tables = arena_array(arena, struct object_name, g->count + 1);
	bool *is_sized = arena_array(arena, bool, g->count + 1);
	struct column_question *columns = arena_array(arena, struct column_question, g->count + 1);

	for (size_t i = 0; i < g->count; i++) {
		const struct wish *wish = &g->wishes[i];
		if (!i || name_compare(&wish[-1].table, &wish->table) != 0)
			tables[question->table_count++] = wish->table;
		is_sized[question->table_count - 1] |= wish->is_sized;
		if (wish->column && (!i || wish_compare(wish - 1, wish) != 0))
			columns[question->column_count++] =
				(struct column_question){ question->table_count - 1, wish->column };
	}
	question->tables = tables;
	question->is_sized = is_sized;
	question->columns = columns;
}

static void types_write(struct gathering *g, struct catalog_question *question)
{
	size_t kept = 0;

	if (g->type_count)
		qsort(g->types, g->type_count, sizeof(*g->types), name_compare);
	for (size_t i = 0; i < g->type_count; i++) {
		if (!kept || name_compare(&g->types[kept - 1], &g->types[i]) != 0)
			g->types[kept++] = g->types[i];
	}
	question->types = g->types;
	question->type_count = kept;
}

void forecast_question(struct plan *plan, struct catalog_question *question)
{
	struct gathering g = { .plan = plan, .created = created_new() };

	*question = (struct catalog_question){ 0 };
	for (size_t i = 0; i < plan->step_count; i++) {
		for (size_t k = 0; k < plan->steps[i].statement_count; k++)
			gather(&g, &plan->steps[i].statements[k].sql);
	}
	created_free(g.created);
	if (g.count)
		qsort(g.wishes, g.count, sizeof(*g.wishes), wish_compare);
	tables_write(&g, question);
	types_write(&g, question);
}

static const struct table_partner *partners_keep(struct arena *arena, const struct table_size *size)
{
	struct table_partner *kept = arena_array(arena, struct table_partner, size->partner_count);

	for (size_t i = 0; i < size->partner_count; i++) {
		const struct table_partner *partner = &size->partners[i];
		const char **columns = arena_array(arena, const char *, partner->column_count + 1);
		for (size_t k = 0; k < partner->column_count; k++)
			columns[k] = arena_strdup(arena, partner->columns[k]);
		kept[i] = *partner;
		kept[i].schema = arena_strdup(arena, partner->schema);
		kept[i].name = arena_strdup(arena, partner->name);
		kept[i].constraint = arena_strdup(arena, partner->constraint);
		kept[i].columns = columns;
	}
	return kept;
}

static const struct table_column *columns_keep(struct arena *arena, const struct table_size *size)
{
	struct table_column *kept = arena_array(arena, struct table_column, size->column_count);

	for (size_t i = 0; i < size->column_count; i++) {
		kept[i] = size->columns[i];
		kept[i].name = arena_strdup(arena, size->columns[i].name);
		kept[i].type = arena_strdup(arena, size->columns[i].type);
		kept[i].collation = arena_strdup(arena, size->columns[i].collation);
	}
	return kept;
}

static void sizes_keep(struct plan *plan, const struct catalog_answer *answer)
{
	size_t count = answer->size_count;
	struct table_size *kept = arena_array(&plan->arena, struct table_size, count + 1);

	for (size_t i = 0; i < count; i++) {
		kept[i] = answer->sizes[i];
		kept[i].schema = arena_strdup(&plan->arena, answer->sizes[i].schema);
		kept[i].name = arena_strdup(&plan->arena, answer->sizes[i].name);
		kept[i].found_schema = arena_strdup(&plan->arena, answer->sizes[i].found_schema);
		kept[i].partners = partners_keep(&plan->arena, &answer->sizes[i]);
		kept[i].columns = columns_keep(&plan->arena, &answer->sizes[i]);
	}
	if (count)
		qsort(kept, count, sizeof(*kept), size_compare);
	plan->sizes = kept;
	plan->size_count = count;
}

static void types_keep(struct plan *plan, const struct catalog_answer *answer)
{
	struct type_fact *kept =
		arena_array(&plan->arena, struct type_fact, answer->type_count + 1);

	for (size_t i = 0; i < answer->type_count; i++) {
		kept[i] = answer->types[i];
		kept[i].schema = arena_strdup(&plan->arena, answer->types[i].schema);
		kept[i].name = arena_strdup(&plan->arena, answer->types[i].name);
		kept[i].base = arena_strdup(&plan->arena, answer->types[i].base);
	}
	plan->types = kept;
	plan->type_count = answer->type_count;
	plan->time_zone = arena_strdup(&plan->arena, answer->time_zone);
}

const struct table_size *forecast_size(const struct plan *plan, const struct object_name *table)
{
	struct table_size key = { .schema = table->schema, .name = table->name };

	if (!table->name || !plan->size_count)
		return NULL;
	return bsearch(&key, plan->sizes, plan->size_count, sizeof(key), size_compare);
}

static bool is_in_schema(const struct table_size *size, const char *schema, size_t len)
{
	const char *found = size->found_schema ? size->found_schema : size->schema;
	return !found || (strlen(found) == len && strncmp(found, schema, len) == 0);
}

const struct table_size *forecast_object_size(const struct plan *plan, const char *object)
{
	const char *dot = strchr(object, '.');
	const char *name = dot ? dot + 1 : object;

	for (size_t i = 0; i < plan->size_count; i++) {
		const struct table_size *size = &plan->sizes[i];
		if (size->exists && strcmp(size->name, name) == 0 &&
			(!dot || is_in_schema(size, object, (size_t)(dot - object))))
			return size;
	}
	return NULL;
}

const struct table_column *forecast_column(const struct table_size *size, const char *name)
{
	for (size_t i = 0; name && i < size->column_count; i++) {
		if (strcmp(size->columns[i].name, name) == 0)
			return &size->columns[i];
	}
	return NULL;
}

const struct type_fact *forecast_type(const struct plan *plan, const struct object_name *type)
{
	for (size_t i = 0; type->name && i < plan->type_count; i++) {
		const struct type_fact *known = &plan->types[i];
		if (known->exists && text_compare(known->name, type->name) == 0 &&
			text_compare(known->schema, type->schema) == 0)
			return known;
	}
	return NULL;
}

void forecast_apply(
	struct plan *plan, const struct catalog_answer *answer, int64_t hazard_size_bytes)
{
	static const struct catalog_answer nothing;

	sizes_keep(plan, answer ? answer : &nothing);
	types_keep(plan, answer ? answer : &nothing);
	plan->hazard_size_bytes = hazard_size_bytes;
	assess_plan(plan);
}

void forecast_skip(struct plan *plan, size_t step)
{
	plan->steps[step].is_skipped = true;
	assess_plan(plan);
}
