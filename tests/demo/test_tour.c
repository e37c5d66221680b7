// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * `dbtop demo` without a terminal: the tour through a shop that setup has made whole, and its end.
 */
#include "test.h"

#include "cli/shell.h"
#include "pg/server.h"

static void the_tour_shows_the_shop_and_ends_well(void **state)
{
	(void)state;
	server_need();
	struct shell *sh = shell_new(NULL);

	dbtop(sh, "demo --headless --nodes 1");

	shell_assert(sh, 0);
	shell_assert_out(sh, "$ dbtop setup --check\n");
	shell_assert_out(sh, "application role  shop_web      there");
	shell_assert_out(
		sh, "seed              category.csv  there       -  5 rows, as in the file");
	shell_assert_out(sh, "migrations        -             missing     -  6 pending");
	shell_assert_out(sh, "1 of 10 things is missing");
	shell_assert_out(sh, "$ dbtop history --limit 6\n");
	shell_free(sh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_tour_shows_the_shop_and_ends_well),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
