// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include <string.h>

#include "core/command.h"
#include "ui/actions.h"
#include "ui/frame_private.h"
#include "ui/keymap.h"

static const char *const step[] = { "step", "text", "global", NULL };
static const char *const pool[] = { "pool", "list", "global", NULL };

static int keymap_open(void **state)
{
	static struct keymap map;
	actions_register();
	keymap_init(&map);
	*state = &map;
	return 0;
}

static int keymap_close(void **state)
{
	keymap_release(*state);
	return 0;
}

static const char *line_of(const struct keymap *map, const char *const *scopes, const char *name)
{
	struct key key;
	assert_true(key_parse(name, &key));
	const struct binding *binding = keymap_find(map, scopes, key);
	return binding ? binding->command : "";
}

static void the_built_in_keys_name_commands_that_exist(void **state)
{
	const struct keymap *map = *state;
	if (map->problem_count)
		fail_msg("%s", map->problems[0]);
	assert_true(map->count > 60);
}

static void a_key_means_what_the_nearest_scope_says(void **state)
{
	const struct keymap *map = *state;
	assert_string_equal(line_of(map, step, "s"), "run.step");
	assert_string_equal(line_of(map, pool, "s"), "list.sort");
	assert_string_equal(line_of(map, pool, "q"), "session.quit");
	assert_string_equal(line_of(map, step, "Down"), "cursor.down");
	assert_string_equal(line_of(map, pool, "M-4"), "view.go migrations");
}

/* Slips of up and quit, flow control, what readline and vim use, keys people hit when they mean "take back". */
static void some_keys_say_nothing_on_purpose(void **state)
{
	const struct keymap *map = *state;
	static const char *const keys[] = { "K", "Q", "Del", "BSpace", "^S", "^Q", "^K", "^H",
		"^J" };
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		assert_string_equal(line_of(map, pool, keys[i]), "");
		assert_string_equal(line_of(map, step, keys[i]), "");
	}
}

/* Enter never answers and never changes a server: it opens. */
static void enter_is_never_bound_to_a_command_that_changes_a_server(void **state)
{
	const struct keymap *map = *state;
	for (size_t i = 0; i < map->count; i++) {
		char name[64];
		const struct binding *b = &map->items[i];
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(b->command, " "), b->command);
		const struct command *command = command_find(name);
		assert_non_null(command);
		if (b->key.code == KEYSYM_ENTER || b->key.code == KEYSYM_SPACE)
			assert_true(command->risk < RISK_WRITE);
	}
}

static void the_users_keys_win_and_take_away(void **state)
{
	struct keymap *map = *state;
	keymap_read(map, "keys.conf", span_of("# mine\npool x list.sort # order\nglobal q none\n"));
	assert_int_equal(map->problem_count, 0);
	assert_string_equal(line_of(map, pool, "x"), "list.sort");
	assert_string_equal(line_of(map, pool, "q"), "");
}

static void words_after_a_hash_are_the_footers(void **state)
{
	struct keymap *map = *state;
	keymap_read(map, "keys.conf", span_of("pool x view.go pool # [x-z] look\n"));
	struct key key;
	assert_true(key_parse("x", &key));
	const struct binding *binding = keymap_find(map, pool, key);
	assert_string_equal(binding->command, "view.go pool");
	assert_string_equal(binding->shown, "x-z");
	assert_string_equal(binding->words, "look");
	assert_null(binding->brief);
	keymap_read(map, "keys.conf", span_of("pool x view.go pool # look about|look\n"));
	binding = keymap_find(map, pool, key);
	assert_string_equal(binding->words, "look about");
	assert_string_equal(binding->brief, "look");
}

static void a_bad_line_is_named_and_skipped(void **state)
{
	struct keymap *map = *state;
	keymap_read(map, "keys.conf",
		span_of("pool\npool Entre list.sort\npool x list.sotr\npool y\npool z "
			"list.sort\n"));
	assert_int_equal(map->problem_count, 4);
	assert_string_equal(map->problems[0], "keys.conf:1: not `scope key command`");
	assert_string_equal(map->problems[1], "keys.conf:2: no key \"Entre\"");
	assert_string_equal(map->problems[2], "keys.conf:3: no command \"list.sotr\"");
	assert_string_equal(map->problems[3], "keys.conf:4: no command");
	assert_string_equal(line_of(map, pool, "z"), "list.sort");
}

static void rubbish_is_only_a_problem(void **state)
{
	static const char *const pieces[] = { "pool", "global", " ", "\t", "Enter", "^", "M-",
		"F12", "list.sort", "none", "#", " # ", "[", "]", "\n", "\xff", "x" };
	struct keymap *map = *state;
	unsigned seed = 5;
	for (int round = 0; round < 500; round++) {
		char text[256] = "";
		for (int i = 0; i < 24; i++) {
			seed = seed * 1103515245 + 12345;
			size_t len = strlen(text);
			snprintf(text + len, sizeof(text) - len, "%s",
				pieces[(seed >> 16) % ARRAY_SIZE(pieces)]);
		}
		keymap_read(map, "keys.conf", span_of(text));
	}
	for (size_t i = 0; i < map->count; i++)
		assert_non_null(map->items[i].command);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, keymap_open, keymap_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_built_in_keys_name_commands_that_exist),
		TEST(a_key_means_what_the_nearest_scope_says),
		TEST(some_keys_say_nothing_on_purpose),
		TEST(enter_is_never_bound_to_a_command_that_changes_a_server),
		TEST(the_users_keys_win_and_take_away),
		TEST(words_after_a_hash_are_the_footers),
		TEST(a_bad_line_is_named_and_skipped),
		TEST(rubbish_is_only_a_problem),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
