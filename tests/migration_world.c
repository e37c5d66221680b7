// SPDX-License-Identifier: GPL-3.0-or-later
#include "migration_world.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "scratch.h"

int migration_world_start(void **state)
{
	struct migration_world *w = mem_new(struct migration_world);

	w->dir = scratch_new();
	w->deep = deep_new();
	w->late = LATE_REFUSE;
	*state = w;
	return 0;
}

int migration_world_end(void **state)
{
	struct migration_world *w = *state;

	plan_release(&w->plan);
	source_close(&w->set);
	deep_free(w->deep);
	scratch_remove(w->dir);
	free(w);
	return 0;
}

void world_file(struct migration_world *w, const char *name, const char *text)
{
	free(scratch_write(w->dir, name, text));
}

static enum exit_code world_say(struct migration_world *w, enum exit_code exit)
{
	const struct err *e = &w->e;
	size_t n = strlen(w->dir) + 1;

	w->exit = exit;
	w->said[0] = '\0';
	if (exit == EXIT_DONE)
		return exit;
	if (e->file)
		snprintf(w->said, sizeof(w->said),
			"%s:%d:%d: ", strncmp(e->file, w->dir, n - 1) == 0 ? e->file + n : e->file,
			e->line, e->column);
	size_t used = strlen(w->said);
	snprintf(w->said + used, sizeof(w->said) - used, "%s; %s", e->text, e->hint);
	return exit;
}

enum exit_code world_open(struct migration_world *w, const char *format)
{
	plan_release(&w->plan);
	source_close(&w->set);
	return world_say(w, source_open(&w->set, w->deep, w->dir, format, &w->e));
}

bool world_load(struct migration_world *w, size_t position, enum migration_section section)
{
	bool ok = source_load(&w->set, w->set.items[position], section, &w->e);
	world_say(w, ok ? EXIT_DONE : EXIT_ERROR);
	return ok;
}

enum exit_code world_plan(
	struct migration_world *w, enum plan_direction direction, const char *goal)
{
	struct plan_request request = { .set = &w->set,
		.applied = w->applied,
		.applied_count = w->applied_count,
		.direction = direction,
		.late = w->late,
		.project = "main" };

	plan_release(&w->plan);
	enum exit_code exit = goal_parse(&w->set, goal, &request.goal, &w->e);
	if (exit == EXIT_DONE)
		exit = plan_make(&w->plan, &request, &w->e);
	return world_say(w, exit);
}

/* The words live as long as the plan or the set they are about. */
static const char *keep(struct arena *arena, struct str *s)
{
	const char *kept = arena_strdup(arena, str_c(s));
	str_release(s);
	return kept;
}

const char *world_steps(struct migration_world *w)
{
	struct str s = { 0 };

	for (size_t i = 0; i < w->plan.step_count; i++) {
		const struct plan_step *step = &w->plan.steps[i];
		str_addf(&s, "%s%s %s %zu/%zu %c:", i ? " | " : "", step->migration->rev,
			migration_section_word(step->section), step->ordinal, step->ordinal_count,
			step->is_lone ? 'L' : 'G');
		for (size_t k = 0; k < step->statement_count; k++)
			str_addf(&s, "%s %s", k ? "," : "", step->statements[k].sql.tag);
	}
	return keep(&w->plan.arena, &s);
}

const char *world_order(struct migration_world *w)
{
	struct str s = { 0 };

	for (size_t i = 0; i < w->set.count; i++)
		str_addf(&s, "%s%s", i ? " " : "", w->set.items[i]->rev);
	return keep(&w->set.arena, &s);
}
