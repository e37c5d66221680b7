// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Questions that travel together: who is told what, and what a failure, a lost link or a closed conn does to the rest.
 */
#include "test.h"

#include "fake/conn_world.h"

struct ride {
	struct conn_world *w;
	struct train train;
	char seen[64]; /* tags of the answers on the way */
	bool leaves;   /* frees the conn at the first answer */
	int done;
	char end[64]; /* the last answer's tag, or the error */
	int column;
};

static void on_the_way(void *arg, size_t index, const struct result *result)
{
	struct ride *ride = arg;
	size_t used = strlen(ride->seen);

	snprintf(ride->seen + used, sizeof(ride->seen) - used, "%zu %s\n", index,
		result_tag(result));
	assert_false(conn_is_usable(ride->w->conn));
	if (ride->leaves)
		conn_free(ride->w->conn);
	if (ride->leaves)
		ride->w->conn = NULL;
}

static void arrived(void *arg, const struct result *result, const struct err *e)
{
	struct ride *ride = arg;

	ride->done++;
	ride->column = e ? e->column : 0;
	snprintf(ride->end, sizeof(ride->end), "%s", e ? e->sqlstate : result_tag(result));
}

static void ride(struct conn_world *w, struct ride *ride)
{
	ride->w = w;
	ride->train.queries[0] = (struct query){ .sql = "BEGIN" };
	ride->train.queries[1] = (struct query){ .sql = "SELECT guard", .is_prepared = true };
	ride->train.queries[2] = (struct query){ .sql = "CREATE TABLE t ()" };
	ride->train.count = 3;
	ride->train.pushed = 2;
	ride->train.answered = on_the_way;
	conn_train(w->conn, &ride->train, arrived, ride);
	loop_advance_ms(w->loop, 0);
}

static void questions_of_a_train_are_answered_one_by_one(void **state)
{
	struct conn_world *w = *state;
	struct ride first = { 0 }, second = { 0 };
	for (int i = 0; i < 2; i++) {
		fake_expect(w->fake, "BEGIN");
		fake_tag(w->fake, "BEGIN");
		if (i == 0)
			fake_expect(w->fake, "PREPARE dbtop_");
		fake_expect(w->fake, "EXECUTE dbtop_");
		fake_tag(w->fake, "SELECT 1");
		fake_expect(w->fake, "CREATE TABLE");
		fake_tag(w->fake, "CREATE TABLE");
	}

	ride(w, &first);
	ride(w, &second);

	assert_string_equal(first.seen, "0 BEGIN\n1 SELECT 1\n");
	assert_string_equal(first.end, "CREATE TABLE");
	assert_string_equal(second.seen, first.seen);
	assert_int_equal(first.done + second.done, 2);
	assert_int_equal(w->fake->pushes, 2);
	assert_true(conn_is_usable(w->conn));
}

static void behind_a_failure_nothing_of_a_train_is_answered(void **state)
{
	struct conn_world *w = *state;
	struct ride it = { 0 };
	fake_expect(w->fake, "BEGIN");
	fake_tag(w->fake, "BEGIN");
	fake_expect(w->fake, "PREPARE dbtop_");
	fake_expect(w->fake, "EXECUTE dbtop_");
	fake_error(w->fake, "22P02", "of the migration locks only 0 are ours", 8);
	fake_expect(w->fake, "CREATE TABLE");
	fake_tag(w->fake, "CREATE TABLE");

	ride(w, &it);

	assert_string_equal(it.seen, "0 BEGIN\n");
	assert_string_equal(it.end, "22P02");
	assert_int_equal(it.column, 8);
	assert_int_equal(it.done, 1);
	assert_true(conn_is_usable(w->conn));
	assert_true(conn_in_transaction(w->conn));
}

static void a_link_that_breaks_on_the_way_ends_a_train(void **state)
{
	struct conn_world *w = *state;
	struct ride it = { 0 };
	fake_expect(w->fake, "BEGIN");
	fake_tag(w->fake, "BEGIN");
	fake_expect(w->fake, "PREPARE dbtop_");
	fake_drop(w->fake);
	fake_expect(w->fake, "EXECUTE dbtop_");
	fake_expect(w->fake, "CREATE TABLE");

	ride(w, &it);

	assert_string_equal(it.seen, "0 BEGIN\n");
	assert_string_equal(it.end, "");
	assert_int_equal(it.done, 1);
	assert_false(conn_is_usable(w->conn));
}

static void a_conn_may_be_freed_while_a_train_is_under_way(void **state)
{
	struct conn_world *w = *state;
	struct ride it = { .leaves = true };
	fake_expect(w->fake, "BEGIN");
	fake_tag(w->fake, "BEGIN");
	fake_expect(w->fake, "PREPARE dbtop_");
	fake_expect(w->fake, "EXECUTE dbtop_");
	fake_expect(w->fake, "CREATE TABLE");

	ride(w, &it);

	assert_string_equal(it.seen, "0 BEGIN\n");
	assert_int_equal(it.done, 1);
}

static void rows_are_not_taken_in_a_train(void **state)
{
	struct conn_world *w = *state;
	struct ride it = { 0 };
	fake_expect(w->fake, "BEGIN");
	fake_tag(w->fake, "BEGIN");
	fake_expect(w->fake, "PREPARE dbtop_");
	fake_expect(w->fake, "EXECUTE dbtop_");
	fake_copy_in(w->fake);
	fake_expect(w->fake, "CREATE TABLE");

	ride(w, &it);

	assert_int_equal(it.done, 1);
	assert_false(conn_is_usable(w->conn));
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, conn_world_setup, conn_world_teardown)
	const struct CMUnitTest tests[] = {
		CASE(questions_of_a_train_are_answered_one_by_one),
		CASE(behind_a_failure_nothing_of_a_train_is_answered),
		CASE(a_link_that_breaks_on_the_way_ends_a_train),
		CASE(a_conn_may_be_freed_while_a_train_is_under_way),
		CASE(rows_are_not_taken_in_a_train),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
