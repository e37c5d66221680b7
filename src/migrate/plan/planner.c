// SPDX-License-Identifier: GPL-3.0-or-later
#include "migrate/plan/planner.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "migrate/plan/digest.h"
#include "migrate/plan/forecast.h"
#include "migrate/plan/select.h"
#include "migrate/plan/steps.h"
#include "migrate/source/source.h"

void plan_release(struct plan *plan)
{
	arena_release(&plan->arena);
	*plan = (struct plan){ 0 };
}

static bool irreversible(const struct migration *migration, struct err *e)
{
	err_at(e, migration->sections[SECTION_UP].path, 1, 1, "%s_%s cannot be undone: %s",
		migration->rev, migration->name, migration->irreversible);
	return err_hint(e, "go forward instead: a new migration that mends what is wrong");
}

/* An up that is not there: only golang-migrate's half pairs. */
static bool absent_up(const struct migration *migration, struct err *e)
{
	err_at(e, migration->sections[SECTION_DOWN].path, 1, 1,
		"half a pair: there is no %s_%s.up.sql to apply", migration->rev, migration->name);
	return err_hint(e, "write it; an empty file is enough when nothing is meant");
}

static bool absent_down(const struct migration *migration, struct err *e)
{
	err_at(e, migration->sections[SECTION_UP].path, 1, 1,
		"%s_%s has no down: it does not say how to undo it", migration->rev,
		migration->name);
	return err_hint(e, "write its down, or stop at %s", migration->rev);
}

static bool empty_down(const struct migration *migration, struct err *e)
{
	const struct migration_script *down = &migration->sections[SECTION_DOWN];

	err_at(e, down->path, down->first_line > 1 ? down->first_line - 1 : 1, 1,
		"%s_%s has an empty down: nothing would be undone", migration->rev,
		migration->name);
	return err_hint(e, "write its down, or `-- dbtop: irreversible` with the reason");
}

/* Other tools take an empty down for done; dbtop follows them and says so. */
static bool down_is_sound(const struct selection *selection, struct plan *plan,
	const struct migration *migration, struct err *e)
{
	const struct migration_script *down = &migration->sections[SECTION_DOWN];

	if (migration->irreversible)
		return irreversible(migration, e);
	if (!down->is_present)
		return absent_down(migration, e);
	if (down->statement_count)
		return true;
	if (source_is_own(selection->request->set))
		return empty_down(migration, e);
	plan_warn(
		plan, "%s:1:1: is empty: only the history forgets %s", down->path, migration->rev);
	return true;
}

static bool section_is_sound(const struct selection *selection, struct plan *plan,
	const struct migration *migration, struct err *e)
{
	if (plan->direction == PLAN_DOWN)
		return down_is_sound(selection, plan, migration, e);
	return migration->sections[SECTION_UP].is_present || absent_up(migration, e);
}

static bool sections_load(
	const struct selection *selection, enum plan_direction direction, struct err *e)
{
	struct migration_set *set = selection->request->set;
	struct migration *const *items = selection->items;
	size_t count = selection->count;

	if (direction == PLAN_DOWN)
		return source_load_many(set, items, count, SECTION_DOWN, e);
	return source_load_many(set, items, count, SECTION_UP, e) &&
	       source_load_many(set, items, count, SECTION_VERIFY, e);
}

/* Somebody has to say yes to a late one, also where its statements alone would need no word. */
static void steps_ask(const struct selection *selection, struct plan *plan)
{
	for (size_t i = 0; i < plan->step_count; i++) {
		size_t position = plan->steps[i].migration->position;
		plan->steps[i].asks_late =
			position < selection->asks_before && !selection->history[position];
	}
}

static bool steps_make(const struct selection *selection, struct plan *plan, struct err *e)
{
	enum migration_section section = plan->direction == PLAN_UP ? SECTION_UP : SECTION_DOWN;
	bool is_joined = !source_is_own(selection->request->set);

	if (!sections_load(selection, plan->direction, e))
		return false;
	plan->steps = arena_array(&plan->arena, struct plan_step, selection->count + 1);
	plan->step_capacity = selection->count + 1; /* most migrations are one step */
	for (size_t i = 0; i < selection->count; i++) {
		const struct migration *migration = selection->items[i];
		size_t done = selection_steps_done(selection, migration);
		if (!section_is_sound(selection, plan, migration, e) ||
			!steps_add(plan, migration, section, done, is_joined, e))
			return false;
	}
	steps_ask(selection, plan);
	plan->migration_count = selection->count;
	return true;
}

enum exit_code plan_make(struct plan *plan, const struct plan_request *request, struct err *e)
{
	struct selection selection;

	*plan = (struct plan){ .direction = request->direction };
	enum exit_code exit = selection_make(&selection, plan, request, e);
	if (exit == EXIT_DONE && !steps_make(&selection, plan, e))
		exit = EXIT_ERROR;
	if (exit == EXIT_DONE) {
		plan_digest(plan, request);
		forecast_apply(plan, NULL, FORECAST_SIZE_BYTES);
	} else {
		plan_release(plan);
	}
	selection_release(&selection);
	return exit;
}
