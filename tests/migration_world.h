/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Migration world: a scratch directory of migrations, opened, for the tests of source and plan.
 */
#ifndef DBTOP_TESTS_MIGRATION_WORLD_H
#define DBTOP_TESTS_MIGRATION_WORLD_H

#include <stdbool.h>

#include "base/err.h"
#include "migrate/plan/planner.h"
#include "migrate/source/source.h"
#include "parse/deep.h"

struct migration_world {
	char *dir;
	struct deep *deep;
	struct migration_set set;
	struct plan plan;
	struct err e;
	enum exit_code exit;
	char said
		[1400]; /* the last error as "NAME:line:column: text; hint", without the directory */
	const struct applied_revision *applied;
	size_t applied_count;
	enum late_order late;
};

/* cmocka's setup and teardown: *state is the world. */
int migration_world_start(void **state);
int migration_world_end(void **state);

void world_file(struct migration_world *w, const char *name, const char *text);
/* Open with a pinned format, or NULL; exit and said are filled. */
enum exit_code world_open(struct migration_world *w, const char *format);
/* Load a section of the item at `position`. */
bool world_load(struct migration_world *w, size_t position, enum migration_section section);
/* Plan to a goal as typed; the set must be open. */
enum exit_code world_plan(
	struct migration_world *w, enum plan_direction direction, const char *goal);
/* "20240101 up G: CREATE TABLE, CREATE INDEX | …", the plan in one line; lives with the plan. */
const char *world_steps(struct migration_world *w);
/* "a b c" of the revisions in order. */
const char *world_order(struct migration_world *w);

#endif
