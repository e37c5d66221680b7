// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "scratch.h"

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

static void assert_xdg(enum path_kind kind, const char *expected)
{
	char *path = path_xdg(kind);

	if (expected)
		assert_string_equal(path, expected);
	else
		assert_null(path);
	free(path);
}

static void xdg_variables_win_when_absolute(void **state)
{
	(void)state;

	setenv("HOME", "/home/u", 1);
	setenv("XDG_DATA_HOME", "/data", 1);
	setenv("XDG_CONFIG_HOME", "relative/one", 1);
	unsetenv("XDG_STATE_HOME");
	unsetenv("XDG_RUNTIME_DIR");
	assert_xdg(PATH_DATA, "/data/dbtop");
	assert_xdg(PATH_CONFIG, "/home/u/.config/dbtop");
	assert_xdg(PATH_STATE, "/home/u/.local/state/dbtop");
	assert_xdg(PATH_RUNTIME, "/home/u/.local/state/dbtop/run");
	setenv("XDG_RUNTIME_DIR", "/run/user/7", 1);
	assert_xdg(PATH_RUNTIME, "/run/user/7/dbtop");
}

static void without_a_home_there_is_no_path(void **state)
{
	(void)state;

	unsetenv("HOME");
	unsetenv("XDG_DATA_HOME");
	unsetenv("XDG_STATE_HOME");
	unsetenv("XDG_RUNTIME_DIR");
	assert_xdg(PATH_DATA, NULL);
	assert_xdg(PATH_RUNTIME, NULL);
}

static void folders_are_made_with_their_parents_for_us_alone(void **state)
{
	struct err e = { 0 };
	struct stat st;
	char *deep = path_join(*state, "a/b//c/");

	assert_true(path_make_dirs(deep, &e));
	assert_true(path_make_dirs(deep, &e));
	assert_true(path_is_dir(deep));
	assert_int_equal(stat(deep, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	free(deep);
}

static void a_file_in_the_way_of_a_folder_is_named(void **state)
{
	struct err e = { 0 };
	char *file = scratch_write(*state, "f", "");
	char *below = path_join(file, "x");

	assert_false(path_make_dirs(below, &e));
	assert_non_null(strstr(e.text, "cannot make the folder"));
	free(below);
	free(file);
}

static void a_written_file_reads_back_whole_and_is_ours_alone(void **state)
{
	struct err e = { 0 };
	struct stat st;
	size_t len = 0;
	char *path = path_join(*state, "note");

	assert_true(path_write(path, "one\0two", 7, &e));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_true(path_publish(path, "one\0two", 7, &e));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0644);
	char *text = path_read(path, 7, &len, &e);
	assert_non_null(text);
	assert_int_equal(len, 7);
	assert_memory_equal(text, "one\0two", 8);
	free(text);
	free(path);
}

static void writing_over_a_link_leaves_its_target_alone(void **state)
{
	struct err e = { 0 };
	size_t len = 0;
	char *kept = scratch_write(*state, "kept", "old");
	char *link = path_join(*state, "link");

	assert_int_equal(symlink(kept, link), 0);
	assert_true(path_write(link, "new", 3, &e));
	char *text = path_read(kept, 100, &len, &e);
	assert_string_equal(text, "old");
	free(text);
	free(link);
	free(kept);
}

static void a_write_that_cannot_be_leaves_nothing_behind(void **state)
{
	struct err e = { 0 };
	char *folder = path_join(*state, "d");
	char *path = path_join(folder, "x");

	assert_int_equal(mkdir(folder, 0700), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_false(path_write(path, "x", 1, &e)); /* a folder is in the way of the rename */
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(rmdir(folder), 0); /* so the temporary file is gone */
	free(path);
	free(folder);
}

static void what_is_too_big_or_no_file_is_refused_at_once(void **state)
{
	struct err e = { 0 };
	size_t len;
	char *big = scratch_write(*state, "big", "12345678");
	char *pipe = path_join(*state, "pipe.sql");

	assert_null(path_read(big, 7, &len, &e));
	assert_non_null(strstr(e.text, "8 bytes, at most 7"));
	assert_int_equal(mkfifo(pipe, 0600), 0);
	assert_null(path_read(pipe, 7, &len, &e));
	assert_non_null(strstr(e.text, "not a regular file"));
	assert_null(path_read(*state, 7, &len, &e));
	assert_non_null(strstr(e.text, "it is a directory"));
	char *absent = path_join(*state, "absent");
	assert_null(path_read(absent, 7, &len, &e));
	assert_non_null(strstr(e.text, "No such file"));
	free(absent);
	free(pipe);
	free(big);
}

static void a_file_without_a_size_still_has_a_limit(void **state)
{
	(void)state;
	struct err e = { 0 };
	size_t len;

	char *text = path_read("/proc/self/status", 1 << 20, &len, &e);
	assert_non_null(text);
	free(text);
	assert_null(path_read("/proc/self/status", 10, &len, &e));
}

int main(void)
{
#define IN_A_WORLD(f) cmocka_unit_test_setup_teardown(f, world_open, world_close)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(xdg_variables_win_when_absolute),
		cmocka_unit_test(without_a_home_there_is_no_path),
		IN_A_WORLD(folders_are_made_with_their_parents_for_us_alone),
		IN_A_WORLD(a_file_in_the_way_of_a_folder_is_named),
		IN_A_WORLD(a_written_file_reads_back_whole_and_is_ours_alone),
		IN_A_WORLD(writing_over_a_link_leaves_its_target_alone),
		IN_A_WORLD(a_write_that_cannot_be_leaves_nothing_behind),
		IN_A_WORLD(what_is_too_big_or_no_file_is_refused_at_once),
		cmocka_unit_test(a_file_without_a_size_still_has_a_limit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
