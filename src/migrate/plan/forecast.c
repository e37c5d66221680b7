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

/* Every action of the plan, in order. */
struct gathering {
	struct plan *plan;
	struct created *created;
	struct object_name *names; /* in the plan's arena */
	size_t count, capacity;
};

static void gather(struct gathering *g, const struct statement *sql)
{
	for (size_t i = 0; i < sql->action_count; i++) {
		const struct action *action = &sql->actions[i];
		if (hazard_asks_size(action) && !created_has(g->created, &action->table)) {
			g->names = arena_room(&g->plan->arena, g->names, g->count, &g->capacity,
				sizeof(*g->names));
			g->names[g->count++] = action->table;
		}
	}
	for (size_t i = 0; i < sql->action_count; i++) {
		/* IF NOT EXISTS: whether it stands already is the question. */
		if (!sql->actions[i].if_exists)
			created_note(g->created, &sql->actions[i], NULL);
	}
}

const struct object_name *forecast_tables(struct plan *plan, size_t *count)
{
	struct gathering g = { .plan = plan, .created = created_new() };
	size_t kept = 0;

	for (size_t i = 0; i < plan->step_count; i++) {
		for (size_t k = 0; k < plan->steps[i].statement_count; k++)
			gather(&g, &plan->steps[i].statements[k].sql);
	}
	created_free(g.created);
	if (g.count)
		qsort(g.names, g.count, sizeof(*g.names), name_compare);
	for (size_t i = 0; i < g.count; i++) {
		if (!kept || name_compare(&g.names[kept - 1], &g.names[i]) != 0)
			g.names[kept++] = g.names[i];
	}
	*count = kept;
	return g.names;
}

static const struct table_partner *partners_keep(struct arena *arena, const struct table_size *size)
{
	struct table_partner *kept = arena_array(arena, struct table_partner, size->partner_count);

	for (size_t i = 0; i < size->partner_count; i++) {
		kept[i] = size->partners[i];
		kept[i].schema = arena_strdup(arena, size->partners[i].schema);
		kept[i].name = arena_strdup(arena, size->partners[i].name);
		kept[i].constraint = arena_strdup(arena, size->partners[i].constraint);
	}
	return kept;
}

static void sizes_keep(struct plan *plan, const struct table_size *sizes, size_t count)
{
	struct table_size *kept = arena_array(&plan->arena, struct table_size, count + 1);

	for (size_t i = 0; i < count; i++) {
		kept[i] = sizes[i];
		kept[i].schema = arena_strdup(&plan->arena, sizes[i].schema);
		kept[i].name = arena_strdup(&plan->arena, sizes[i].name);
		kept[i].found_schema = arena_strdup(&plan->arena, sizes[i].found_schema);
		kept[i].partners = partners_keep(&plan->arena, &sizes[i]);
	}
	if (count)
		qsort(kept, count, sizeof(*kept), size_compare);
	plan->sizes = kept;
	plan->size_count = count;
}

const struct table_size *forecast_size(const struct plan *plan, const struct object_name *table)
{
	struct table_size key = { .schema = table->schema, .name = table->name };

	if (!table->name || !plan->size_count)
		return NULL;
	return bsearch(&key, plan->sizes, plan->size_count, sizeof(key), size_compare);
}

void forecast_apply(
	struct plan *plan, const struct table_size *sizes, size_t count, int64_t hazard_size_bytes)
{
	sizes_keep(plan, sizes, count);
	assess_plan(plan, hazard_size_bytes);
}
