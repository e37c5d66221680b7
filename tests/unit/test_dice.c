// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/dice.h"

static void the_same_seed_gives_the_same_throws(void **state)
{
	(void)state;
	struct dice a, b;

	dice_seed(&a, 42);
	dice_seed(&b, 42);

	for (int i = 0; i < 100; i++)
		assert_true(dice_next(&a) == dice_next(&b));
}

static void throws_stay_below_and_reach_each_face(void **state)
{
	(void)state;
	struct dice dice;
	int seen[6] = { 0 };

	dice_seed(&dice, 1);
	for (int i = 0; i < 6000; i++) {
		int64_t face = dice_below(&dice, 6);
		assert_in_range(face, 0, 5);
		seen[face]++;
	}

	for (int i = 0; i < 6; i++) /* 1000 wanted; eight standard deviations of room */
		assert_in_range(seen[i], 770, 1230);
}

static void a_die_without_faces_shows_nothing(void **state)
{
	(void)state;
	struct dice dice;

	dice_init(&dice);

	assert_int_equal(dice_below(&dice, 0), 0);
	assert_int_equal(dice_below(&dice, -3), 0);
	assert_int_equal(dice_below(&dice, 1), 0);
}

static void two_dice_of_the_system_differ(void **state)
{
	(void)state;
	struct dice a, b;

	dice_init(&a);
	dice_init(&b);

	assert_false(a.state == b.state);
	assert_true(a.state && b.state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_seed_gives_the_same_throws),
		cmocka_unit_test(throws_stay_below_and_reach_each_face),
		cmocka_unit_test(a_die_without_faces_shows_nothing),
		cmocka_unit_test(two_dice_of_the_system_differ),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
