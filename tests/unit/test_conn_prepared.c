// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Prepared texts: prepared once a link, and once more when the server has lost one or its columns have changed.
 */
#include "test.h"

#include "fake/conn_world.h"

static const struct query probe = { .sql = "SELECT probe", .is_prepared = true };

static void a_text_is_prepared_once_a_link(void **state)
{
	struct conn_world *w = *state;
	fake_expect(w->fake, "PREPARE dbtop_");
	fake_expect(w->fake, "EXECUTE dbtop_");
	fake_expect(w->fake, "EXECUTE dbtop_");
	conn_world_ask(w, &probe);
	conn_world_ask(w, &probe);
	fake_check_done(w->fake);

	fake_cut(w->fake);
	loop_advance_ms(w->loop, 1200);
	fake_expect(w->fake, "PREPARE dbtop_");
	fake_expect(w->fake, "EXECUTE dbtop_");
	conn_world_ask(w, &probe);
	assert_int_equal(w->answers, 3);
}

static void a_statement_the_server_lost_is_prepared_again(void **state)
{
	struct conn_world *w = *state;
	fake_expect(w->fake, "PREPARE dbtop_");
	fake_expect(w->fake, "EXECUTE dbtop_");
	conn_world_ask(w, &probe);

	fake_expect(w->fake, "EXECUTE dbtop_");
	fake_error(w->fake, "26000", "prepared statement does not exist", 0);
	fake_expect(w->fake, "PREPARE dbtop_");
	fake_expect(w->fake, "EXECUTE dbtop_");
	fake_rows(w->fake, "a", "here");
	conn_world_ask(w, &probe);

	assert_string_equal(w->cell, "here");
	assert_int_equal(w->answers, 2);
}

static void a_statement_that_stays_lost_is_an_error(void **state)
{
	struct conn_world *w = *state;
	for (int i = 0; i < 2; i++) {
		fake_expect(w->fake, "PREPARE dbtop_");
		fake_expect(w->fake, "EXECUTE dbtop_");
		fake_error(w->fake, "26000", "prepared statement does not exist", 0);
	}

	conn_world_ask(w, &probe);

	assert_string_equal(w->error.sqlstate, "26000");
}

/* Asked once before, so that it is prepared; asked again it is refused. */
static void be_refused(struct conn_world *w, const char *text)
{
	fake_expect(w->fake, "PREPARE dbtop_");
	fake_expect(w->fake, "EXECUTE dbtop_");
	conn_world_ask(w, &probe);
	fake_expect(w->fake, "EXECUTE dbtop_");
	fake_error(w->fake, "0A000", text, 0);
}

static const char stale_plan[] = "cached plan must not change result type";

static void a_statement_whose_columns_changed_is_prepared_again(void **state)
{
	struct conn_world *w = *state;
	be_refused(w, stale_plan);
	fake_expect(w->fake, "PREPARE dbtop_");
	fake_expect(w->fake, "EXECUTE dbtop_");
	fake_rows(w->fake, "a", "here");

	conn_world_ask(w, &probe);

	assert_string_equal(w->cell, "here");
	assert_int_equal(w->answers, 2);
}

static void a_statement_whose_columns_changed_twice_is_an_error(void **state)
{
	struct conn_world *w = *state;
	be_refused(w, stale_plan);
	fake_expect(w->fake, "PREPARE dbtop_");
	fake_expect(w->fake, "EXECUTE dbtop_");
	fake_error(w->fake, "0A000", stale_plan, 0);

	conn_world_ask(w, &probe);

	assert_string_equal(w->error.sqlstate, "0A000");
	assert_int_equal(w->answers, 2);
}

static void in_a_transaction_a_changed_statement_is_not_asked_again(void **state)
{
	struct conn_world *w = *state;
	fake_expect(w->fake, "BEGIN");
	fake_tag(w->fake, "BEGIN");
	conn_world_sql(w, "BEGIN");
	be_refused(w, stale_plan);

	conn_world_ask(w, &probe);

	assert_string_equal(w->error.sqlstate, "0A000");
	assert_true(conn_in_transaction(w->conn));
}

static void what_the_server_cannot_do_is_not_asked_again(void **state)
{
	struct conn_world *w = *state;
	be_refused(w, "this is not supported");

	conn_world_ask(w, &probe);
	assert_string_equal(w->error.sqlstate, "0A000");
	fake_expect(w->fake, "EXECUTE dbtop_"); /* nor forgotten */
	conn_world_ask(w, &probe);

	assert_int_equal(w->answers, 3);
}

static void a_statement_that_is_there_already_is_used(void **state)
{
	struct conn_world *w = *state;
	fake_expect(w->fake, "PREPARE dbtop_");
	fake_error(w->fake, "42P05", "prepared statement already exists", 0);
	fake_expect(w->fake, "EXECUTE dbtop_");
	fake_rows(w->fake, "a", "here");

	conn_world_ask(w, &probe);

	assert_string_equal(w->cell, "here");
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, conn_world_setup, conn_world_teardown)
	const struct CMUnitTest tests[] = {
		CASE(a_text_is_prepared_once_a_link),
		CASE(a_statement_the_server_lost_is_prepared_again),
		CASE(a_statement_that_stays_lost_is_an_error),
		CASE(a_statement_whose_columns_changed_is_prepared_again),
		CASE(a_statement_whose_columns_changed_twice_is_an_error),
		CASE(in_a_transaction_a_changed_statement_is_not_asked_again),
		CASE(what_the_server_cannot_do_is_not_asked_again),
		CASE(a_statement_that_is_there_already_is_used),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
