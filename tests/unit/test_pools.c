// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * [pool NAME]: what a section may say, and what is read of it.
 */
#include "test.h"

#include "conf/pools.h"
#include "conf_world.h"

static const char user_file[] = "home/.config/dbtop/config";

static void a_section_declares_a_pool(void **state)
{
	struct conf_world *w = *state;
	struct app_pool pools[APP_POOLS_MAX];

	conf_world_write(w, "dbtop.conf",
		"[pool web]\nmatch = application_name:web-*\nsize = 20\noverflow = 5\nworkers = "
		"8\n[pool jobs]\nsize = 3\nmatch = application_name:jobs\n");
	assert_true(conf_world_load(w));

	assert_int_equal(pools_list(w->conf, pools), 2);
	assert_string_equal(pools[0].name, "web");
	assert_string_equal(pools[0].pattern, "web-*");
	assert_int_equal(pools[0].size, 20);
	assert_int_equal(pools[0].overflow, 5);
	assert_int_equal(pools[0].workers, 8);
	assert_string_equal(pools[1].name, "jobs");
	assert_int_equal(pools[1].overflow, 0);
	assert_int_equal(pools[1].workers, 1);
}

static void the_projects_file_says_more_than_ones_own(void **state)
{
	struct conf_world *w = *state;
	struct app_pool pools[APP_POOLS_MAX];

	conf_world_write(w, user_file, "[pool web]\nmatch = application_name:web\nsize = 20\n");
	conf_world_write(w, "dbtop.conf", "[pool web]\nsize = 30\n");
	assert_true(conf_world_load(w));

	assert_int_equal(pools_list(w->conf, pools), 1);
	assert_int_equal(pools[0].size, 30);
	assert_string_equal(pools[0].pattern, "web");
}

static void what_is_wrong_is_named_with_its_line(void **state)
{
	struct conf_world *w = *state;
	static const struct {
		const char *file, *words;
	} wrong[] = {
		{ "[pool]\nsize = 1\n", "dbtop.conf:2: [pool] needs a name: [pool NAME]" },
		{ "[pool web]\nsise = 1\n",
			"dbtop.conf:2: [pool] knows match, size, overflow and workers, not sise" },
		{ "[pool web]\nsize = 0\n",
			"dbtop.conf:2: size = \"0\": wanted is a number from 1 to 100000" },
		{ "[pool web]\nworkers = -1\n",
			"dbtop.conf:2: workers = \"-1\": wanted is a number from 1 to 100000" },
		{ "[pool web]\nmatch = web\n",
			"dbtop.conf:2: match = \"web\": wanted is application_name:GLOB, as in "
			"application_name:web-*" },
		{ "[pool web]\nsize = 4\n", "[pool web] says no match" },
		{ "[pool web]\nmatch = application_name:web\n", "[pool web] says no size" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		conf_world_write(w, "dbtop.conf", wrong[i].file);
		assert_false(conf_world_load(w));
		assert_string_equal(w->e.text, wrong[i].words);
	}
	conf_world_write(w, "dbtop.conf", "[pool web]\nsise = 1\n");
	assert_false(conf_world_load(w));
	assert_string_equal(w->e.hint, "did you mean size?");
}

static void there_is_room_for_so_many_and_one_more_is_refused(void **state)
{
	struct conf_world *w = *state;
	struct str text = { 0 };
	struct app_pool pools[APP_POOLS_MAX];

	for (int i = 0; i < APP_POOLS_MAX; i++)
		str_addf(&text, "[pool p%d]\nsize = 1\nmatch = application_name:a\n", i);
	conf_world_write(w, "dbtop.conf", str_c(&text));
	assert_true(conf_world_load(w));
	assert_int_equal(pools_list(w->conf, pools), APP_POOLS_MAX);

	str_addf(&text, "[pool more]\nsize = 1\nmatch = application_name:a\n");
	conf_world_write(w, "dbtop.conf", str_c(&text));
	assert_false(conf_world_load(w));
	assert_string_equal(w->e.text, "more than 32 [pool] sections");
	str_release(&text);
}

int main(void)
{
#define IN_A_WORLD(f) cmocka_unit_test_setup_teardown(f, conf_world_open, conf_world_close)
	const struct CMUnitTest tests[] = {
		IN_A_WORLD(a_section_declares_a_pool),
		IN_A_WORLD(the_projects_file_says_more_than_ones_own),
		IN_A_WORLD(what_is_wrong_is_named_with_its_line),
		IN_A_WORLD(there_is_room_for_so_many_and_one_more_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
