// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * One question and its answer: results, errors and their place, deadlines, cancel, COPY.
 */
#include "test.h"

#include "fake/conn_world.h"

static void rows_reach_the_one_who_asked(void **state)
{
	struct conn_world *w = *state;
	fake_expect(w->fake, "SELECT name");
	fake_rows(w->fake, "name|n", "tea|3\n~|~");

	conn_world_sql(w, "SELECT name, n FROM t");

	assert_int_equal(w->answers, 1);
	assert_string_equal(w->cell, "tea");
	assert_string_equal(w->tag, "SELECT 2");
	assert_true(conn_is_usable(w->conn));
}

struct chain {
	struct conn_world *w;
	int left;
};

static void ask_next(void *arg, const struct result *result, const struct err *e)
{
	struct chain *chain = arg;
	const struct query query = { .sql = "SELECT 1" };

	assert_non_null(result);
	assert_null(e);
	assert_true(conn_is_usable(chain->w->conn));
	if (chain->left-- > 0)
		conn_query(chain->w->conn, &query, ask_next, chain);
}

static void the_next_question_may_be_asked_in_the_answer(void **state)
{
	struct conn_world *w = *state;
	struct chain chain = { w, 20 };
	const struct query query = { .sql = "SELECT 1" };
	for (int i = 0; i < 21; i++)
		fake_expect(w->fake, "SELECT 1");

	conn_query(w->conn, &query, ask_next, &chain);
	loop_advance_ms(w->loop, 0);

	assert_int_equal(chain.left, -1);
}

static void an_error_keeps_its_sqlstate_and_the_link(void **state)
{
	struct conn_world *w = *state;
	fake_expect(w->fake, "SELECT");
	fake_error(w->fake, "42P01", "relation \"t\" does not exist", 15);

	conn_world_sql(w, "SELECT * FROM t");

	assert_int_equal(w->error.kind, ERR_SERVER);
	assert_string_equal(w->error.sqlstate, "42P01");
	assert_int_equal(w->error.line, 1);
	assert_int_equal(w->error.column, 15);
	assert_true(conn_is_usable(w->conn));
}

static void a_position_counts_characters_of_the_users_text(void **state)
{
	struct conn_world *w = *state;
	static const char sql[] = "/* ours é */ SELECT 'é日本',\n  'ü', nix";
	fake_expect(w->fake, "/*");
	/* characters before: 13 of ours, "SELECT 'é日本',\n" has 14, "  'ü', " has 7 */
	fake_error(w->fake, "42703", "column \"nix\" does not exist", 13 + 14 + 7 + 1);

	conn_world_ask(
		w, &(const struct query){ .sql = sql, .sql_offset = strlen("/* ours é */ ") });

	assert_int_equal(w->error.line, 2);
	assert_int_equal(w->error.column, 8);
}

static void a_position_in_our_own_text_is_not_shown_as_the_users(void **state)
{
	struct conn_world *w = *state;
	fake_expect(w->fake, "SET");
	fake_error(w->fake, "42601", "syntax error", 2);

	conn_world_ask(w, &(const struct query){ .sql = "SET x; SELECT 1", .sql_offset = 7 });

	assert_int_equal(w->error.line, 0);
}

static void a_fatal_is_told_instead_of_the_loss_behind_it(void **state)
{
	struct conn_world *w = *state;
	fake_expect(w->fake, "SELECT");
	fake_fatal(w->fake, "57P01", "terminating connection due to administrator command");

	conn_world_sql(w, "SELECT 1");

	assert_int_equal(w->answers, 1);
	assert_string_equal(w->error.sqlstate, "57P01");
	assert_int_equal(conn_view(w->conn)->state, LINK_WAITING);
	assert_string_equal(conn_view(w->conn)->sqlstate, "57P01");
}

static void a_link_lost_in_mid_question_ends_it_once(void **state)
{
	struct conn_world *w = *state;
	fake_expect(w->fake, "COMMIT");
	fake_drop(w->fake);

	conn_world_sql(w, "COMMIT");

	assert_int_equal(w->answers, 1);
	assert_int_equal(w->error.kind, ERR_CONNECT);
	assert_string_equal(w->error.sqlstate, "");
	assert_int_equal(conn_view(w->conn)->state, LINK_WAITING);
}

static void a_deadline_drops_the_link(void **state)
{
	struct conn_world *w = *state;
	fake_expect(w->fake, "SELECT");
	fake_silence(w->fake);

	conn_world_sql(w, "SELECT slow");
	loop_advance_ms(w->loop, 4999);
	assert_int_equal(w->answers, 0);
	loop_advance_ms(w->loop, 1);

	assert_int_equal(w->answers, 1);
	assert_int_equal(w->error.kind, ERR_TIMEOUT);
	assert_int_equal(w->fake->finishes, 1);
	loop_advance_ms(w->loop, 1200);
	assert_int_equal(conn_view(w->conn)->state, LINK_UP);
}

static void cancel_ends_in_the_servers_answer(void **state)
{
	struct conn_world *w = *state;
	fake_expect(w->fake, "SELECT");
	fake_silence(w->fake);
	conn_world_sql(w, "SELECT pg_sleep(100)");

	conn_cancel(w->conn);
	assert_int_equal(w->answers, 0);
	loop_advance_ms(w->loop, 0);

	assert_int_equal(w->fake->cancels, 1);
	assert_int_equal(w->answers, 1);
	assert_string_equal(w->error.sqlstate, "57014");
	assert_true(conn_is_usable(w->conn));
}

static void cancel_without_a_question_does_nothing(void **state)
{
	struct conn_world *w = *state;
	conn_cancel(w->conn);
	loop_advance_ms(w->loop, 0);
	assert_int_equal(w->fake->cancels, 0);
}

static void freeing_ends_what_runs_as_canceled(void **state)
{
	struct conn_world *w = *state;
	fake_expect(w->fake, "SELECT");
	fake_silence(w->fake);
	conn_world_sql(w, "SELECT 1");

	conn_free(w->conn);
	w->conn = NULL;

	assert_int_equal(w->answers, 1);
	assert_int_equal(w->error.kind, ERR_CANCELED);
}

static void the_tag_of_a_commit_is_there_to_be_read(void **state)
{
	struct conn_world *w = *state;
	fake_expect(w->fake, "BEGIN");
	fake_tag(w->fake, "BEGIN");
	fake_expect(w->fake, "SELECT");
	fake_error(w->fake, "22012", "division by zero", 0);
	fake_expect(w->fake, "COMMIT");
	fake_tag(w->fake, "ROLLBACK");

	conn_world_sql(w, "BEGIN");
	assert_true(conn_in_transaction(w->conn));
	conn_world_sql(w, "SELECT 1/0");
	assert_true(conn_in_transaction(w->conn));
	conn_world_sql(w, "COMMIT");

	assert_string_equal(w->tag, "ROLLBACK");
	assert_false(conn_in_transaction(w->conn));
}

static void a_notice_is_passed_on_and_is_no_answer(void **state)
{
	struct conn_world *w = *state;
	fake_expect(w->fake, "DO");
	fake_notice(w->fake, "NOTICE", "half way");
	fake_tag(w->fake, "DO");

	conn_world_sql(w, "DO $$…$$");

	assert_string_equal(w->notice, "NOTICE: half way");
	assert_string_equal(w->tag, "DO");
}

static void several_statements_give_the_last_result_or_the_first_error(void **state)
{
	struct conn_world *w = *state;
	const struct query query = { .sql = "SELECT 1; SELECT 2", .is_simple = true };
	fake_expect(w->fake, "SELECT 1;");
	fake_rows(w->fake, "a", "1");
	fake_rows(w->fake, "b", "2");
	conn_world_ask(w, &query);
	assert_string_equal(w->cell, "2");

	fake_expect(w->fake, "SELECT 1;");
	fake_rows(w->fake, "a", "1");
	fake_error(w->fake, "22012", "division by zero", 0);
	conn_world_ask(w, &query);
	assert_string_equal(w->error.sqlstate, "22012");
}

static void a_full_socket_is_waited_for(void **state)
{
	struct conn_world *w = *state;
	w->fake->full_sockets = 3;
	fake_expect(w->fake, "INSERT");
	fake_tag(w->fake, "INSERT 0 1");

	conn_world_sql(w, "INSERT …");

	assert_int_equal(w->fake->full_sockets, 0);
	assert_string_equal(w->tag, "INSERT 0 1");
}

static void copy_sends_all_rows_though_the_socket_fills(void **state)
{
	struct conn_world *w = *state;
	w->fake->full_sockets = 2;
	fake_expect(w->fake, "COPY");
	fake_copy_in(w->fake);
	fake_tag(w->fake, "COPY 2");

	conn_world_ask(w, &(const struct query){ .sql = "COPY t FROM stdin",
				  .copy_data = span_of("1\ttea\n2\tmilk\n") });

	assert_string_equal(w->tag, "COPY 2");
	assert_non_null(strstr(w->fake->asked, "1\ttea\n2\tmilk\n"));
}

static void copy_without_rows_is_ended_with_a_reason(void **state)
{
	struct conn_world *w = *state;
	fake_expect(w->fake, "COPY");
	fake_copy_in(w->fake);
	fake_error(w->fake, "57014", "COPY from stdin failed: no rows are given", 0);

	conn_world_ask(w, &(const struct query){ .sql = "COPY t FROM stdin" });

	assert_string_equal(w->error.sqlstate, "57014");
	assert_non_null(strstr(w->fake->asked, "no rows are given for this COPY"));
}

static const struct query probe = { .sql = "SELECT probe", .is_prepared = true };

static void be_behind_a_pooler(struct conn_world *w)
{
	w->fake->backend_pid = 99;
	fake_cut(w->fake);
	loop_advance_ms(w->loop, 1200);
}

static void through_a_pooler_a_question_brings_its_settings_and_has_no_name(void **state)
{
	struct conn_world *w = *state;
	be_behind_a_pooler(w);
	fake_expect(w->fake, "LOCAL SELECT probe");
	fake_rows(w->fake, "a", "here");

	conn_world_ask(w, &probe);

	assert_string_equal(w->cell, "here");
	assert_non_null(strstr(w->fake->last_local, "'transaction_read_only', 'on', true"));
	assert_non_null(strstr(w->fake->last_local, "'search_path', '', true"));
	assert_non_null(strstr(w->fake->last_local, " 1500 100 60000 dbtop/monitor "));
}

static void through_a_pooler_the_role_is_asked_for_not_believed(void **state)
{
	struct conn_world *w = *state;
	be_behind_a_pooler(w);
	w->fake->in_hot_standby = "on"; /* what the pooler heard once */
	fake_expect(w->fake, "LOCAL SELECT probe");

	conn_world_ask(w, &probe);

	assert_false(conn_view(w->conn)->identity.is_standby);
	assert_false(conn_is_identity_stale(w->conn));
	loop_advance_ms(w->loop, 11000);
	assert_true(conn_is_identity_stale(w->conn));
}

static void a_question_on_a_lost_link_is_answered_by_the_loss_a_turn_later(void **state)
{
	struct conn_world *w = *state;
	fake_goodbye(w->fake, "57P01", "terminating connection due to administrator command");
	loop_advance_ms(w->loop, 0);
	assert_false(conn_is_usable(w->conn));

	conn_query(w->conn, &probe, conn_world_done, w);
	assert_int_equal(w->answers, 0);
	loop_advance_ms(w->loop, 0);

	assert_int_equal(w->answers, 1);
	assert_string_equal(w->error.sqlstate, "57P01");
	fake_check_done(w->fake); /* it was sent to nobody */
}

static void a_question_on_a_lost_link_ends_with_the_conn(void **state)
{
	struct conn_world *w = *state;
	fake_goodbye(w->fake, "57P01", "terminating connection due to administrator command");
	loop_advance_ms(w->loop, 0);
	conn_query(w->conn, &probe, conn_world_done, w);

	conn_free(w->conn);
	w->conn = NULL;

	assert_int_equal(w->answers, 1);
	assert_int_equal(w->error.kind, ERR_CANCELED);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, conn_world_setup, conn_world_teardown)
	const struct CMUnitTest tests[] = {
		CASE(rows_reach_the_one_who_asked),
		CASE(the_next_question_may_be_asked_in_the_answer),
		CASE(an_error_keeps_its_sqlstate_and_the_link),
		CASE(a_position_counts_characters_of_the_users_text),
		CASE(a_position_in_our_own_text_is_not_shown_as_the_users),
		CASE(a_fatal_is_told_instead_of_the_loss_behind_it),
		CASE(a_link_lost_in_mid_question_ends_it_once),
		CASE(a_deadline_drops_the_link),
		CASE(cancel_ends_in_the_servers_answer),
		CASE(cancel_without_a_question_does_nothing),
		CASE(freeing_ends_what_runs_as_canceled),
		CASE(a_question_on_a_lost_link_is_answered_by_the_loss_a_turn_later),
		CASE(a_question_on_a_lost_link_ends_with_the_conn),
		CASE(the_tag_of_a_commit_is_there_to_be_read),
		CASE(a_notice_is_passed_on_and_is_no_answer),
		CASE(several_statements_give_the_last_result_or_the_first_error),
		CASE(a_full_socket_is_waited_for),
		CASE(copy_sends_all_rows_though_the_socket_fills),
		CASE(copy_without_rows_is_ended_with_a_reason),
		CASE(through_a_pooler_a_question_brings_its_settings_and_has_no_name),
		CASE(through_a_pooler_the_role_is_asked_for_not_believed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
