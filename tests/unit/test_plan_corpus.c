// SPDX-License-Identifier: GPL-3.0-or-later
/* Whole directories: dbtop's own samples, and those of public projects where they are at hand. */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "corpus.h"
#include "migration_world.h"
#include "scratch.h"

static void say_failure(const struct migration_world *w, const char *dir)
{
	const char *file = w->e.file ? w->e.file : dir;
	print_error("%s:%d:%d: %s; %s\n", file, w->e.line, w->e.column, w->e.text, w->e.hint);
}

static void plan_way(struct migration_world *w, const char *dir, enum plan_direction direction,
	enum goal_kind goal)
{
	struct plan_request request = { .set = &w->set,
		.applied = w->applied,
		.applied_count = w->applied_count,
		.direction = direction,
		.goal = { .kind = goal },
		.project = "main" };

	plan_release(&w->plan);
	if (plan_make(&w->plan, &request, &w->e) != EXIT_DONE) {
		say_failure(w, dir);
		fail();
	}
	assert_int_equal(w->plan.migration_count, w->set.count);
}

/* Up from nothing, then everything down again. */
static void both_ways(struct migration_world *w, const char *dir)
{
	source_close(&w->set);
	w->applied_count = 0;
	if (source_open(&w->set, w->deep, dir, NULL, &w->e) != EXIT_DONE) {
		say_failure(w, dir);
		fail();
	}
	plan_way(w, dir, PLAN_UP, GOAL_HEAD);
	struct applied_revision *applied =
		arena_array(&w->set.arena, struct applied_revision, w->set.count);
	for (size_t i = 0; i < w->set.count; i++)
		applied[i].rev = w->set.items[i]->rev;
	w->applied = applied;
	w->applied_count = w->set.count;
	plan_way(w, dir, PLAN_DOWN, GOAL_BASE);
	assert_null(w->plan.to);
}

/* Directories of the corpus, each once. */
struct places {
	char *dirs[8];
	size_t count;
};

static void note_place(void *arg, const char *path, const char *text, size_t len)
{
	struct places *places = arg;
	size_t n = (size_t)(strrchr(path, '/') - path);

	(void)text;
	(void)len;
	if (places->count && strncmp(places->dirs[places->count - 1], path, n) == 0)
		return;
	assert_true(places->count < ARRAY_SIZE(places->dirs));
	places->dirs[places->count++] = mem_strndup(path, n);
}

static void directories_of_others_plan_both_ways(void **state)
{
	struct migration_world *w = *state;
	struct places places = { .count = 0 };

	if (!corpus_each(note_place, &places))
		skip();
	for (size_t i = 0; i < places.count; i++) {
		both_ways(w, places.dirs[i]);
		free(places.dirs[i]);
	}
}

static void the_sample_shop_opens_and_plans(void **state)
{
	struct migration_world *w = *state;
	const char *top = getenv("top_srcdir");
	char *dir = mem_printf("%s/migrations", top ? top : "..");

	assert_int_equal(source_open(&w->set, w->deep, dir, NULL, &w->e), EXIT_DONE);
	assert_string_equal(w->set.format, "dbtop");
	assert_true(w->set.count >= 12);
	for (size_t i = 0; i + 1 < w->set.count; i++)
		assert_false(w->set.items[i]->is_head);
	source_close(&w->set);
	assert_int_equal(source_open(&w->set, w->deep, dir, NULL, &w->e), EXIT_DONE);
	struct plan_request request = { .set = &w->set, .goal = { GOAL_HEAD }, .project = "main" };
	if (plan_make(&w->plan, &request, &w->e) != EXIT_DONE) {
		say_failure(w, dir);
		fail();
	}
	for (size_t i = 0; i < w->set.count; i++)
		assert_true(w->set.items[i]->sections[SECTION_VERIFY].is_present);
	free(dir);
}

/* Hundreds, so that a quadratic loop or a hand-over a file would be felt; the limit is generous on purpose. */
static void many_files_are_planned_fast(void **state)
{
	struct migration_world *w = *state;
	enum { FILES = 2000 };

	for (int i = 0; i < FILES; i++) {
		char *name = mem_printf("%014d_step_%d.sql", i + 1, i);
		char *text =
			mem_printf("-- dbtop: up\nCREATE TABLE t%d (id bigint PRIMARY KEY, name "
				   "text NOT NULL);\nCREATE INDEX i%d ON t%d (name);\n-- dbtop: "
				   "down\nDROP TABLE t%d;\n",
				i, i, i, i);
		world_file(w, name, text);
		free(name);
		free(text);
	}
	int64_t start_us = clock_mono_us(&clock_system);
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	int64_t open_us = clock_mono_us(&clock_system) - start_us;
	assert_int_equal(world_plan(w, PLAN_UP, "head"), EXIT_DONE);
	int64_t plan_us = clock_mono_us(&clock_system) - start_us - open_us;
	print_message("%d files: opened in %lld us, planned in %lld us, %zu kB\n", FILES,
		(long long)open_us, (long long)plan_us,
		(arena_bytes(&w->set.arena) + arena_bytes(&w->plan.arena)) / 1024);
	assert_int_equal(w->plan.step_count, FILES);
	assert_int_equal(w->plan.steps[FILES - 1].level, 0);
	assert_true(open_us + plan_us < 5000000);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, migration_world_start, migration_world_end)
	const struct CMUnitTest tests[] = {
		TEST(directories_of_others_plan_both_ways),
		TEST(the_sample_shop_opens_and_plans),
		TEST(many_files_are_planned_fast),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
