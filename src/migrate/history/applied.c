// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * From what the server keeps to what the planner reads: one applied_revision for each migration, oldest first.
 */
#include "migrate/history/history.h"

#include "base/compiler.h"
#include "base/mem.h"
#include "migrate/history/history_class.h"

struct list {
	struct applied_revision *items; /* in the caller's arena */
	size_t count;
};

static struct applied_revision from_row(const struct history_row *row)
{
	static const enum applied_state states[] = {
		[HISTORY_APPLIED] = APPLIED_DONE,
		[HISTORY_STAMPED] = APPLIED_DONE,
		[HISTORY_PARTIAL] = APPLIED_PARTIAL,
		[HISTORY_FAILED] = APPLIED_FAILED,
	};
	bool is_half = states[row->state] != APPLIED_DONE;
	return (struct applied_revision){
		.rev = row->rev,
		.state = states[row->state],
		.was_going_down = is_half && row->direction == SECTION_DOWN,
		.steps_done = is_half && row->steps_done > 0 ? (size_t)row->steps_done : 0,
		.sha256 = row->sha256,
		.sha256_norm = row->sha256_norm,
	};
}

static struct applied_revision from_unfinished(const struct history_unfinished *u)
{
	return (struct applied_revision){
		.rev = u->rev,
		.state = APPLIED_PARTIAL,
		.was_going_down = u->direction == SECTION_DOWN,
		.steps_done = u->steps_done,
	};
}

static int application_order(const void *a, const void *b)
{
	const struct history_row *left = *(const struct history_row *const *)a;
	const struct history_row *right = *(const struct history_row *const *)b;
	if (left->applied_us != right->applied_us && value_is_known(left->applied_us) &&
		value_is_known(right->applied_us))
		return left->applied_us < right->applied_us ? -1 : 1;
	/* What is half done has no time yet: it is the newest. */
	if (value_is_known(left->applied_us) != value_is_known(right->applied_us))
		return value_is_known(left->applied_us) ? -1 : 1;
	if (left->number != right->number)
		return left->number < right->number ? -1 : 1;
	return strcmp(left->rev, right->rev);
}

/* Every row is a migration; one that only the store knows comes last, or stands for its row. */
static void from_rows(const struct history *history, struct list *list)
{
	const struct history_unfinished *u = history->unfinished;
	const struct history_row **order =
		mem_resize(NULL, history->row_count + 1, sizeof(const struct history_row *));
	bool is_used = false;

	for (size_t i = 0; i < history->row_count; i++)
		order[i] = &history->rows[i];
	qsort(order, history->row_count, sizeof(*order), application_order);
	for (size_t i = 0; i < history->row_count; i++) {
		bool is_it = u && order[i]->number == u->number &&
			     (!history->class->is_adopted || strcmp(order[i]->rev, u->rev) == 0);
		list->items[list->count++] = is_it ? from_unfinished(u) : from_row(order[i]);
		is_used = is_used || is_it;
	}
	if (u && !is_used)
		list->items[list->count++] = from_unfinished(u);
	free(order);
}

/* A dirty row without a version: the first migration was on its way down. */
static void from_no_version(
	const struct history *history, const struct migration_set *set, struct list *list)
{
	if (!history->is_dirty || set->count == 0)
		return;
	list->items[list->count++] = (struct applied_revision){
		.rev = set->items[0]->rev,
		.state = APPLIED_PARTIAL,
		.was_going_down = true,
	};
}

static void from_single_row(
	const struct history *history, const struct migration_set *set, struct list *list)
{
	const struct history_row *row = &history->rows[0];
	const struct history_unfinished *u = history->is_dirty ? history->unfinished : NULL;

	for (size_t i = 0; i < set->count && set->items[i]->number < row->number; i++)
		list->items[list->count++] = (struct applied_revision){ .rev = set->items[i]->rev };
	struct applied_revision newest = from_row(row);
	if (u)
		newest = u->number == row->number ? from_unfinished(u)
						  : (struct applied_revision){ .rev = row->rev };
	list->items[list->count++] = newest;
	if (u && u->number != row->number)
		list->items[list->count++] = from_unfinished(u);
}

const struct applied_revision *history_applied(const struct history *history,
	const struct migration_set *set, struct arena *arena, size_t *count)
{
	size_t room = history->row_count + set->count + 2;
	struct list list = { .items = arena_array(arena, struct applied_revision, room) };

	if (!history->class->is_single_row)
		from_rows(history, &list);
	else if (history->row_count == 0)
		from_no_version(history, set, &list);
	else
		from_single_row(history, set, &list);
	*count = list.count;
	return list.items;
}
