// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Looking for the primary: after one was lost or demoted, past a server that hangs, and among old servers.
 */
#include "test.h"

#include "fake/servers_world.h"

static void an_answer_of_25006_evicts_all_connections_and_finds_the_new_primary(void **state)
{
	struct servers_world *w = *state;
	servers_world_open(w, 3);
	servers_world_look(w);
	const struct servers_wish wish = servers_world_wish(ROUTE_PRIMARY);
	assert_int_equal(servers_world_ask(w, 0, &wish), 0);
	assert_int_equal(servers_world_ask(w, 1, &wish), 0);
	servers_world_give_back(w, 1);
	int finishes = w->fakes[0]->finishes;
	servers_world_demote(w, 0);
	servers_world_promote(w, 1, 2);
	const struct err e = { .kind = ERR_SERVER,
		.sqlstate = "25006",
		.text = "cannot execute INSERT in a read-only transaction" };

	struct retry_verdict verdict =
		server_lease_hear_error(w->holders[0].lease, &e, RETRY_IN_UNIT);
	servers_world_give_back(w, 0);

	assert_int_equal(verdict.action, RETRY_PRIMARY);
	assert_true(w->fakes[0]->finishes - finishes >= 2);
	assert_int_equal(servers_primary(w->servers), 1);
	assert_int_equal(servers_world_ask(w, 2, &wish), 1);
}

/* A question that hangs and a dial that hangs: neither keeps the answer of the others waiting. */
static void look_past_a_hanging_server(struct servers_world *w)
{
	const struct servers_wish wish = servers_world_wish(ROUTE_PRIMARY);
	const struct err e = { .kind = ERR_SERVER, .sqlstate = "25006", .text = "read-only" };
	assert_int_equal(servers_world_ask(w, 0, &wish), 0);
	servers_world_demote(w, 0);
	servers_world_promote(w, 2, 2);

	server_lease_hear_error(w->holders[0].lease, &e, RETRY_IN_UNIT);
	server_lease_give_back(w->holders[0].lease);

	assert_int_equal(servers_world_ask(w, 0, &wish), 2); /* in no time at all */
	assert_true(w->fakes[1]->dials > 0);		     /* and that one was asked too */
}

static void behind_a_server_that_does_not_answer_the_new_primary_is_found_at_once(void **state)
{
	struct servers_world *w = *state;
	servers_world_open(w, 3);
	servers_world_look(w);
	w->fakes[1]->is_identity_scripted = true;
	fake_expect(w->fakes[1], "SELECT r.is_standby");
	fake_silence(w->fakes[1]);

	look_past_a_hanging_server(w);
}

static void behind_a_server_that_cannot_be_dialed_the_new_primary_is_found_at_once(void **state)
{
	struct servers_world *w = *state;
	servers_world_open(w, 3);
	for (int i = 0; i < 50; i++)
		fake_hang(w->fakes[1]);

	look_past_a_hanging_server(w);
}

static void a_lost_primary_is_looked_for_until_somebody_is_promoted(void **state)
{
	struct servers_world *w = *state;
	servers_world_open(w, 3);
	servers_world_look(w);
	const struct servers_wish wish = servers_world_wish(ROUTE_PRIMARY);
	servers_world_kill(w, 0, 500);

	assert_int_equal(servers_world_ask(w, 0, &wish), SERVERS_NONE);
	servers_world_ms(w, 3000);
	assert_null(w->holders[0].lease);
	servers_world_promote(w, 2, 2);
	servers_world_ms(w, 200);

	assert_int_equal(server_lease_server(w->holders[0].lease), 2);
	assert_int_equal(servers_circuit(w->servers, 2)->timeline, 2);
}

/* ---- before 14 a server does not tell its role with each answer ---- */

static void be_old(struct servers_world *w)
{
	for (int i = 0; i < SERVERS_WORLD_COUNT; i++) {
		w->fakes[i]->server_version = 130012;
		w->fakes[i]->identity.server_version = 130012;
		w->fakes[i]->in_hot_standby = NULL;
	}
	servers_world_open(w, 2);
	servers_world_look(w);
}

static void of_old_servers_a_promoted_standby_is_found_by_asking(void **state)
{
	struct servers_world *w = *state;
	be_old(w);
	const struct servers_wish reads = servers_world_wish(ROUTE_REPLICA),
				  writes = servers_world_wish(ROUTE_PRIMARY);
	assert_int_equal(servers_world_ask(w, 0, &reads), 1);
	servers_world_give_back(w, 0);

	servers_world_kill(w, 0, 500);
	servers_world_promote(w, 1, 2);
	w->fakes[1]->in_hot_standby = NULL;
	servers_world_ask(w, 1, &writes);
	servers_world_ms(w, 2000);

	assert_int_equal(server_lease_server(w->holders[1].lease), 1);
	assert_int_equal(servers_primary(w->servers), 1);
	assert_false(conn_view(server_lease_conn(w->holders[1].lease))->identity.is_standby);
}

static void of_old_servers_a_session_that_was_promoted_is_no_standby_any_more(void **state)
{
	struct servers_world *w = *state;
	be_old(w);
	const struct servers_wish reads = servers_world_wish(ROUTE_REPLICA);
	assert_int_equal(servers_world_ask(w, 0, &reads), 1);
	servers_world_promote(w, 1, 2);
	w->fakes[1]->in_hot_standby = NULL;
	servers_world_demote(w, 0);
	w->fakes[0]->in_hot_standby = NULL;
	servers_world_ms(w, 11000); /* what was heard that long ago may be over */
	servers_world_give_back(w, 0);
	servers_world_look(w);

	assert_int_equal(servers_world_ask(w, 1, &reads), 0);
	assert_int_equal(servers_primary(w->servers), 1);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, servers_world_setup, servers_world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_answer_of_25006_evicts_all_connections_and_finds_the_new_primary),
		TEST(behind_a_server_that_does_not_answer_the_new_primary_is_found_at_once),
		TEST(behind_a_server_that_cannot_be_dialed_the_new_primary_is_found_at_once),
		TEST(a_lost_primary_is_looked_for_until_somebody_is_promoted),
		TEST(of_old_servers_a_promoted_standby_is_found_by_asking),
		TEST(of_old_servers_a_session_that_was_promoted_is_no_standby_any_more),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
