// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/attention.h"

#include <stdio.h>

#include "core/app.h"
#include "model/pool_trouble.h"

enum { VIEW_POOL = 2, VIEW_REPLICAS = 3, VIEW_MIGRATIONS = 4 };

struct list {
	struct attention items[ATTENTION_MAX];
	size_t count;
	const struct model *model;
};

static bool is_serious(enum status status)
{
	return status == STATUS_WARN || status == STATUS_CRIT;
}

/* The same object under the same view, whatever its figures say by now: the figures change, the trouble stays. */
static bool is_same_trouble(const struct attention *a, const struct attention *b)
{
	size_t n = strcspn(a->words, "0123456789");
	return a->view == b->view && strncmp(a->words, b->words, n) == 0 &&
	       strcspn(b->words, "0123456789") == n;
}

static int64_t first_seen(const struct list *list, const struct attention *item)
{
	const struct model *model = list->model;

	for (size_t i = 0; i < model->attention_count; i++) {
		if (is_same_trouble(&model->attention[i], item))
			return model->attention[i].since_wall_us;
	}
	return model->now_wall_us;
}

static void add(struct list *list, enum status status, int view, const char *words)
{
	if (!is_serious(status) || list->count == ATTENTION_MAX)
		return;
	struct attention *item = &list->items[list->count];
	*item = (struct attention){ .status = status, .view = view };
	snprintf(item->words, sizeof(item->words), "%s", words);
	item->since_wall_us = first_seen(list, item);
	list->count++;
}

static void add_pool(struct list *list)
{
	struct pool_trouble troubles[POOL_TROUBLES_MAX];
	size_t count = pool_troubles(list->model, troubles);

	for (size_t i = 0; i < count; i++)
		add(list, troubles[i].status, VIEW_POOL, troubles[i].words);
}

static void add_replicas(struct list *list)
{
	const struct replicas *replicas = &list->model->replicas;

	for (size_t i = 0; i < replicas->count; i++) {
		const struct replica *row = &replicas->rows[i];
		char words[sizeof(list->items[0].words)];
		snprintf(words, sizeof(words), "%.40s: %.80s", *row->name ? row->name : row->slot,
			row->reason);
		if (*row->reason)
			add(list, row->status, VIEW_REPLICAS, words);
	}
}

static void add_migrations(struct list *list)
{
	const struct migrations_view *view = &list->model->migrations;

	if (view->problem)
		add(list, view->status, VIEW_MIGRATIONS, view->problem);
	if (view->missing)
		add(list, STATUS_CRIT, VIEW_MIGRATIONS, view->missing);
}

static int compare(const void *a, const void *b)
{
	const struct attention *left = a, *right = b;

	if (left->status != right->status)
		return left->status == STATUS_CRIT ? -1 : 1;
	return (left->since_wall_us < right->since_wall_us) -
	       (left->since_wall_us > right->since_wall_us);
}

void attention_update(struct app *app)
{
	struct list list = { .model = &app->model };

	add_pool(&list);
	add_replicas(&list);
	add_migrations(&list);
	qsort(list.items, list.count, sizeof(list.items[0]), compare);
	memcpy(app->model.attention, list.items, sizeof(list.items));
	app->model.attention_count = list.count;
}
