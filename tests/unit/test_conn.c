// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The machine: dialing, being refused, losing the link, coming back. Virtual time, a scripted server.
 */
#include "test.h"

#include "fake/conn_world.h"

static const struct link_view *view(struct conn_world *w)
{
	return conn_view(w->conn);
}

static int setup(void **state)
{
	struct conn_world *w = calloc(1, sizeof(*w));

	conn_world_init(w);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	conn_world_release(*state);
	free(*state);
	return 0;
}

static void an_opened_conn_knows_who_answers(void **state)
{
	struct conn_world *w = *state;

	conn_world_open(w);

	assert_int_equal(view(w)->state, LINK_UP);
	assert_string_equal(view(w)->identity.system_identifier, "7000000000000000001");
	assert_int_equal(view(w)->identity.timeline, 1);
	assert_string_equal(view(w)->identity.database, "shop");
	assert_string_equal(view(w)->identity.version_words, "15.18");
	assert_false(view(w)->identity.is_pooled);
	assert_true(conn_is_usable(w->conn));
	assert_true(w->changes > 0);
	assert_string_equal(w->fake->last_hostaddr, "192.0.2.1");
}

static void the_watching_session_is_read_only_with_short_timeouts(void **state)
{
	struct conn_world *w = *state;

	conn_world_open(w);

	const char *options = w->fake->last_options;
	assert_non_null(strstr(options, "default_transaction_read_only=on"));
	assert_non_null(strstr(options, "search_path="));
	assert_non_null(strstr(options, "statement_timeout=1500"));
	assert_non_null(strstr(options, "lock_timeout=100"));
	assert_non_null(strstr(options, "jit=off"));
	assert_non_null(strstr(w->fake->last_application, "dbtop/monitor "));
	assert_true(strlen(w->fake->last_application) <= 63);
}

/* The kernel's own two hours would leave a COMMIT without an answer in the dark for as long. */
static void a_peer_that_vanishes_is_noticed_while_an_answer_is_waited_for(void **state)
{
	struct conn_world *w = *state;

	conn_world_open(w);

	assert_string_equal(w->fake->last_keepalives, "30 10 3 60000");
}

static void keepalives_the_user_set_stand(void **state)
{
	struct conn_world *w = *state;
	conninfo_set(w->info, "keepalives_idle", "7");
	conninfo_set(w->info, "tcp_user_timeout", "0");

	conn_world_open(w);

	assert_string_equal(w->fake->last_keepalives, "7 10 3 0");
}

/* Fault row 12. */
static void a_frozen_name_server_costs_the_deadline_and_no_more(void **state)
{
	struct conn_world *w = *state;
	loop_virtual_host(w->loop, "pg-a", NULL);

	conn_world_open(w);
	loop_advance_ms(w->loop, 4999);
	assert_int_equal(view(w)->state, LINK_CONNECTING);
	loop_advance_ms(w->loop, 1);

	assert_int_equal(view(w)->state, LINK_WAITING);
	assert_int_equal(conn_error(w->conn)->kind, ERR_TIMEOUT);
	assert_string_equal(view(w)->hint, "the name server does not answer");
}

static void a_server_that_says_nothing_costs_the_deadline(void **state)
{
	struct conn_world *w = *state;
	fake_hang(w->fake);

	conn_world_open(w);
	loop_advance_ms(w->loop, 5000);

	assert_int_equal(view(w)->state, LINK_WAITING);
	assert_int_equal(conn_error(w->conn)->kind, ERR_TIMEOUT);
	assert_int_equal(w->fake->finishes, 1);
}

static void the_next_address_of_a_name_is_tried_at_once(void **state)
{
	struct conn_world *w = *state;
	loop_virtual_host(w->loop, "pg-a", "2001:db8::1 192.0.2.7");
	fake_refuse(w->fake, "connection to server at \"pg-a\" failed: Connection refused\n");

	conn_world_open(w);

	assert_int_equal(view(w)->state, LINK_UP);
	assert_int_equal(w->fake->dials, 2);
	assert_string_equal(w->fake->last_hostaddr, "192.0.2.7");
}

/* The wait before the n-th redial lies within 20 % of its step. */
static void redials_come_after_1_2_4_8_15_30_30_seconds(void **state)
{
	struct conn_world *w = *state;
	const int seconds[] = { 1, 2, 4, 8, 15, 30, 30 };
	for (size_t i = 0; i <= ARRAY_SIZE(seconds); i++)
		fake_refuse(w->fake, "connection to server failed: Connection refused\n");

	conn_world_open(w);

	for (size_t i = 0; i < ARRAY_SIZE(seconds); i++) {
		assert_int_equal(view(w)->state, LINK_WAITING);
		assert_int_equal(view(w)->attempt, i + 1);
		int64_t wait_ms = (view(w)->retry_at_us - loop_now_us(w->loop)) / 1000;
		assert_in_range(wait_ms, seconds[i] * 800, seconds[i] * 1200);
		loop_advance_ms(w->loop, wait_ms - 1);
		assert_int_equal(w->fake->dials, i + 1);
		loop_advance_ms(w->loop, 1);
		assert_int_equal(w->fake->dials, i + 2);
	}
	loop_advance_ms(w->loop, 36000);
	assert_int_equal(view(w)->state, LINK_UP);
	assert_int_equal(view(w)->attempt, 0);
	assert_string_equal(view(w)->error, "");
}

static void a_wrong_password_is_asked_about_once(void **state)
{
	struct conn_world *w = *state;
	fake_refuse(w->fake,
		"connection to server at \"pg-a\" (192.0.2.1), port 5432 failed: FATAL:  "
		"28P01: password authentication failed for user \"ann\"\n"
		"LOCATION:  auth_failed, auth.c:335\n");

	conn_world_open(w);
	loop_advance_ms(w->loop, 3600000);

	assert_int_equal(view(w)->state, LINK_STOPPED);
	assert_int_equal(w->fake->dials, 1);
	assert_string_equal(view(w)->sqlstate, "28P01");
	assert_string_equal(view(w)->error,
		"cannot connect to ann@pg-a:5432/shop: untrusted, without TLS: the server "
		"refuses the password: password authentication failed for user \"ann\"");
	conn_retry(w->conn);
	loop_advance_ms(w->loop, 0);
	assert_int_equal(view(w)->state, LINK_UP);
}

static void words_that_came_over_tls_are_told_as_they_are(void **state)
{
	struct conn_world *w = *state;
	snprintf(w->fake->identity.tls, sizeof(w->fake->identity.tls), "TLSv1.3");
	fake_refuse(w->fake, "x failed: FATAL:  28P01: password authentication failed\n");

	conn_world_open(w);

	assert_string_equal(view(w)->error,
		"cannot connect to ann@pg-a:5432/shop: the server refuses the password: password "
		"authentication failed");
}

static void a_password_wanted_in_clear_stops_before_it_is_sent(void **state)
{
	struct conn_world *w = *state;
	w->fake->wants_clear_password = true;

	conn_world_open(w);
	loop_advance_ms(w->loop, 3600000);

	assert_int_equal(view(w)->state, LINK_STOPPED);
	assert_int_equal(w->fake->dials, 1);
	assert_non_null(strstr(view(w)->error, "the server wants the password in clear"));
	assert_non_null(strstr(view(w)->hint, "it was not sent"));
}

static void a_password_wanted_in_clear_is_sent_where_sslmode_allows_it(void **state)
{
	struct conn_world *w = *state;
	w->fake->wants_clear_password = true;
	conninfo_set_from(w->info, "sslmode", "prefer", "PGSSLMODE");

	conn_world_open(w);

	assert_int_equal(view(w)->state, LINK_UP);
}

static void no_message_shows_the_password(void **state)
{
	struct conn_world *w = *state;
	fake_refuse(w->fake, "bad thing with password \"sesame\" and sesame\n");

	conn_world_open(w);

	assert_null(strstr(view(w)->error, "sesame"));
	assert_non_null(strstr(view(w)->error, "bad thing with password \"***\" and ***"));
}

static void a_missing_password_stops(void **state)
{
	struct conn_world *w = *state;
	w->fake->needs_password = true;
	fake_refuse(w->fake, "connection to server failed: fe_sendauth: no password supplied\n");

	conn_world_open(w);

	assert_int_equal(view(w)->state, LINK_STOPPED);
	assert_non_null(strstr(view(w)->hint, "PGPASSWORD"));
}

static void a_server_older_than_13_is_refused_by_its_version(void **state)
{
	struct conn_world *w = *state;
	w->fake->server_version = 120022;

	conn_world_open(w);
	loop_advance_ms(w->loop, 3600000);

	assert_int_equal(view(w)->state, LINK_STOPPED);
	assert_int_equal(w->fake->dials, 1);
	assert_non_null(strstr(view(w)->error, "dbtop needs 13 or newer"));
}

static void a_role_kept_from_control_data_is_asked_less(void **state)
{
	struct conn_world *w = *state;
	w->fake->is_identity_scripted = true;
	fake_expect(w->fake, "LOCAL SELECT");
	fake_error(w->fake, "42501", "permission denied for function pg_control_system", 0);
	fake_expect(w->fake, "LOCAL SELECT");
	fake_rows(w->fake, "database_oid|backend_pid|system_identifier|timeline", "5|4242|~|3");

	conn_world_open(w);

	assert_int_equal(view(w)->state, LINK_UP);
	assert_string_equal(view(w)->identity.system_identifier, "");
	assert_int_equal(view(w)->identity.timeline, 3);
}

static void be_a_changing_conn(struct conn_world *w)
{
	w->options = (struct conn_options){
		.purpose = CONN_CHANGE, .must_be_primary = true, .connect_timeout_ms = 5000
	};
}

static void a_change_refuses_a_standby(void **state)
{
	struct conn_world *w = *state;
	be_a_changing_conn(w);
	w->fake->identity.is_standby = true;

	conn_world_open(w);

	assert_int_equal(view(w)->state, LINK_STOPPED);
	assert_int_equal(conn_error(w->conn)->kind, ERR_CONFLICT);
	assert_non_null(strstr(view(w)->error, "is a standby"));
}

static void a_change_refuses_a_pooler_unless_told_it_is_in_session_mode(void **state)
{
	struct conn_world *w = *state;
	be_a_changing_conn(w);
	w->fake->backend_pid = -17;

	conn_world_open(w);
	assert_int_equal(view(w)->state, LINK_STOPPED);
	assert_non_null(strstr(view(w)->error, "pooler"));
	conn_free(w->conn);

	w->options.pooler_is_session = true;
	fake_expect(w->fake, "SELECT\n\tpg_catalog.set_config");
	conn_world_open(w);
	assert_int_equal(view(w)->state, LINK_UP);
	fake_check_done(w->fake);
}

static void a_change_refuses_another_server_by_what_differs(void **state)
{
	struct conn_world *w = *state;
	be_a_changing_conn(w);
	struct identity wanted = w->fake->identity;
	w->options.must_equal = &wanted;

	w->fake->identity.timeline = 2;
	conn_world_open(w);

	assert_int_equal(view(w)->state, LINK_STOPPED);
	assert_non_null(strstr(view(w)->error, "(timeline 1 -> 2)"));
}

static void before_it_is_known_who_answers_the_question_brings_its_settings(void **state)
{
	struct conn_world *w = *state;
	w->fake->is_identity_scripted = true;
	fake_expect(w->fake, "LOCAL SELECT");
	fake_rows(w->fake, "backend_pid", "4242");
	conn_world_open(w);
	assert_non_null(strstr(w->fake->last_local, "'transaction_read_only', 'on', true"));

	fake_expect(w->fake, "SELECT 1"); /* a session of our own has them */
	conn_world_sql(w, "SELECT 1");
	fake_check_done(w->fake);
}

static void a_watched_pooler_gets_no_setting_that_stays(void **state)
{
	struct conn_world *w = *state;
	w->fake->backend_pid = -17;
	w->options.pooler_is_session = true; /* said by mistake, perhaps */
	fake_refuse(w->fake, "connection to server failed: FATAL:  08P01: unsupported startup "
			     "parameter: options\n");

	conn_world_open(w);
	assert_int_equal(view(w)->state, LINK_UP);
	assert_int_equal(w->fake->dials, 2);
	assert_string_equal(w->fake->last_options, "");
	assert_true(view(w)->identity.is_pooled);
	assert_string_equal(w->fake->asked, "");

	fake_expect(w->fake, "LOCAL SELECT 1");
	conn_world_sql(w, "SELECT 1");
	assert_string_equal(w->fake->asked, "LOCAL SELECT 1\n");
}

static void an_idle_session_told_to_go_says_why(void **state)
{
	struct conn_world *w = *state;
	conn_world_open(w);

	fake_goodbye(w->fake, "57P01", "terminating connection due to administrator command");
	loop_advance_ms(w->loop, 0);

	assert_int_equal(view(w)->state, LINK_WAITING);
	assert_string_equal(view(w)->sqlstate, "57P01");
	assert_true(view(w)->lost_at_us > 0);
	loop_advance_ms(w->loop, 1200);
	assert_int_equal(view(w)->state, LINK_UP);
}

static void an_idle_link_that_breaks_is_dialed_again(void **state)
{
	struct conn_world *w = *state;
	conn_world_open(w);

	fake_cut(w->fake);
	loop_advance_ms(w->loop, 0);
	assert_int_equal(view(w)->state, LINK_WAITING);
	assert_string_equal(view(w)->error,
		"the connection is lost: server closed the connection unexpectedly");
	loop_advance_ms(w->loop, 1200);
	assert_int_equal(view(w)->state, LINK_UP);
}

static void a_promotion_shows_with_the_next_answer(void **state)
{
	struct conn_world *w = *state;
	w->fake->in_hot_standby = "on";
	w->fake->identity.is_standby = true;
	conn_world_open(w);
	assert_true(view(w)->identity.is_standby);

	w->fake->in_hot_standby = "off";
	fake_expect(w->fake, "SELECT 1");
	conn_world_sql(w, "SELECT 1");
	assert_false(view(w)->identity.is_standby);
	assert_true(conn_is_identity_stale(w->conn));

	w->fake->identity.is_standby = false;
	w->fake->identity.timeline = 2;
	conn_identify(w->conn, conn_world_done, w);
	loop_advance_ms(w->loop, 0);
	assert_int_equal(view(w)->identity.timeline, 2);
	assert_false(conn_is_identity_stale(w->conn));
}

static void freeing_a_dialing_conn_leaves_nothing_behind(void **state)
{
	struct conn_world *w = *state;
	loop_virtual_host(w->loop, "pg-a", NULL);
	conn_world_open(w);
	assert_int_equal(view(w)->state, LINK_CONNECTING);
	/* the teardown frees it in mid-lookup; the leak checker is the judge */
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(an_opened_conn_knows_who_answers),
		CASE(the_watching_session_is_read_only_with_short_timeouts),
		CASE(a_peer_that_vanishes_is_noticed_while_an_answer_is_waited_for),
		CASE(keepalives_the_user_set_stand),
		CASE(a_frozen_name_server_costs_the_deadline_and_no_more),
		CASE(a_server_that_says_nothing_costs_the_deadline),
		CASE(the_next_address_of_a_name_is_tried_at_once),
		CASE(redials_come_after_1_2_4_8_15_30_30_seconds),
		CASE(a_wrong_password_is_asked_about_once),
		CASE(words_that_came_over_tls_are_told_as_they_are),
		CASE(a_password_wanted_in_clear_stops_before_it_is_sent),
		CASE(a_password_wanted_in_clear_is_sent_where_sslmode_allows_it),
		CASE(no_message_shows_the_password),
		CASE(a_missing_password_stops),
		CASE(a_server_older_than_13_is_refused_by_its_version),
		CASE(a_role_kept_from_control_data_is_asked_less),
		CASE(a_change_refuses_a_standby),
		CASE(a_change_refuses_a_pooler_unless_told_it_is_in_session_mode),
		CASE(a_change_refuses_another_server_by_what_differs),
		CASE(before_it_is_known_who_answers_the_question_brings_its_settings),
		CASE(a_watched_pooler_gets_no_setting_that_stays),
		CASE(an_idle_session_told_to_go_says_why),
		CASE(an_idle_link_that_breaks_is_dialed_again),
		CASE(a_promotion_shows_with_the_next_answer),
		CASE(freeing_a_dialing_conn_leaves_nothing_behind),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
