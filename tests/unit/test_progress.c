// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "cli/progress.h"

enum { SECOND_US = 1000000 };

static struct migration migration = { .rev = "0042", .name = "orders" };
static struct plan_step step = { .migration = &migration, .statement_count = 2 };
static struct plan plan = { .steps = &step, .step_count = 1 };

static struct run_view running(void)
{
	return (struct run_view){
		.state = RUN_STEP, .plan = &plan, .statement = 1, .statement_started_us = SECOND_US
	};
}

static void a_short_statement_gets_no_line_and_a_long_one_one_every_few_seconds(void **state)
{
	(void)state;
	struct progress progress = { 0 };
	struct run_view run = running();
	struct str line = { 0 };

	assert_false(progress_line(&progress, &run, 3 * SECOND_US, &line));
	assert_true(progress_line(&progress, &run, 5 * SECOND_US, &line));
	assert_string_equal(str_c(&line), "0042 orders: 4 s, statement 2 of 2");
	assert_false(progress_line(&progress, &run, 9 * SECOND_US, &line));
	assert_true(progress_line(&progress, &run, 10 * SECOND_US, &line));
	run.statement_started_us = 10 * SECOND_US;
	assert_false(progress_line(&progress, &run, 12 * SECOND_US, &line));
	str_release(&line);
}

static void the_line_names_who_blocks_us_whom_we_block_and_how_far_it_is(void **state)
{
	(void)state;
	struct progress progress = { 0 };
	struct run_view run = running();
	struct str line = { 0 };
	run.blocker_count = 2;
	run.blockers[0] = (struct run_blocker){
		.pid = 4242, .app = "psql", .state = "idle in transaction", .age_ms = 61000
	};
	run.blocked_by_us = 1;
	snprintf(run.progress, sizeof(run.progress), "building index 40%%");

	assert_true(progress_line(&progress, &run, 13 * SECOND_US, &line));

	assert_string_equal(str_c(&line),
		"0042 orders: 12 s, statement 2 of 2, waits for pid 4242 psql, idle in "
		"transaction for 1m01s (and 1 more), 1 waits for us, building index 40%");
	str_release(&line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_short_statement_gets_no_line_and_a_long_one_one_every_few_seconds),
		cmocka_unit_test(the_line_names_who_blocks_us_whom_we_block_and_how_far_it_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
