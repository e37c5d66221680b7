// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include <string.h>

#include "setup/seed_order.h"

enum { A = 10, B, C, D, X, Y, NODES_MAX = 8 };

static const struct seed_node nodes[] = { { A, "a" }, { B, "b" }, { C, "c" }, { D, "d" } };

/* The names in the order found; free nothing. */
static const char *order_of(size_t count, const struct seed_key *keys, size_t key_count)
{
	static char text[64];
	size_t order[NODES_MAX];
	struct err e;

	if (!seed_order(nodes, count, keys, key_count, order, &e))
		fail_msg("%s", e.text);
	for (size_t i = 0; i < count; i++)
		text[i] = *nodes[order[i]].name;
	text[count] = '\0';
	return text;
}

static void without_keys_the_order_is_the_one_given(void **state)
{
	(void)state;
	assert_string_equal(order_of(4, NULL, 0), "abcd");
}

static void what_a_key_names_comes_first(void **state)
{
	(void)state;
	const struct seed_key keys[] = { { A, C }, { C, D } };

	assert_string_equal(order_of(4, keys, ARRAY_SIZE(keys)), "dcab");
}

static void a_key_through_a_table_without_seeds_counts(void **state)
{
	(void)state;
	const struct seed_key keys[] = { { A, X }, { X, Y }, { Y, B } };

	assert_string_equal(order_of(2, keys, ARRAY_SIZE(keys)), "ba");
}

static void two_ways_to_one_table_are_no_circle(void **state)
{
	(void)state;
	const struct seed_key keys[] = { { A, B }, { A, C }, { B, D }, { C, D } };

	assert_string_equal(order_of(4, keys, ARRAY_SIZE(keys)), "dbca");
}

static void a_table_that_names_itself_is_no_circle(void **state)
{
	(void)state;
	const struct seed_key keys[] = { { A, A }, { A, B } };

	assert_string_equal(order_of(2, keys, ARRAY_SIZE(keys)), "ba");
}

static void a_circle_is_said_by_name(void **state)
{
	(void)state;
	const struct seed_key keys[] = { { A, B }, { B, X }, { X, C }, { C, B } };
	size_t order[NODES_MAX];
	struct err e;

	assert_false(seed_order(nodes, 4, keys, ARRAY_SIZE(keys), order, &e));
	assert_non_null(strstr(e.text, "in a circle: b -> c"));
	assert_true(*e.hint);
}

static void a_circle_of_tables_without_seeds_says_nothing(void **state)
{
	(void)state;
	const struct seed_key keys[] = { { A, X }, { X, Y }, { Y, X }, { Y, B } };

	assert_string_equal(order_of(2, keys, ARRAY_SIZE(keys)), "ba");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_keys_the_order_is_the_one_given),
		cmocka_unit_test(what_a_key_names_comes_first),
		cmocka_unit_test(a_key_through_a_table_without_seeds_counts),
		cmocka_unit_test(two_ways_to_one_table_are_no_circle),
		cmocka_unit_test(a_table_that_names_itself_is_no_circle),
		cmocka_unit_test(a_circle_is_said_by_name),
		cmocka_unit_test(a_circle_of_tables_without_seeds_says_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
