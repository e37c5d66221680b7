// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include <string.h>

#include "setup/seed_csv.h"

static const char text[] = "id,name,name of it\n1,one,\"x\ny\"\n22,two,z\n";

static struct arena arena;
static struct csv csv;

static int csv_up(void **state)
{
	struct err e;

	(void)state;
	assert_true(csv_read(&csv, &arena, "t.csv", span_of(text), &e));
	return 0;
}

static int csv_down(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

static struct err server_error(const char *sqlstate, const char *detail)
{
	struct err e;

	err_set(&e, ERR_SERVER, "it is wrong");
	err_detail(&e, "%s", detail);
	snprintf(e.sqlstate, sizeof(e.sqlstate), "%s", sqlstate);
	e.line = 1;
	e.column = 8;
	return e;
}

static void expect_place(const char *sqlstate, const char *detail, int line, int column)
{
	struct err e = server_error(sqlstate, detail);

	seed_place(&csv, &e);

	assert_int_equal(e.line, line);
	assert_int_equal(e.column, column);
}

static void a_value_that_copy_refuses_is_found_by_row_and_column(void **state)
{
	(void)state;
	expect_place("22P02", "COPY dbtop_seed, line 2, column id: \"22\"", 4, 1);
	expect_place("22P02", "COPY dbtop_seed, line 1, column name: \"one\"", 2, 3);
}

static void a_name_that_begins_another_name_is_not_taken_for_it(void **state)
{
	(void)state;
	expect_place("22P02", "COPY dbtop_seed, line 2, column name of it: \"z\"", 4, 8);
}

static void the_servers_language_does_not_matter(void **state)
{
	(void)state;
	expect_place("22P02", "COPY dbtop_seed, Zeile 2, Spalte name: \"two\"", 4, 4);
}

static void a_row_without_a_column_is_told_by_its_first_cell(void **state)
{
	(void)state;
	expect_place("22P04", "COPY dbtop_seed, line 2: \"2 22 two z\"", 4, 1);
}

static void a_key_that_is_not_there_is_found_by_its_value(void **state)
{
	(void)state;
	expect_place("23503", "Key (name)=(two) is not present in table \"x\".", 4, 4);
	expect_place("23505", "Key (id)=(1) already exists.", 2, 1);
}

static void what_names_no_cell_has_no_place(void **state)
{
	(void)state;
	expect_place("23503", "Key (name)=(seven) is not present in table \"x\".", 0, 0);
	expect_place("23514", "Failing row contains (1, one).", 0, 0);
	expect_place("42501", "", 0, 0);
	expect_place("22P02", "COPY dbtop_seed, line 99, column id: \"?\"", 0, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_that_copy_refuses_is_found_by_row_and_column),
		cmocka_unit_test(a_name_that_begins_another_name_is_not_taken_for_it),
		cmocka_unit_test(the_servers_language_does_not_matter),
		cmocka_unit_test(a_row_without_a_column_is_told_by_its_first_cell),
		cmocka_unit_test(a_key_that_is_not_there_is_found_by_its_value),
		cmocka_unit_test(what_names_no_cell_has_no_place),
	};
	return cmocka_run_group_tests(tests, csv_up, csv_down);
}
