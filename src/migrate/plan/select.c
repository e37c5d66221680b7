// SPDX-License-Identifier: GPL-3.0-or-later
#include "migrate/plan/select.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "migrate/source/source.h"

void plan_warn(struct plan *plan, const char *fmt, ...)
{
	char words[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	plan->warnings = arena_room(&plan->arena, plan->warnings, plan->warning_count,
		&plan->warning_capacity, sizeof(*plan->warnings));
	plan->warnings[plan->warning_count++] = arena_strdup(&plan->arena, words);
}

static void history_map(struct selection *s, const struct plan_request *request)
{
	const struct migration_set *set = request->set;

	*s = (struct selection){ .request = request,
		.items = mem_zero((set->count + 1) * sizeof(struct migration *)),
		.chosen = mem_zero(set->count + 1),
		.history = mem_zero((set->count + 1) * sizeof(struct applied_revision *)),
		.files = mem_zero((request->applied_count + 1) * sizeof(struct migration *)) };
	for (size_t i = 0; i < request->applied_count; i++) {
		s->files[i] = graph_find_exact(set, request->applied[i].rev);
		if (s->files[i])
			s->history[s->files[i]->position] = &request->applied[i];
	}
}

void selection_release(struct selection *selection)
{
	free(selection->items);
	free(selection->chosen);
	free(selection->history);
	free(selection->files);
	*selection = (struct selection){ 0 };
}

static bool is_done(const struct selection *s, const struct migration *migration)
{
	const struct applied_revision *applied = s->history[migration->position];
	return applied && applied->state == APPLIED_DONE;
}

size_t selection_steps_done(const struct selection *selection, const struct migration *migration)
{
	const struct applied_revision *applied = selection->history[migration->position];
	bool goes_down = selection->request->direction == PLAN_DOWN;

	if (!applied || applied->state == APPLIED_DONE || applied->was_going_down != goes_down)
		return 0;
	return applied->steps_done;
}

static bool is_chosen(const struct selection *s, const struct migration *migration)
{
	return s->chosen[migration->position];
}

static void choose(struct selection *s, struct migration *migration)
{
	s->items[s->count++] = migration;
	s->chosen[migration->position] = true;
}

/* ---- missing and changed ---- */

static enum exit_code missing(const struct selection *s, const char *rev, struct err *e)
{
	err_set(e, ERR_CONFLICT, "%s is applied, but its file is missing from %s", rev,
		s->request->set->dir);
	err_hint(e,
		"get the file back, or say with `dbtop repair --mark absent %s --reason \"…\"` "
		"that it is gone",
		rev);
	return EXIT_MISMATCH;
}

/* goose goes on without the file, so a guest of goose does too. */
static enum exit_code check_missing(const struct selection *s, struct plan *plan, struct err *e)
{
	const struct plan_request *request = s->request;
	bool warns = strcmp(request->set->format, "goose") == 0 || request->direction == PLAN_DOWN;

	for (size_t i = 0; i < request->applied_count; i++) {
		const char *rev = request->applied[i].rev;
		if (s->files[i])
			continue;
		if (!warns)
			return missing(s, rev, e);
		plan_warn(plan, "%s is applied, but its file is missing", rev);
	}
	return EXIT_DONE;
}

static enum exit_code changed(const struct selection *s, struct plan *plan,
	const struct applied_revision *applied, struct migration *file, struct err *e)
{
	const char *path = file->sections[SECTION_UP].path;

	if (applied->sha256_norm && !source_normalize(s->request->set, file, e))
		return EXIT_ERROR;
	if (applied->sha256_norm && strcmp(applied->sha256_norm, file->sha256_norm) == 0) {
		plan_warn(plan, "%s:1:1: another formatting than when it was applied", path);
		return EXIT_DONE;
	}
	err_at(e, path, 1, 1, "has changed since it was applied");
	err_hint(e, "put it back as it was, and write a new migration for what is new");
	e->kind = ERR_CONFLICT;
	return EXIT_MISMATCH;
}

static enum exit_code check_changed(const struct selection *s, struct plan *plan, struct err *e)
{
	for (size_t i = 0; i < s->request->applied_count; i++) {
		const struct applied_revision *applied = &s->request->applied[i];
		struct migration *file = s->files[i];
		if (!file || !applied->sha256 || !file->sections[SECTION_UP].path)
			continue;
		if (!source_read(s->request->set, file, e))
			return EXIT_ERROR;
		if (strcmp(applied->sha256, file->sha256) == 0)
			continue;
		enum exit_code exit = changed(s, plan, applied, file, e);
		if (exit != EXIT_DONE)
			return exit;
	}
	return EXIT_DONE;
}

/* ---- up ---- */

/* Mark a migration and all it builds on. */
static void mark_ancestors(const struct migration_set *set, struct migration *from, bool *wanted)
{
	struct migration **stack = mem_zero((set->count + 1) * sizeof(struct migration *));
	size_t depth = 0;

	if (!wanted[from->position])
		stack[depth++] = from;
	wanted[from->position] = true;
	while (depth) {
		const struct migration *migration = stack[--depth];
		for (size_t i = 0; i < migration->parent_count; i++) {
			struct migration *parent = migration->parent_items[i];
			if (wanted[parent->position])
				continue;
			wanted[parent->position] = true;
			stack[depth++] = parent;
		}
	}
	free(stack);
}

static enum exit_code goal_wrong(enum plan_direction direction, struct err *e)
{
	if (direction == PLAN_UP) {
		err_set(e, ERR_USAGE, "an upgrade goes to head, heads, +N or a revision");
		err_hint(e, "the way back is `dbtop downgrade`");
	} else {
		err_set(e, ERR_USAGE, "a downgrade goes to base, -N or a revision");
		err_hint(e, "the way forward is `dbtop upgrade`");
	}
	return EXIT_USAGE;
}

static enum exit_code up_wanted(const struct selection *s, bool *wanted, struct err *e)
{
	const struct migration_set *set = s->request->set;
	struct migration *head = s->request->goal.migration;
	enum exit_code exit = EXIT_DONE;

	switch (s->request->goal.kind) {
	case GOAL_BASE:
	case GOAL_DOWN_BY: return goal_wrong(PLAN_UP, e);
	case GOAL_HEADS:
		for (size_t i = 0; i < set->count; i++)
			wanted[i] = true;
		return EXIT_DONE;
	case GOAL_HEAD:
	case GOAL_UP_BY: exit = graph_head(set, &head, e); break;
	case GOAL_REVISION: break;
	}
	if (exit == EXIT_DONE && head)
		mark_ancestors(set, head, wanted);
	return exit;
}

/* In order of the files; what an interrupted run has begun comes along whatever the goal is. */
static enum exit_code up_choose(struct selection *s, const bool *wanted, struct err *e)
{
	const struct plan_request *request = s->request;
	bool is_counted = request->goal.kind == GOAL_UP_BY;

	for (size_t i = 0; i < request->set->count; i++) {
		struct migration *migration = request->set->items[i];
		if (is_done(s, migration) || (!wanted[i] && !s->history[i]))
			continue;
		if (is_counted && s->count == request->goal.count)
			break;
		choose(s, migration);
	}
	if (!is_counted || s->count == request->goal.count)
		return EXIT_DONE;
	err_set(e, ERR_USAGE, "+%zu: only %zu %s pending", request->goal.count, s->count,
		s->count == 1 ? "is" : "are");
	err_hint(e, "`dbtop upgrade` alone goes to head");
	return EXIT_USAGE;
}

static enum exit_code late_refuse(
	const struct migration *late, const struct migration *newest, struct err *e)
{
	err_at(e, late->sections[SECTION_UP].path, 1, 1,
		"is pending, but older than the newest applied, %s_%s", newest->rev, newest->name);
	err_hint(e, "give it a version above that, or allow late ones with `order = allow`");
	e->kind = ERR_CONFLICT;
	return EXIT_MISMATCH;
}

static enum exit_code check_late(struct selection *s, struct plan *plan, struct err *e)
{
	const struct migration *newest = NULL;
	enum late_order order = s->request->late;

	for (size_t i = 0; i < s->request->applied_count; i++) {
		const struct migration *file = s->files[i];
		if (file && is_done(s, file) && (!newest || file->position > newest->position))
			newest = file;
	}
	if (newest && order == LATE_ASK)
		s->asks_before = newest->position;
	for (size_t i = 0; newest && i < s->count; i++) {
		const struct migration *migration = s->items[i];
		if (migration->position > newest->position || s->history[migration->position])
			continue;
		if (order != LATE_ALLOW && order != LATE_ASK)
			return late_refuse(migration, newest, e);
		plan->late_count++;
		plan_warn(plan, "%s_%s is older than the newest applied, %s", migration->rev,
			migration->name, newest->rev);
	}
	return EXIT_DONE;
}

static enum exit_code choose_up(struct selection *s, struct plan *plan, struct err *e)
{
	bool *wanted = mem_zero(s->request->set->count + 1);
	enum exit_code exit = up_wanted(s, wanted, e);

	if (exit == EXIT_DONE)
		exit = up_choose(s, wanted, e);
	free(wanted);
	return exit != EXIT_DONE ? exit : check_late(s, plan, e);
}

/* ---- down ---- */

/* How far back: everything, the last N, or what was built on a revision. */
static enum exit_code down_wanted(
	const struct selection *s, bool *wanted, size_t *most, struct err *e)
{
	const struct migration_set *set = s->request->set;
	const struct goal *goal = &s->request->goal;

	*most = s->request->applied_count;
	for (size_t i = 0; i < set->count; i++)
		wanted[i] = true;
	switch (goal->kind) {
	case GOAL_HEAD:
	case GOAL_HEADS:
	case GOAL_UP_BY: return goal_wrong(PLAN_DOWN, e);
	case GOAL_BASE: return EXIT_DONE;
	case GOAL_DOWN_BY: *most = goal->count; return EXIT_DONE;
	case GOAL_REVISION: break;
	}
	if (!s->history[goal->migration->position]) {
		err_set(e, ERR_USAGE, "%s_%s is not applied", goal->migration->rev,
			goal->migration->name);
		err_hint(e,
			"name the revision that is to stay the newest; `dbtop status` lists them");
		return EXIT_USAGE;
	}
	for (size_t i = 0; i < set->count; i++) {
		const struct migration *migration = set->items[i];
		bool builds_on = false;
		for (size_t k = 0; k < migration->parent_count; k++) {
			const struct migration *parent = migration->parent_items[k];
			builds_on =
				builds_on || parent == goal->migration || wanted[parent->position];
		}
		wanted[i] = builds_on && migration != goal->migration;
	}
	return EXIT_DONE;
}

/* Written parents bind; those implied by names do not: a late one may go before what is newer by name. */
static enum exit_code check_children(const struct selection *s, struct err *e)
{
	const struct migration_set *set = s->request->set;

	for (size_t i = 0; i < set->count; i++) {
		const struct migration *child = set->items[i];
		if (!child->has_own_parents || !s->history[i] || is_chosen(s, child))
			continue;
		for (size_t k = 0; k < child->parent_count; k++) {
			const struct migration *parent = child->parent_items[k];
			if (!is_chosen(s, parent))
				continue;
			err_set(e, ERR_CONFLICT, "%s_%s cannot go: %s_%s builds on it", parent->rev,
				parent->name, child->rev, child->name);
			err_hint(e, "go back further: `dbtop downgrade %s` takes both",
				parent->parent_count ? parent->parents[0] : "base");
			return EXIT_GRAPH;
		}
	}
	return EXIT_DONE;
}

static enum exit_code choose_down(struct selection *s, struct err *e)
{
	const struct plan_request *request = s->request;
	bool *wanted = mem_zero(request->set->count + 1);
	size_t most;
	bool is_behind_goal = false; /* what was applied before the goal stays, file or not */
	enum exit_code exit = down_wanted(s, wanted, &most, e);

	for (size_t i = request->applied_count; exit == EXIT_DONE && i-- > 0 && s->count < most;) {
		struct migration *file = s->files[i];
		is_behind_goal = is_behind_goal || (file && file == request->goal.migration);
		if (!file && !is_behind_goal)
			exit = missing(s, request->applied[i].rev, e);
		else if (file && wanted[file->position])
			choose(s, file);
	}
	free(wanted);
	if (exit != EXIT_DONE)
		return exit;
	if (request->goal.kind == GOAL_DOWN_BY && request->applied_count < most && s->count) {
		err_set(e, ERR_USAGE, "-%zu: only %zu %s applied", most, s->count,
			s->count == 1 ? "is" : "are");
		err_hint(e, "`dbtop downgrade base` takes all of them");
		return EXIT_USAGE;
	}
	return check_children(s, e);
}

/* ---- both ---- */

/* What was interrupted is settled first, in the direction that can settle it. */
static enum exit_code check_interrupted(const struct selection *s, struct err *e)
{
	for (size_t i = 0; i < s->request->applied_count; i++) {
		const struct applied_revision *applied = &s->request->applied[i];
		bool goes_down = s->request->direction == PLAN_DOWN;
		if (applied->state == APPLIED_DONE)
			continue;
		bool is_here = s->files[i] && is_chosen(s, s->files[i]);
		if (is_here && (goes_down || !applied->was_going_down))
			continue;
		err_set(e, ERR_CONFLICT, "%s is half done: it was interrupted on its way %s",
			applied->rev, applied->was_going_down ? "down" : "up");
		err_hint(e, "finish that first with `dbtop %s`, or settle it with `dbtop repair`",
			applied->was_going_down ? "downgrade" : "upgrade");
		return EXIT_FAILED_PARTWAY;
	}
	return EXIT_DONE;
}

static void name_ends_of_plan(const struct selection *s, struct plan *plan)
{
	const struct plan_request *request = s->request;

	for (size_t i = 0; i < request->applied_count; i++) {
		const char *rev = arena_strdup(&plan->arena, request->applied[i].rev);
		bool goes = s->files[i] && is_chosen(s, s->files[i]);
		if (request->applied[i].state == APPLIED_DONE)
			plan->from = rev;
		if (request->direction == PLAN_DOWN && !goes)
			plan->to = rev;
	}
	if (request->direction == PLAN_UP)
		plan->to = s->count ? s->items[s->count - 1]->rev : plan->from;
}

enum exit_code selection_make(struct selection *selection, struct plan *plan,
	const struct plan_request *request, struct err *e)
{
	enum exit_code exit;

	history_map(selection, request);
	exit = check_missing(selection, plan, e);
	if (exit == EXIT_DONE)
		exit = check_changed(selection, plan, e);
	if (exit == EXIT_DONE)
		exit = request->direction == PLAN_UP ? choose_up(selection, plan, e)
						     : choose_down(selection, e);
	if (exit == EXIT_DONE)
		exit = check_interrupted(selection, e);
	if (exit == EXIT_DONE)
		name_ends_of_plan(selection, plan);
	return exit;
}

size_t plan_count_pending(const struct plan_request *request)
{
	struct selection selection;
	size_t count = 0;

	history_map(&selection, request);
	for (size_t i = 0; i < request->set->count; i++)
		count += selection.history[i] == NULL;
	selection_release(&selection);
	return count;
}
