// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/pool_trouble.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/compiler.h"

struct list {
	struct pool_trouble *items;
	size_t count;
};

static void add(struct list *list, enum status status, const char *fmt, ...) PRINTF(3, 4);

static void add(struct list *list, enum status status, const char *fmt, ...)
{
	struct pool_trouble trouble = { .status = status };
	size_t at = list->count;
	va_list args;

	va_start(args, fmt);
	vsnprintf(trouble.words, sizeof(trouble.words), fmt, args);
	va_end(args);
	/* among its equals the last */
	for (; at > 0 && list->items[at - 1].status < status; at--)
		list->items[at] = list->items[at - 1];
	list->items[at] = trouble;
	list->count++;
}

static void add_declared(const struct model *model, struct list *list)
{
	for (size_t i = 0; model->target && i < model->target->app_pool_count; i++) {
		const struct app_pool_state *state = &model->app_pools[i];
		if (state->status == STATUS_WARN || state->status == STATUS_CRIT)
			add(list, state->status, "%.48s: %s", model->target->app_pools[i].name,
				state->reason);
	}
}

/* Not a word of dbtop's own pool but that no step is taken, since that is what a person would try next. */
static void add_budget(const struct model *model, struct list *list)
{
	for (size_t i = 0; i < model->budget_count; i++) {
		const struct budget_line *line = &model->budget[i];
		if (line->fits)
			continue;
		add(list, STATUS_WARN, "%s%.48s: %.100s%s",
			line->is_undeclared ? "" : "no room for ", line->name, line->words,
			line->is_own ? ": no step is taken" : "");
	}
}

size_t pool_troubles(const struct model *model, struct pool_trouble out[POOL_TROUBLES_MAX])
{
	const struct pool_health *pool = &model->pool;
	struct list list = { .items = out };

	for (size_t i = 0; i < pool->reason_count; i++)
		add(&list, pool->reason_status[i], "%s", pool->reasons[i]);
	add_declared(model, &list);
	add_budget(model, &list);
	return list.count;
}

enum status pool_status(const struct model *model)
{
	struct pool_trouble troubles[POOL_TROUBLES_MAX];
	size_t count = pool_troubles(model, troubles);

	if (count && troubles[0].status > model->pool.status)
		return troubles[0].status;
	return model->pool.status;
}

const char *pool_status_word(enum status status)
{
	static const char *const words[] = { [STATUS_OK] = "healthy",
		[STATUS_INFO] = "healthy",
		[STATUS_WARN] = "degraded",
		[STATUS_CRIT] = "unhealthy",
		[STATUS_STALE] = "unknown" };

	return words[status];
}
