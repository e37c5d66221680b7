// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The servers of a target: who is the primary, who is asked, and what happens when that changes.
 */
#include "test.h"

#include <string.h>

#include "fake/servers_world.h"

static void the_first_of_the_list_is_asked_and_nobody_else_when_it_is_the_primary(void **state)
{
	struct servers_world *w = *state;
	servers_world_open(w, 3);
	const struct servers_wish wish = servers_world_wish(ROUTE_PRIMARY);

	assert_int_equal(servers_world_ask(w, 0, &wish), 0);

	assert_int_equal(servers_primary(w->servers), 0);
	assert_int_equal(w->fakes[1]->dials + w->fakes[2]->dials, 0);
}

static void a_primary_further_down_the_list_is_found(void **state)
{
	struct servers_world *w = *state;
	servers_world_demote(w, 0);
	servers_world_promote(w, 2, 2);
	servers_world_open(w, 3);
	const struct servers_wish wish = servers_world_wish(ROUTE_PRIMARY);

	assert_int_equal(servers_world_ask(w, 0, &wish), 2);
}

static void a_frozen_first_server_is_left_when_its_dial_is_given_up(void **state)
{
	struct servers_world *w = *state;
	servers_world_promote(w, 1, 2);
	for (int i = 0; i < 50; i++)
		fake_hang(w->fakes[0]);
	servers_world_open(w, 2);
	const struct servers_wish wish = servers_world_wish(ROUTE_PRIMARY);

	assert_int_equal(servers_world_ask(w, 0, &wish), SERVERS_NONE);
	servers_world_ms(w, 6000);

	assert_int_equal(w->holders[0].answers, 1);
	assert_int_equal(server_lease_server(w->holders[0].lease), 1);
}

static void reads_go_to_standbys_and_writes_to_the_primary(void **state)
{
	struct servers_world *w = *state;
	servers_world_open(w, 3);
	servers_world_look(w);
	const struct servers_wish any = servers_world_wish(ROUTE_ANY);
	const struct servers_wish replica = servers_world_wish(ROUTE_REPLICA);
	const struct servers_wish primary = servers_world_wish(ROUTE_PRIMARY);

	assert_in_range(servers_world_ask(w, 0, &any), 1, 2);
	assert_in_range(servers_world_ask(w, 1, &replica), 1, 2);
	assert_int_equal(servers_world_ask(w, 2, &primary), 0);
	/* of the two the one with less to do: each has one by now */
	assert_int_not_equal(
		server_lease_server(w->holders[0].lease), server_lease_server(w->holders[1].lease));
}

static void a_read_that_prefers_the_primary_finds_it_further_down_the_list(void **state)
{
	struct servers_world *w = *state;
	servers_world_demote(w, 0);
	servers_world_promote(w, 2, 2);
	servers_world_open(w, 3);
	struct servers_wish wish = servers_world_wish(ROUTE_ANY);
	wish.prefers_primary = true;

	assert_int_equal(servers_world_ask(w, 0, &wish), 2);
}

/* The last answer to be looked for is the one that says it: by then a standby would do, if there were none. */
static void a_read_that_prefers_the_primary_takes_the_one_just_promoted(void **state)
{
	struct servers_world *w = *state;
	servers_world_demote(w, 0);
	servers_world_open(w, 2);
	servers_world_look(w);
	servers_world_promote(w, 1, 2);
	struct servers_wish wish = servers_world_wish(ROUTE_ANY);
	wish.prefers_primary = true;

	assert_int_equal(servers_world_ask(w, 0, &wish), 1);
}

static void a_read_that_prefers_the_primary_is_answered_by_a_standby_while_it_is_away(void **state)
{
	struct servers_world *w = *state;
	servers_world_open(w, 3);
	servers_world_look(w);
	struct servers_wish wish = servers_world_wish(ROUTE_ANY);
	wish.prefers_primary = true;
	assert_int_equal(servers_world_ask(w, 0, &wish), 0);
	servers_world_give_back(w, 0);

	servers_world_kill(w, 0, 50);

	assert_in_range(servers_world_ask(w, 1, &wish), 1, 2);
}

static void who_reads_behind_his_own_write_waits_a_little_and_gets_the_standby(void **state)
{
	struct servers_world *w = *state;
	servers_world_open(w, 2);
	servers_world_look(w);
	const struct route_token token = { .timeline = 1, .lsn = 0x2000000 };
	struct servers_wish wish = servers_world_wish(ROUTE_ANY);
	wish.token = &token;

	assert_int_equal(servers_world_ask(w, 0, &wish), SERVERS_NONE);
	w->fakes[1]->lsn = "0/2000000";
	servers_world_ms(w, 20);

	assert_int_equal(server_lease_server(w->holders[0].lease), 1);
}

static void a_standby_that_stays_behind_the_write_gives_way_to_the_primary(void **state)
{
	struct servers_world *w = *state;
	servers_world_open(w, 2);
	servers_world_look(w);
	const struct route_token token = { .timeline = 1, .lsn = 0x2000000 };
	struct servers_wish wish = servers_world_wish(ROUTE_ANY);
	wish.token = &token;

	servers_world_ask(w, 0, &wish);
	servers_world_ms(w, 60);

	assert_int_equal(server_lease_server(w->holders[0].lease), 0);
}

static void a_token_of_an_older_timeline_is_dropped(void **state)
{
	struct servers_world *w = *state;
	for (int i = 0; i < 2; i++)
		w->fakes[i]->identity.timeline = 2;
	servers_world_open(w, 2);
	servers_world_look(w);
	const struct route_token token = { .timeline = 1, .lsn = 0x9000000 };
	struct servers_wish wish = servers_world_wish(ROUTE_ANY);
	wish.token = &token;

	assert_int_equal(servers_world_ask(w, 0, &wish), 1);
}

static void a_standby_behind_the_limit_is_not_read_from(void **state)
{
	struct servers_world *w = *state;
	w->options.lag_limit_bytes = 1000;
	w->fakes[0]->lsn = "0/2000000";
	servers_world_open(w, 2);
	servers_world_look(w);
	const struct servers_wish wish = servers_world_wish(ROUTE_ANY);

	assert_int_equal(servers_circuit(w->servers, 1)->lag_bytes, 0x1000000);
	assert_int_equal(servers_world_ask(w, 0, &wish), 0);
}

static void without_a_primary_the_deadline_says_so(void **state)
{
	struct servers_world *w = *state;
	servers_world_demote(w, 0);
	servers_world_open(w, 3);
	const struct servers_wish wish = servers_world_wish(ROUTE_PRIMARY);

	servers_world_ask(w, 0, &wish);
	servers_world_ms(w, 10000);

	assert_int_equal(w->holders[0].answers, 1);
	assert_string_equal(w->holders[0].error.text, "none of 3 servers says it is the primary");
}

static void of_two_primaries_the_older_timeline_is_fenced_and_told(void **state)
{
	struct servers_world *w = *state;
	servers_world_promote(w, 1, 2);
	servers_world_open(w, 3);
	servers_world_look(w);
	const struct servers_wish wish = servers_world_wish(ROUTE_PRIMARY);

	assert_int_equal(servers_world_ask(w, 0, &wish), 1);
	assert_true(servers_circuit(w->servers, 0)->is_fenced);
	assert_non_null(strstr(servers_trouble(w->servers), "two primaries"));

	/* … until it is a standby */
	servers_world_demote(w, 0);
	w->fakes[0]->identity.timeline = 2;
	servers_world_look(w);
	assert_false(servers_circuit(w->servers, 0)->is_fenced);
	assert_string_equal(servers_trouble(w->servers), "");
}

static void two_primaries_on_one_timeline_are_both_refused(void **state)
{
	struct servers_world *w = *state;
	servers_world_promote(w, 1, 1);
	servers_world_open(w, 2);
	servers_world_look(w);
	const struct servers_wish wish = servers_world_wish(ROUTE_PRIMARY);

	assert_int_equal(servers_world_ask(w, 0, &wish), SERVERS_NONE);

	assert_int_equal(w->holders[0].error.kind, ERR_CONFLICT);
	assert_non_null(strstr(w->holders[0].error.text, "both on timeline 1"));
}

static void a_server_of_another_cluster_is_never_used_and_named(void **state)
{
	struct servers_world *w = *state;
	snprintf(w->fakes[1]->identity.system_identifier,
		sizeof(w->fakes[1]->identity.system_identifier), "7000000000000000099");
	servers_world_open(w, 2);
	const struct servers_wish primary = servers_world_wish(ROUTE_PRIMARY);
	const struct servers_wish any = servers_world_wish(ROUTE_ANY);
	assert_int_equal(servers_world_ask(w, 0, &primary), 0);
	servers_world_look(w);

	assert_int_equal(servers_world_ask(w, 1, &any), 0);
	assert_non_null(
		strstr(servers_trouble(w->servers), "another server answers at pg-b:5432: system "
						    "identifier 7000000000000000099 instead "
						    "of 7000000000000000001"));
}

static void the_first_of_the_list_says_which_cluster_is_meant_also_when_it_answers_last(
	void **state)
{
	struct servers_world *w = *state;
	snprintf(w->fakes[1]->identity.system_identifier,
		sizeof(w->fakes[1]->identity.system_identifier), "7000000000000000099");
	servers_world_open(w, 2);
	struct servers_wish stranger = servers_world_wish(ROUTE_THIS);
	stranger.server = 1;
	const struct servers_wish primary = servers_world_wish(ROUTE_PRIMARY);
	assert_int_equal(servers_world_ask(w, 0, &stranger), 1);

	assert_int_equal(servers_world_ask(w, 1, &primary), 0);

	assert_non_null(strstr(servers_trouble(w->servers), "another server answers at pg-b:5432"));
}

static void what_only_a_person_can_cure_is_told_at_once_and_not_dialed_again(void **state)
{
	struct servers_world *w = *state;
	servers_world_open(w, 2);
	for (int i = 0; i < 2; i++)
		fake_refuse(w->fakes[i],
			"x failed: FATAL:  28P01: password authentication failed for user\n");
	const struct servers_wish wish = servers_world_wish(ROUTE_PRIMARY);

	servers_world_ask(w, 0, &wish);
	assert_int_equal(w->holders[0].answers, 1);
	assert_string_equal(w->holders[0].error.sqlstate, "28P01");
	servers_world_ms(w, 60000);
	assert_int_equal(w->fakes[0]->dials + w->fakes[1]->dials, 2);

	servers_retry(w->servers);
	servers_world_ms(w, 0);
	assert_int_equal(servers_primary(w->servers), 0);
}

static void a_request_can_be_taken_back(void **state)
{
	struct servers_world *w = *state;
	servers_world_open(w, 3);
	fake_hang(w->fakes[0]);
	const struct servers_wish wish = servers_world_wish(ROUTE_THIS);
	servers_world_ask(w, 0, &wish);

	servers_world_forget(w, 0);

	assert_int_equal(w->holders[0].answers, 1);
	assert_int_equal(w->holders[0].error.kind, ERR_CANCELED);
}

static void who_waits_for_a_server_that_is_left_is_told_at_once_and_nobody_else_is(void **state)
{
	struct servers_world *w = *state;
	for (int i = 0; i < 50; i++) {
		fake_hang(w->fakes[0]);
		fake_hang(w->fakes[1]);
	}
	servers_world_open(w, 2);
	struct servers_wish left = servers_world_wish(ROUTE_THIS);
	struct servers_wish other = servers_world_wish(ROUTE_THIS);
	other.server = 1;
	servers_world_ask(w, 0, &left);
	servers_world_ask(w, 1, &other);

	servers_leave(w->servers, 0);
	servers_world_ms(w, 0);

	assert_int_equal(w->holders[0].answers, 1);
	assert_int_equal(w->holders[0].error.kind, ERR_CANCELED);
	assert_int_equal(w->holders[1].answers, 0);
}

static void what_waits_ends_when_the_servers_go(void **state)
{
	struct servers_world *w = *state;
	servers_world_demote(w, 0);
	servers_world_open(w, 2);
	const struct servers_wish wish = servers_world_wish(ROUTE_PRIMARY);
	const struct servers_wish this = servers_world_wish(ROUTE_THIS);
	servers_world_ask(w, 0, &wish);
	servers_world_ask(w, 1, &this);

	servers_free(w->servers);
	w->servers = NULL;
	servers_world_ms(w, 0);

	assert_int_equal(w->holders[0].error.kind, ERR_CANCELED);
	assert_null(server_lease_conn(w->holders[1].lease));
}

/* ---- what an error means for the connection ---- */

static void on_probe(void *arg, const struct result *result, const struct err *e)
{
	(void)result;
	assert_null(e);
	*(int *)arg += 1;
}

static void a_statement_the_server_lost_is_forgotten_and_the_connection_kept(void **state)
{
	struct servers_world *w = *state;
	const struct query probe = { .sql = "SELECT probe", .is_prepared = true };
	const struct err lost = { .kind = ERR_SERVER, .sqlstate = "26000" };
	int answers = 0;
	servers_world_open(w, 1);
	const struct servers_wish wish = servers_world_wish(ROUTE_PRIMARY);
	servers_world_ask(w, 0, &wish);
	struct conn *conn = server_lease_conn(w->holders[0].lease);
	for (int i = 0; i < 2; i++) {
		fake_expect(w->fakes[0], "PREPARE ");
		fake_expect(w->fakes[0], "EXECUTE ");
		conn_query(conn, &probe, on_probe, &answers);
		servers_world_ms(w, 0);

		server_lease_hear_error(w->holders[0].lease, &lost, RETRY_IN_UNIT);
	}
	servers_world_give_back(w, 0);

	assert_int_equal(answers, 2);
	assert_int_equal(servers_world_ask(w, 0, &wish), 0);
	assert_ptr_equal(server_lease_conn(w->holders[0].lease), conn);
	assert_int_equal(w->fakes[0]->dials, 1);
}

static void a_server_nobody_asks_any_more_is_let_go(void **state)
{
	struct servers_world *w = *state;
	servers_world_open(w, 2);
	const struct servers_wish wish = servers_world_wish(ROUTE_REPLICA);
	assert_int_equal(servers_world_ask(w, 0, &wish), 1);
	servers_world_give_back(w, 0);
	endpoint_watch(servers_endpoint(w->servers, 0));

	servers_world_ms(w, pool_defaults.idle_timeout_ms + 1000);

	assert_int_equal(w->fakes[1]->finishes, w->fakes[1]->dials);
	assert_int_equal(w->fakes[0]->finishes, w->fakes[0]->dials - 1); /* watched */
	assert_int_equal(servers_world_ask(w, 0, &wish), 1);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, servers_world_setup, servers_world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_first_of_the_list_is_asked_and_nobody_else_when_it_is_the_primary),
		TEST(a_primary_further_down_the_list_is_found),
		TEST(a_frozen_first_server_is_left_when_its_dial_is_given_up),
		TEST(reads_go_to_standbys_and_writes_to_the_primary),
		TEST(a_read_that_prefers_the_primary_finds_it_further_down_the_list),
		TEST(a_read_that_prefers_the_primary_takes_the_one_just_promoted),
		TEST(a_read_that_prefers_the_primary_is_answered_by_a_standby_while_it_is_away),
		TEST(who_reads_behind_his_own_write_waits_a_little_and_gets_the_standby),
		TEST(a_standby_that_stays_behind_the_write_gives_way_to_the_primary),
		TEST(a_token_of_an_older_timeline_is_dropped),
		TEST(a_standby_behind_the_limit_is_not_read_from),
		TEST(without_a_primary_the_deadline_says_so),
		TEST(of_two_primaries_the_older_timeline_is_fenced_and_told),
		TEST(two_primaries_on_one_timeline_are_both_refused),
		TEST(a_server_of_another_cluster_is_never_used_and_named),
		TEST(the_first_of_the_list_says_which_cluster_is_meant_also_when_it_answers_last),
		TEST(what_only_a_person_can_cure_is_told_at_once_and_not_dialed_again),
		TEST(a_request_can_be_taken_back),
		TEST(a_statement_the_server_lost_is_forgotten_and_the_connection_kept),
		TEST(a_server_nobody_asks_any_more_is_let_go),
		TEST(who_waits_for_a_server_that_is_left_is_told_at_once_and_nobody_else_is),
		TEST(what_waits_ends_when_the_servers_go),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
