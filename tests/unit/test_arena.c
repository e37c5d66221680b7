// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"

struct item {
	char bytes[48];
};

static struct item *list_add(
	struct arena *arena, struct item *items, size_t count, size_t *capacity, char mark)
{
	items = arena_room(arena, items, count, capacity, sizeof(*items));
	memset(items[count].bytes, mark, sizeof(items[count].bytes));
	return items;
}

static void a_list_at_the_end_of_the_arena_grows_where_it_stands(void **state)
{
	struct arena arena = { 0 };
	size_t capacity = 0;
	struct item *items, *first;
	(void)state;

	first = items = list_add(&arena, NULL, 0, &capacity, 'a');
	for (size_t i = 1; i < 20; i++)
		items = list_add(&arena, items, i, &capacity, (char)('a' + i));

	assert_ptr_equal(items, first);
	assert_true(capacity >= 20);
	arena_release(&arena);
}

static void a_list_with_something_behind_it_moves_and_overwrites_nothing(void **state)
{
	struct arena arena = { 0 };
	size_t capacity = 0, names_capacity = 0;
	struct item *items = NULL;
	const char **names = NULL;
	(void)state;

	for (size_t i = 0; i < 300; i++) {
		items = list_add(&arena, items, i, &capacity, (char)('a' + i % 26));
		names = arena_room(&arena, names, i, &names_capacity, sizeof(*names));
		names[i] = arena_printf(&arena, "name %zu", i);
	}

	for (size_t i = 0; i < 300; i++) {
		char expected[sizeof(items[i].bytes)], name[16];
		memset(expected, (int)('a' + i % 26), sizeof(expected));
		snprintf(name, sizeof(name), "name %zu", i);
		assert_memory_equal(items[i].bytes, expected, sizeof(expected));
		assert_string_equal(names[i], name);
	}
	arena_release(&arena);
}

static void room_beyond_what_was_put_in_is_zero(void **state)
{
	struct arena arena = { 0 };
	size_t capacity = 0;
	struct item *items = NULL, zero = { { 0 } };
	(void)state;

	for (size_t i = 0; i < 5; i++)
		items = list_add(&arena, items, i, &capacity, 'x');

	for (size_t i = 5; i < capacity; i++)
		assert_memory_equal(&items[i], &zero, sizeof(zero));
	arena_release(&arena);
}

static void a_thing_of_its_own_takes_no_room_for_eight(void **state)
{
	struct arena arena = { 0 };
	size_t capacity = 0;
	(void)state;

	list_add(&arena, NULL, 0, &capacity, 'x');

	assert_int_equal(capacity, 1);
	arena_release(&arena);
}

static void what_an_arena_held_outlives_it_in_the_one_it_joined(void **state)
{
	struct arena arena = { 0 }, other = { 0 };
	(void)state;

	const char *first = arena_strdup(&arena, "first"), *kept = arena_strdup(&other, "kept");
	arena_join(&arena, &other);
	arena_release(&other);

	assert_string_equal(first, "first");
	assert_string_equal(kept, "kept");
	assert_int_equal(arena_bytes(&other), 0);
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_at_the_end_of_the_arena_grows_where_it_stands),
		cmocka_unit_test(a_list_with_something_behind_it_moves_and_overwrites_nothing),
		cmocka_unit_test(room_beyond_what_was_put_in_is_zero),
		cmocka_unit_test(a_thing_of_its_own_takes_no_room_for_eight),
		cmocka_unit_test(what_an_arena_held_outlives_it_in_the_one_it_joined),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
