// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What a person typed: a read goes to a standby inside READ ONLY, all else to the primary, and nothing is sent twice but
 * what a standby refused as a write.
 */
#include "test.h"

#include "typed_answer.h"
#include "fake/servers_world.h"

#define TEXT	   "SELECT a FROM t"
#define BEGIN_READ "BEGIN\n READ ONLY"
#define CATALOG	   "WITH\nnamed AS ("

struct world {
	struct servers_world *s;
	struct deep *deep;
	struct typed *typed;
	struct typed_run *run;
	struct typed_answer a; /* to the last text */
};

static int set_up(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	void *servers;

	assert_non_null(w);
	int failed = servers_world_setup(&servers);
	w->s = servers;
	servers_world_open(w->s, 2);
	servers_world_look(w->s);
	w->deep = deep_new();
	w->typed = typed_new(w->s->servers, w->deep);
	*state = w;
	return failed;
}

static int tear_down(void **state)
{
	struct world *w = *state;
	void *servers = w->s;

	typed_free(w->typed);
	deep_free(w->deep);
	free(w);
	return servers_world_teardown(&servers);
}

static void type(struct world *w, const char *text)
{
	const struct typed_request request = { .text = text, .is_split = true };

	w->a.answers = w->a.ends = 0;
	w->run = typed_start(w->typed, &request, typed_answer_rows, typed_answer_end, &w->a);
	assert_int_equal(w->a.ends, 0); /* never before a turn */
	servers_world_ms(w->s, 0);
}

static void expect(struct world *w, int server, const char *sql, const char *tag)
{
	fake_expect(w->s->fakes[server], sql);
	fake_tag(w->s->fakes[server], tag);
}

static void expect_rows(struct world *w, int server, const char *sql, const char *rows)
{
	fake_expect(w->s->fakes[server], sql);
	fake_rows(w->s->fakes[server], "a", rows);
}

static void expect_no_objection(struct world *w)
{
	fake_expect(w->s->fakes[1], CATALOG);
	fake_rows(w->s->fakes[1], "kind|name|why", "");
}

/* A unit of one question on the primary that wrote nothing. */
static void expect_on_primary(struct world *w, const char *sql, const char *rows)
{
	expect(w, 0, "BEGIN", "BEGIN");
	expect_rows(w, 0, sql, rows);
	fake_expect(w->s->fakes[0], "SELECT pg_catalog.pg_current_xact_id_if_assigned()");
	fake_rows(w->s->fakes[0], "xact_id", "~");
	expect(w, 0, "COMMIT", "COMMIT");
}

static void a_read_is_answered_by_a_standby_inside_read_only(void **state)
{
	struct world *w = *state;
	expect(w, 1, BEGIN_READ, "BEGIN");
	expect_no_objection(w);
	expect_rows(w, 1, TEXT, "7");
	expect(w, 1, "COMMIT", "COMMIT");

	type(w, TEXT);

	assert_int_equal(w->a.ends, 1);
	assert_int_equal(w->a.answers, 1);
	assert_string_equal(w->a.cell, "7");
	assert_int_equal(w->a.end.server, 1);
	assert_true(w->a.end.is_read);
	assert_string_equal(w->a.end.why, "");
}

static void the_catalog_is_asked_once_a_minute_for_a_text(void **state)
{
	struct world *w = *state;
	a_read_is_answered_by_a_standby_inside_read_only(state);
	expect(w, 1, BEGIN_READ, "BEGIN");
	expect_rows(w, 1, TEXT, "8");
	expect(w, 1, "COMMIT", "COMMIT");
	type(w, TEXT);
	assert_string_equal(w->a.cell, "8");

	servers_world_ms(w->s, 61000);
	a_read_is_answered_by_a_standby_inside_read_only(state);
}

static void what_the_catalog_objects_to_goes_to_the_primary_and_says_why(void **state)
{
	struct world *w = *state;
	expect(w, 1, BEGIN_READ, "BEGIN");
	fake_expect(w->s->fakes[1], CATALOG);
	fake_rows(w->s->fakes[1], "kind|name|why", "function|f|is volatile");
	expect(w, 1, "ROLLBACK", "ROLLBACK");
	expect_on_primary(w, "SELECT f()", "7");

	type(w, "SELECT f()");

	assert_int_equal(w->a.answers, 1);
	assert_int_equal(w->a.end.server, 0);
	assert_false(w->a.end.is_read);
	assert_false(w->a.end.was_sent_on);
	assert_string_equal(w->a.end.why, "function f is volatile");
}

static void what_a_standby_refuses_as_a_write_runs_on_the_primary(void **state)
{
	struct world *w = *state;
	expect(w, 1, BEGIN_READ, "BEGIN");
	expect_no_objection(w);
	fake_expect(w->s->fakes[1], TEXT);
	fake_error(
		w->s->fakes[1], "25006", "cannot execute nextval() in a read-only transaction", 0);
	expect(w, 1, "ROLLBACK", "ROLLBACK");
	expect_on_primary(w, TEXT, "7");
	int dials = w->s->fakes[1]->dials;

	type(w, TEXT);

	assert_int_equal(w->a.ends, 1);
	assert_int_equal(w->a.answers, 1);
	assert_int_equal(w->a.end.server, 0);
	assert_true(w->a.end.was_sent_on);
	/* the standby is what it was: a write it refused says nothing of it */
	assert_int_equal(servers_circuit(w->s->servers, 1)->state, CIRCUIT_REPLICA);
	assert_int_equal(w->s->fakes[1]->dials, dials + 1);
	assert_int_equal(w->s->fakes[1]->finishes, 0);
}

static void any_other_failure_is_told_and_nothing_is_sent_again(void **state)
{
	struct world *w = *state;
	expect(w, 1, BEGIN_READ, "BEGIN");
	expect_no_objection(w);
	fake_expect(w->s->fakes[1], TEXT);
	fake_drop(w->s->fakes[1]);

	type(w, TEXT);
	servers_world_ms(w->s, 1000);

	assert_int_equal(w->a.ends, 1);
	assert_int_equal(w->a.answers, 0);
	assert_int_equal(w->a.error.kind, ERR_CONNECT);
	assert_int_equal(w->a.end.outcome, WORK_ROLLED_BACK);
}

static void what_is_no_read_goes_to_the_primary_at_once(void **state)
{
	struct world *w = *state;
	expect_on_primary(w, "SELECT a FROM t FOR UPDATE", "7");

	type(w, "SELECT a FROM t FOR UPDATE");

	assert_int_equal(w->a.answers, 1);
	assert_int_equal(w->a.end.server, 0);
	assert_string_equal(w->a.end.why, "it locks rows");
}

static void a_transaction_of_ones_own_is_refused_unsent(void **state)
{
	struct world *w = *state;

	type(w, "BEGIN");

	assert_int_equal(w->a.ends, 1);
	assert_int_equal(w->a.error.kind, ERR_USAGE);
	assert_int_equal(w->a.end.server, SERVERS_NONE);
}

static void a_canceled_one_ends_as_canceled_and_is_not_sent_on(void **state)
{
	struct world *w = *state;
	expect(w, 1, BEGIN_READ, "BEGIN");
	expect_no_objection(w);
	fake_expect(w->s->fakes[1], TEXT);
	fake_silence(w->s->fakes[1]);
	type(w, TEXT);
	assert_int_equal(w->a.ends, 0);
	expect(w, 1, "ROLLBACK", "ROLLBACK");

	typed_cancel(w->run);
	servers_world_ms(w->s, 0);

	assert_int_equal(w->a.ends, 1);
	assert_int_equal(w->a.answers, 0);
	assert_int_equal(w->a.error.kind, ERR_CANCELED);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(a_read_is_answered_by_a_standby_inside_read_only),
		CASE(the_catalog_is_asked_once_a_minute_for_a_text),
		CASE(what_the_catalog_objects_to_goes_to_the_primary_and_says_why),
		CASE(what_a_standby_refuses_as_a_write_runs_on_the_primary),
		CASE(any_other_failure_is_told_and_nothing_is_sent_again),
		CASE(what_is_no_read_goes_to_the_primary_at_once),
		CASE(a_transaction_of_ones_own_is_refused_unsent),
		CASE(a_canceled_one_ends_as_canceled_and_is_not_sent_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
