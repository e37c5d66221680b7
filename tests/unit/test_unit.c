// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The unit of work: commit, its tag, rollback on error, cancel and early release, savepoints.
 */
#include "test.h"

#include "fake/conn_world.h"
#include "pg/unit.h"

struct unit_world {
	struct conn_world c;
	struct unit_of_work *unit;
	int ends;
	struct err error;
};

static void ended(void *arg, const struct err *e)
{
	struct unit_world *w = arg;

	w->ends++;
	w->error = e ? *e : (struct err){ .kind = ERR_NONE };
}

static void settle(struct unit_world *w)
{
	loop_advance_ms(w->c.loop, 0);
}

static int setup(void **state)
{
	struct unit_world *w = calloc(1, sizeof(*w));

	conn_world_init(&w->c);
	conn_world_open(&w->c);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct unit_world *w = *state;

	unit_free(w->unit);
	settle(w);
	fake_check_done(w->c.fake);
	conn_world_release(&w->c);
	free(w);
	return 0;
}

static void begin(struct unit_world *w, const struct unit_options *options, const char *text)
{
	fake_expect(w->c.fake, text);
	fake_tag(w->c.fake, "BEGIN");
	w->unit = unit_begin(w->c.conn, options, ended, w);
	assert_int_equal(w->ends, 0);
	settle(w);
	assert_int_equal(w->ends, 1);
	assert_true(unit_is_open(w->unit));
}

static void run(struct unit_world *w, const char *sql)
{
	const struct query query = { .sql = sql };

	unit_run(w->unit, &query, conn_world_done, &w->c);
	settle(w);
}

static void expect_rollback(struct unit_world *w)
{
	fake_expect(w->c.fake, "ROLLBACK");
	fake_tag(w->c.fake, "ROLLBACK");
}

static void a_unit_begins_as_told_and_commits(void **state)
{
	struct unit_world *w = *state;
	const struct unit_options options = {
		.isolation = UNIT_SERIALIZABLE, .is_read_only = true, .is_deferrable = true
	};
	begin(w, &options, "BEGIN\n ISOLATION LEVEL SERIALIZABLE READ ONLY DEFERRABLE");
	fake_expect(w->c.fake, "SELECT");
	fake_rows(w->c.fake, "a", "1");
	run(w, "SELECT 1");
	assert_string_equal(w->c.cell, "1");

	fake_expect(w->c.fake, "COMMIT");
	fake_tag(w->c.fake, "COMMIT");
	unit_commit(w->unit, ended, w);
	settle(w);

	assert_int_equal(w->error.kind, ERR_NONE);
	assert_false(unit_is_open(w->unit));
	assert_true(conn_is_usable(w->c.conn));
}

static void a_commit_answered_with_rollback_is_an_error(void **state)
{
	struct unit_world *w = *state;
	begin(w, &(struct unit_options){ 0 }, "BEGIN");
	fake_expect(w->c.fake, "COMMIT");
	fake_tag(w->c.fake, "ROLLBACK");

	unit_commit(w->unit, ended, w);
	settle(w);

	assert_int_equal(w->error.kind, ERR_CONFLICT);
	assert_non_null(strstr(w->error.text, "nothing was committed"));
}

static void an_error_rolls_back_before_it_is_told(void **state)
{
	struct unit_world *w = *state;
	begin(w, &(struct unit_options){ 0 }, "BEGIN");
	fake_expect(w->c.fake, "INSERT");
	fake_error(w->c.fake, "23505", "duplicate key", 0);
	expect_rollback(w);

	run(w, "INSERT …");

	assert_int_equal(w->c.answers, 1);
	assert_string_equal(w->c.error.sqlstate, "23505");
	assert_false(unit_is_open(w->unit));
	assert_false(conn_in_transaction(w->c.conn));
}

static void a_savepoint_saves_the_unit_from_an_error(void **state)
{
	struct unit_world *w = *state;
	begin(w, &(struct unit_options){ 0 }, "BEGIN");
	fake_expect(w->c.fake, "SAVEPOINT \"be\"\"fore\"");
	fake_tag(w->c.fake, "SAVEPOINT");
	unit_savepoint(w->unit, "be\"fore", ended, w);
	settle(w);
	fake_expect(w->c.fake, "INSERT");
	fake_error(w->c.fake, "23505", "duplicate key", 0);
	run(w, "INSERT …");
	assert_true(unit_is_open(w->unit));

	fake_expect(w->c.fake, "ROLLBACK TO SAVEPOINT \"be\"\"fore\"");
	unit_rollback_to(w->unit, "be\"fore", ended, w);
	settle(w);
	fake_expect(w->c.fake, "COMMIT");
	fake_tag(w->c.fake, "COMMIT");
	unit_commit(w->unit, ended, w);
	settle(w);

	assert_int_equal(w->error.kind, ERR_NONE);
}

static void save(struct unit_world *w, const char *name, const char *text)
{
	fake_expect(w->c.fake, text);
	fake_tag(w->c.fake, "SAVEPOINT");
	unit_savepoint(w->unit, name, ended, w);
	settle(w);
	assert_int_equal(w->error.kind, ERR_NONE);
}

static void go_back_to(struct unit_world *w, const char *name, const char *text)
{
	fake_expect(w->c.fake, text);
	fake_tag(w->c.fake, "ROLLBACK");
	unit_rollback_to(w->unit, name, ended, w);
	settle(w);
	assert_int_equal(w->error.kind, ERR_NONE);
}

static void insert_in_vain(struct unit_world *w)
{
	fake_expect(w->c.fake, "INSERT");
	fake_error(w->c.fake, "23505", "duplicate key", 0);
	run(w, "INSERT …");
	assert_string_equal(w->c.error.sqlstate, "23505");
	assert_true(unit_is_open(w->unit));
}

static void commit(struct unit_world *w)
{
	fake_expect(w->c.fake, "COMMIT");
	fake_tag(w->c.fake, "COMMIT");
	unit_commit(w->unit, ended, w);
	settle(w);
	assert_int_equal(w->error.kind, ERR_NONE);
}

static void the_outer_savepoint_stands_after_a_return_to_the_inner_one(void **state)
{
	struct unit_world *w = *state;
	begin(w, &(struct unit_options){ 0 }, "BEGIN");
	save(w, "outer", "SAVEPOINT \"outer\"");
	save(w, "inner", "SAVEPOINT \"inner\"");

	insert_in_vain(w);
	go_back_to(w, "inner", "ROLLBACK TO SAVEPOINT \"inner\"");
	insert_in_vain(w);
	go_back_to(w, "outer", "ROLLBACK TO SAVEPOINT \"outer\"");
	commit(w);

	assert_false(conn_in_transaction(w->c.conn));
}

/* The server aborts the transaction, and there is nothing to go back to. */
static void a_savepoint_that_fails_saves_nothing(void **state)
{
	struct unit_world *w = *state;
	begin(w, &(struct unit_options){ 0 }, "BEGIN");
	fake_expect(w->c.fake, "SAVEPOINT");
	fake_error(w->c.fake, "53200", "out of memory", 0);
	expect_rollback(w);

	unit_savepoint(w->unit, "only", ended, w);
	settle(w);

	assert_int_equal(w->ends, 2); /* BEGIN, and this */
	assert_string_equal(w->error.sqlstate, "53200");
	assert_false(unit_is_open(w->unit));
	assert_false(conn_in_transaction(w->c.conn));
}

static void an_inner_savepoint_that_fails_leaves_the_outer_one(void **state)
{
	struct unit_world *w = *state;
	begin(w, &(struct unit_options){ 0 }, "BEGIN");
	save(w, "outer", "SAVEPOINT \"outer\"");
	fake_expect(w->c.fake, "SAVEPOINT \"inner\"");
	fake_error(w->c.fake, "53200", "out of memory", 0);

	unit_savepoint(w->unit, "inner", ended, w);
	settle(w);

	assert_string_equal(w->error.sqlstate, "53200");
	assert_true(unit_is_open(w->unit));
	go_back_to(w, "outer", "ROLLBACK TO SAVEPOINT \"outer\"");
	commit(w);
}

static void begin_in_vain(struct unit_world *w)
{
	const struct unit_options options = { .deadline_ms = 2000 };

	w->unit = unit_begin(w->c.conn, &options, ended, w);
	assert_int_equal(w->ends, 0);
	settle(w);
}

static void a_begin_the_server_refuses_is_told_once_and_rolls_nothing_back(void **state)
{
	struct unit_world *w = *state;
	fake_expect(w->c.fake, "BEGIN");
	fake_error(w->c.fake, "0A000", "cannot set transaction read-write mode during recovery", 0);

	begin_in_vain(w);

	assert_int_equal(w->ends, 1);
	assert_string_equal(w->error.sqlstate, "0A000");
	assert_false(unit_is_open(w->unit));
	assert_false(conn_in_transaction(w->c.conn));
	assert_true(conn_is_usable(w->c.conn));
}

static void a_begin_that_loses_the_link_is_told_once(void **state)
{
	struct unit_world *w = *state;
	fake_expect(w->c.fake, "BEGIN");
	fake_fatal(w->c.fake, "57P01", "terminating connection due to administrator command");

	begin_in_vain(w);
	assert_false(conn_is_usable(w->c.conn));
	loop_advance_ms(w->c.loop, 5000); /* and the new link knows nothing of the unit */

	assert_int_equal(w->ends, 1);
	assert_string_equal(w->error.sqlstate, "57P01");
	assert_false(unit_is_open(w->unit));
	assert_false(conn_in_transaction(w->c.conn));
}

static void a_begin_without_answer_drops_the_link_at_its_deadline(void **state)
{
	struct unit_world *w = *state;
	fake_expect(w->c.fake, "BEGIN");
	fake_silence(w->c.fake);

	begin_in_vain(w);
	loop_advance_ms(w->c.loop, 1999);
	assert_int_equal(w->ends, 0);
	loop_advance_ms(w->c.loop, 1);

	assert_int_equal(w->ends, 1);
	assert_int_equal(w->error.kind, ERR_TIMEOUT);
	assert_false(unit_is_open(w->unit));
	assert_int_equal(w->c.fake->finishes, 1);
}

static void a_begin_whose_settings_are_refused_is_rolled_back(void **state)
{
	struct unit_world *w = *state;
	conn_free(w->c.conn);
	w->c.options.purpose = CONN_WORK;
	w->c.fake->backend_pid = 99; /* a pooler, which shares the session out */
	conn_world_open(&w->c);
	fake_expect(w->c.fake, "BEGIN");
	fake_tag(w->c.fake, "BEGIN");
	fake_expect(w->c.fake, "SELECT");
	fake_error(w->c.fake, "42501", "permission denied to set role", 0);
	expect_rollback(w);

	begin_in_vain(w);

	assert_int_equal(w->ends, 1);
	assert_string_equal(w->error.sqlstate, "42501");
	assert_false(unit_is_open(w->unit));
	assert_false(conn_in_transaction(w->c.conn));
}

static void cancel_rolls_back(void **state)
{
	struct unit_world *w = *state;
	begin(w, &(struct unit_options){ 0 }, "BEGIN");
	fake_expect(w->c.fake, "SELECT");
	fake_silence(w->c.fake);
	run(w, "SELECT slow");
	expect_rollback(w);

	unit_cancel(w->unit);
	settle(w);

	assert_string_equal(w->c.error.sqlstate, "57014");
	assert_false(conn_in_transaction(w->c.conn));
}

static void early_release_rolls_back(void **state)
{
	struct unit_world *w = *state;
	begin(w, &(struct unit_options){ 0 }, "BEGIN");
	expect_rollback(w);

	unit_free(w->unit);
	w->unit = NULL;
	settle(w);

	assert_false(conn_in_transaction(w->c.conn));
	assert_true(conn_is_usable(w->c.conn));
}

static void release_in_mid_statement_cancels_and_rolls_back_untold(void **state)
{
	struct unit_world *w = *state;
	begin(w, &(struct unit_options){ 0 }, "BEGIN");
	fake_expect(w->c.fake, "SELECT");
	fake_silence(w->c.fake);
	run(w, "SELECT slow");
	expect_rollback(w);

	unit_free(w->unit);
	w->unit = NULL;
	settle(w);

	assert_int_equal(w->c.answers, 0);
	assert_int_equal(w->c.fake->cancels, 1);
	assert_true(conn_is_usable(w->c.conn));
}

static void a_lost_link_ends_the_unit(void **state)
{
	struct unit_world *w = *state;
	begin(w, &(struct unit_options){ 0 }, "BEGIN");
	fake_expect(w->c.fake, "COMMIT");
	fake_drop(w->c.fake);

	unit_commit(w->unit, ended, w);
	settle(w);

	assert_int_equal(w->error.kind, ERR_CONNECT);
	assert_false(unit_is_open(w->unit));
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(a_unit_begins_as_told_and_commits),
		CASE(a_commit_answered_with_rollback_is_an_error),
		CASE(an_error_rolls_back_before_it_is_told),
		CASE(a_savepoint_saves_the_unit_from_an_error),
		CASE(the_outer_savepoint_stands_after_a_return_to_the_inner_one),
		CASE(a_savepoint_that_fails_saves_nothing),
		CASE(an_inner_savepoint_that_fails_leaves_the_outer_one),
		CASE(a_begin_the_server_refuses_is_told_once_and_rolls_nothing_back),
		CASE(a_begin_that_loses_the_link_is_told_once),
		CASE(a_begin_without_answer_drops_the_link_at_its_deadline),
		CASE(a_begin_whose_settings_are_refused_is_rolled_back),
		CASE(cancel_rolls_back),
		CASE(early_release_rolls_back),
		CASE(release_in_mid_statement_cancels_and_rolls_back_untold),
		CASE(a_lost_link_ends_the_unit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
