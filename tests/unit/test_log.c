// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/path.h"
#include "scratch.h"

static int world_open(void **state)
{
	*state = scratch_new();
	return 0;
}

static int world_close(void **state)
{
	log_close();
	scratch_remove(*state);
	return 0;
}

static void a_line_has_time_level_topic_and_visible_text(void **state)
{
	struct err e = { 0 };
	struct stat st;
	size_t len;
	char *path = path_join(*state, "log");

	assert_true(log_open(path, LOG_LEVEL_INFO, &e));
	log_write(LOG_LEVEL_INFO, "conn", "opened %s\n", "a\x1b[2J password=hunter2");
	log_write(LOG_LEVEL_DEBUG, "conn", "not at this level");
	log_close();
	log_write(LOG_LEVEL_ERROR, "conn", "nobody listens");
	char *text = path_read(path, 1000, &len, &e);
	assert_non_null(text);
	assert_true(len > 24);
	assert_int_equal(text[23], 'Z');
	assert_string_equal(text + 24, " info  conn: opened a\\x1b[2J password=***\\x0a\n");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	free(text);
	free(path);
}

static void a_second_log_goes_on_where_the_first_ended(void **state)
{
	struct err e = { 0 };
	size_t len;
	char *path = path_join(*state, "log");

	for (int i = 0; i < 2; i++) {
		assert_true(log_open(path, LOG_LEVEL_ERROR, &e));
		log_write(LOG_LEVEL_ERROR, "run", "%d", i);
	}
	assert_true(log_open(NULL, LOG_LEVEL_ERROR, &e));
	char *text = path_read(path, 1000, &len, &e);
	assert_non_null(strstr(text, "run: 0\n"));
	assert_non_null(strstr(text, "run: 1\n"));
	free(text);
	free(path);
}

static void a_log_behind_a_link_is_refused(void **state)
{
	struct err e = { 0 };
	char *target = scratch_write(*state, "target", "");
	char *link = path_join(*state, "link");

	assert_int_equal(symlink(target, link), 0);
	assert_false(log_open(link, LOG_LEVEL_ERROR, &e));
	assert_non_null(strstr(e.text, "cannot open the log"));
	free(link);
	free(target);
}

int main(void)
{
#define IN_A_WORLD(f) cmocka_unit_test_setup_teardown(f, world_open, world_close)
	const struct CMUnitTest tests[] = {
		IN_A_WORLD(a_line_has_time_level_topic_and_visible_text),
		IN_A_WORLD(a_second_log_goes_on_where_the_first_ended),
		IN_A_WORLD(a_log_behind_a_link_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
