// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "ui/layout.h"

static void each_size_has_its_layout(void **state)
{
	(void)state;
	assert_int_equal(layout_of(200, 60), LAYOUT_WIDE);
	assert_int_equal(layout_of(100, 30), LAYOUT_WIDE);
	assert_int_equal(layout_of(99, 60), LAYOUT_STACKED);
	assert_int_equal(layout_of(80, 24), LAYOUT_STACKED);
	assert_int_equal(layout_of(79, 24), LAYOUT_COMPACT);
	assert_int_equal(layout_of(60, 16), LAYOUT_COMPACT);
	assert_int_equal(layout_of(60, 15), LAYOUT_NUMBERS);
	assert_int_equal(layout_of(20, 3), LAYOUT_NUMBERS);
	assert_int_equal(layout_of(19, 3), LAYOUT_TOO_SMALL);
	assert_int_equal(layout_of(1, 1), LAYOUT_TOO_SMALL);
}

static void a_stack_fills_its_body_and_drops_what_does_not_fit(void **state)
{
	const struct layout_want wants[] = { { 5, true }, { 5, true }, { 9, false } };
	struct rect at[3];
	(void)state;
	layout_stack((struct rect){ 0, 2, 80, 16 }, wants, 3, at);
	assert_int_equal(at[0].height + at[1].height, 16);
	assert_int_equal(at[2].height, 0);
	assert_int_equal(at[0].y, 2);
	assert_int_equal(at[1].y, 2 + at[0].height);
}

static void a_grid_covers_every_cell_once(void **state)
{
	struct rect at[4];
	int cells = 0;
	(void)state;
	layout_grid((struct rect){ 0, 2, 101, 33 }, 4, at);
	for (int i = 0; i < 4; i++)
		cells += at[i].width * at[i].height;
	assert_int_equal(cells, 101 * 33);
	assert_int_equal(at[3].x + at[3].width, 101);
	assert_int_equal(at[3].y + at[3].height, 35);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_size_has_its_layout),
		cmocka_unit_test(a_stack_fills_its_body_and_drops_what_does_not_fit),
		cmocka_unit_test(a_grid_covers_every_cell_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
