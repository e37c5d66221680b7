// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include "base/path.h"
#include "scratch.h"
#include "store/samples.h"

static int world_open(void **state)
{
	*state = scratch_new();
	return 0;
}

static int world_close(void **state)
{
	scratch_remove(*state);
	return 0;
}

static const struct stored_sample moment[] = {
	{ 1000, "pool", "{\"used\":12}" },
	{ 1000, "replicas", "{\"count\":2}" },
};

static size_t count(struct samples *samples, int64_t from, int64_t until)
{
	struct arena arena = { 0 };
	struct stored_sample *items;

	size_t n = samples_list(samples, "shop", from, until, &arena, &items);
	arena_release(&arena);
	return n;
}

static void samples_come_back_by_time(void **state)
{
	struct err e;
	struct arena arena = { 0 };
	struct stored_sample *items;
	char *path = path_join(*state, "samples.db");
	struct samples *samples = samples_open(path, &e);
	const struct stored_sample later = { 2000, "pool", "{}" };

	assert_non_null(samples);
	assert_true(samples_add(samples, "shop", moment, 2, &e));
	assert_true(samples_add(samples, "shop", &later, 1, &e));
	samples_close(samples);
	samples = samples_open(path, &e);
	assert_non_null(samples);
	assert_int_equal(samples_list(samples, "shop", 1000, 2000, &arena, &items), 2);
	assert_string_equal(items[0].kind, "pool");
	assert_string_equal(items[1].json, "{\"count\":2}");
	assert_int_equal(samples_list(samples, "other", 0, 9999, &arena, &items), 0);
	assert_true(samples_prune(samples, 2000, &e));
	assert_int_equal(count(samples, 0, 9999), 1);
	arena_release(&arena);
	samples_close(samples);
	free(path);
}

static void a_damaged_file_is_thrown_away_and_begun_anew(void **state)
{
	struct err e;
	char *path = scratch_write(*state, "samples.db",
		"no database, and quite long enough for one "
		"to look like something else at least");

	struct samples *samples = samples_open(path, &e);
	assert_non_null(samples);
	assert_true(samples_add(samples, "shop", moment, 2, &e));
	assert_int_equal(count(samples, 0, 9999), 2);
	samples_close(samples);
	free(path);
}

static void a_file_of_another_program_is_left_alone(void **state)
{
	struct err e = { 0 };
	sqlite3 *db;
	char *path = path_join(*state, "samples.db");

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "CREATE TABLE theirs (a)", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	assert_null(samples_open(path, &e));
	assert_non_null(strstr(e.text, "belongs to another program"));
	assert_true(path_is_file(path));
	free(path);
}

int main(void)
{
#define IN_A_WORLD(f) cmocka_unit_test_setup_teardown(f, world_open, world_close)
	const struct CMUnitTest tests[] = {
		IN_A_WORLD(samples_come_back_by_time),
		IN_A_WORLD(a_damaged_file_is_thrown_away_and_begun_anew),
		IN_A_WORLD(a_file_of_another_program_is_left_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
