// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What the servers of a target leave in the log.
 */
#include "test.h"

#include <string.h>

#include "base/log.h"
#include "base/path.h"
#include "fake/servers_world.h"
#include "scratch.h"

static void what_a_server_is_good_for_and_that_it_changed_sides_is_one_line_in_the_log(void **state)
{
	struct servers_world *w = *state;
	char *folder = scratch_new(), *path = path_join(folder, "log");
	struct err e;
	size_t len;
	assert_true(
		log_open(&(const struct log_options){ .sink = path, .level = LOG_LEVEL_INFO }, &e));
	servers_world_open(w, 2);
	servers_world_look(w);

	servers_world_kill(w, 0, 500);
	servers_world_promote(w, 1, 2);
	servers_world_look(w);

	char *text = path_read(path, 100000, &len, &e);
	log_close();
	scratch_remove(folder);
	free(path);
	assert_non_null(text);
	assert_non_null(strstr(text, " info  role: server server=ann@pg-a:5432/shop"));
	assert_non_null(strstr(text, " was=unknown is=primary timeline=1 why=\"\"\n"));
	char *moved = strstr(text, " warn  role: server server=ann@pg-b:5432/shop");
	assert_non_null(moved);
	assert_non_null(strstr(moved, " was=replica is=primary timeline=2 why=\"\"\n"));
	assert_null(strstr(strstr(moved, "timeline=2") + 1, "timeline=2"));
	assert_null(strstr(text, "another server answers"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_a_server_is_good_for_and_that_it_changed_sides_is_one_line_in_the_log,
			servers_world_setup, servers_world_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
