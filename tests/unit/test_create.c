// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/path.h"
#include "migrate/source/create.h"
#include "migration_world.h"
#include "scratch.h"

/* 2026-01-31 12:00:05 UTC */
static int64_t wall_us(void *state)
{
	(void)state;
	return INT64_C(1769860805) * 1000000;
}

static const struct clock test_clock = { .mono_us = wall_us, .wall_us = wall_us };

static enum exit_code create(
	struct migration_world *w, const char *format, const char *title, struct created *created)
{
	struct create_request request = {
		.dir = w->dir, .format = format, .title = title, .clock = &test_clock
	};
	return migration_create(&request, created, &w->e);
}

static const char *file_name(const struct migration_world *w, const char *path)
{
	return path ? path + strlen(w->dir) + 1 : "";
}

static void assert_created(struct migration_world *w, const char *format, const char *title,
	const char *first, const char *second)
{
	struct created created;

	assert_int_equal(create(w, format, title, &created), EXIT_DONE);
	assert_string_equal(file_name(w, created.paths[0]), first);
	assert_string_equal(file_name(w, created.paths[1]), second);
	for (int i = 0; i < 2; i++)
		assert_true(!created.paths[i] || path_is_file(created.paths[i]));
	created_release(&created);
}

static void an_empty_directory_gets_dbtops_own_format(void **state)
{
	struct migration_world *w = *state;

	assert_created(w, NULL, "Add user table!", "20260131120005_add_user_table.sql", "");
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	assert_string_equal(w->set.format, "dbtop");
	assert_true(w->set.items[0]->sections[SECTION_DOWN].is_present);
	assert_true(w->set.items[0]->sections[SECTION_VERIFY].is_present);
}

static void an_absent_directory_is_made(void **state)
{
	struct migration_world *w = *state;
	char *dir = mem_printf("%s/db/migrations", w->dir);
	struct create_request request = { .dir = dir, .title = "x", .clock = &test_clock };
	struct created created;

	assert_int_equal(migration_create(&request, &created, &w->e), EXIT_DONE);
	assert_true(path_is_file(created.paths[0]));
	created_release(&created);
	free(dir);
}

static void two_in_one_second_get_versions_of_their_own(void **state)
{
	struct migration_world *w = *state;

	assert_created(w, NULL, "a", "20260131120005_a.sql", "");
	assert_created(w, NULL, "b", "20260131120006_b.sql", "");
}

static void a_pair_follows_width_and_number_of_the_newest(void **state)
{
	struct migration_world *w = *state;

	world_file(w, "000008_a.up.sql", "");
	world_file(w, "000009_b.up.sql", "");
	world_file(w, "000009_b.down.sql", "");
	assert_created(w, NULL, "c d", "000010_c_d.up.sql", "000010_c_d.down.sql");
}

static void a_single_half_stays_single(void **state)
{
	struct migration_world *w = *state;

	world_file(w, "1769000000_a.up.sql", "");
	assert_created(w, NULL, "b", "1769860805_b.up.sql", "");
}

static void goose_gets_a_skeleton_goose_can_read(void **state)
{
	struct migration_world *w = *state;

	world_file(w, "20240101000000_a.sql", "-- +goose Up\nSELECT 1;\n");
	assert_created(w, NULL, "b", "20260131120005_b.sql", "");
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	assert_true(world_load(w, 1, SECTION_UP));
	assert_true(w->set.items[1]->sections[SECTION_DOWN].is_present);
}

static void an_empty_directory_can_be_begun_in_another_format(void **state)
{
	struct migration_world *w = *state;

	assert_created(
		w, "golang-migrate", "a", "20260131120005_a.up.sql", "20260131120005_a.down.sql");
}

static void a_title_without_a_letter_is_refused(void **state)
{
	struct migration_world *w = *state;
	struct created created;

	assert_int_equal(create(w, NULL, "!? ß", &created), EXIT_USAGE);
	assert_string_equal(
		w->e.text, "\"!? ß\" has no letter a to z and no digit for a file name");
	assert_null(created.paths[0]);
}

static void a_directory_of_another_tool_stays_as_it_is(void **state)
{
	struct migration_world *w = *state;
	struct created created;

	world_file(w, "V1__a.sql", "");
	assert_int_equal(create(w, NULL, "b", &created), EXIT_ERROR);
	assert_string_equal(w->e.text, "Flyway directories are not read yet");
	assert_null(created.paths[0]);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, migration_world_start, migration_world_end)
	const struct CMUnitTest tests[] = {
		TEST(an_empty_directory_gets_dbtops_own_format),
		TEST(an_absent_directory_is_made),
		TEST(two_in_one_second_get_versions_of_their_own),
		TEST(a_pair_follows_width_and_number_of_the_newest),
		TEST(a_single_half_stays_single),
		TEST(goose_gets_a_skeleton_goose_can_read),
		TEST(an_empty_directory_can_be_begun_in_another_format),
		TEST(a_title_without_a_letter_is_refused),
		TEST(a_directory_of_another_tool_stays_as_it_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
