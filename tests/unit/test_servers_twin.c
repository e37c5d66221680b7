// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * One server under two names of a target's list: it is no split brain, the second name is not used, and is used again
 * when it is the only way, or leads elsewhere.
 */
#include "test.h"

#include <string.h>

#include "base/log.h"
#include "base/path.h"
#include "fake/servers_world.h"
#include "scratch.h"

static void rename_server(struct servers_world *w, int twin, int of)
{
	w->fakes[twin]->identity = w->fakes[of]->identity;
	snprintf(w->fakes[twin]->identity.host, sizeof(w->fakes[twin]->identity.host), "pg-%c",
		'a' + twin);
	w->fakes[twin]->in_hot_standby = w->fakes[of]->in_hot_standby;
}

static void one_server_under_two_names_is_no_split_and_the_second_is_not_used(void **state)
{
	struct servers_world *w = *state;
	rename_server(w, 1, 0);
	servers_world_open(w, 2);
	servers_world_look(w);
	const struct servers_wish wish = servers_world_wish(ROUTE_PRIMARY);

	assert_int_equal(servers_world_ask(w, 0, &wish), 0);

	assert_string_equal(servers_trouble(w->servers), "");
	assert_int_equal(servers_circuit(w->servers, 1)->state, CIRCUIT_DRAINING);
}

static void two_primaries_started_at_the_same_moment_of_two_clusters_are_no_twins(void **state)
{
	struct servers_world *w = *state;
	rename_server(w, 1, 0);
	snprintf(w->fakes[1]->identity.system_identifier,
		sizeof(w->fakes[1]->identity.system_identifier), "7000000000000000099");
	servers_world_open(w, 2);
	servers_world_look(w);

	assert_non_null(strstr(servers_trouble(w->servers), "another server answers"));
}

static void servers_that_do_not_say_when_they_started_are_two(void **state)
{
	struct servers_world *w = *state;
	rename_server(w, 1, 0);
	for (int i = 0; i < 2; i++)
		w->fakes[i]->identity.started_us = VALUE_UNKNOWN;
	servers_world_open(w, 2);
	servers_world_look(w);

	assert_non_null(strstr(servers_trouble(w->servers), "two primaries"));
}

static void the_second_name_of_a_server_serves_while_the_first_leads_nowhere(void **state)
{
	struct servers_world *w = *state;
	rename_server(w, 1, 0);
	servers_world_open(w, 2);
	servers_world_look(w);
	const struct servers_wish wish = servers_world_wish(ROUTE_PRIMARY);

	servers_world_kill(w, 0, 1);
	servers_world_look(w);
	assert_int_equal(servers_world_ask(w, 0, &wish), 1);
	servers_world_ms(w, 60000);
	servers_world_look(w);

	assert_int_equal(servers_circuit(w->servers, 0)->state, CIRCUIT_PRIMARY);
	assert_int_equal(servers_circuit(w->servers, 1)->state, CIRCUIT_DRAINING);
	assert_string_equal(servers_trouble(w->servers), "");
	servers_world_give_back(w, 0);
	assert_int_equal(servers_world_ask(w, 0, &wish), 0);
}

/* An address that follows the primary, beside the names of the servers. */
static void a_second_name_that_leads_to_another_primary_is_used_again(void **state)
{
	struct servers_world *w = *state;
	rename_server(w, 1, 0);
	servers_world_open(w, 2);
	servers_world_look(w);
	const struct servers_wish wish = servers_world_wish(ROUTE_PRIMARY);

	w->fakes[1]->identity.started_us = 99;
	servers_world_promote(w, 1, 2);
	servers_world_kill(w, 1, 0);
	servers_world_look(w);

	assert_int_equal(servers_world_ask(w, 0, &wish), 1);
	assert_non_null(strstr(servers_trouble(w->servers), "two primaries: ann@pg-b"));
}

static void that_two_names_are_one_server_is_in_the_log_once(void **state)
{
	struct servers_world *w = *state;
	char *folder = scratch_new(), *path = path_join(folder, "log");
	const char words[] = " warn  role: ann@pg-a:5432/shop and ann@pg-b:5432/shop are the same "
			     "server: the second is not used\n";
	struct err e;
	size_t len;
	assert_true(
		log_open(&(const struct log_options){ .sink = path, .level = LOG_LEVEL_INFO }, &e));
	rename_server(w, 1, 0);
	servers_world_open(w, 2);

	servers_world_look(w);
	servers_world_kill(w, 0, 1);
	servers_world_look(w);
	servers_world_ms(w, 60000);
	servers_world_look(w);

	assert_int_equal(servers_circuit(w->servers, 1)->state, CIRCUIT_DRAINING);
	char *text = path_read(path, 100000, &len, &e);
	log_close();
	scratch_remove(folder);
	free(path);
	assert_non_null(text);
	char *told = strstr(text, words);
	assert_non_null(told);
	assert_null(strstr(told + strlen(words), "are the same server"));
	free(text);
}

int main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, servers_world_setup, servers_world_teardown)
	const struct CMUnitTest tests[] = {
		TEST(one_server_under_two_names_is_no_split_and_the_second_is_not_used),
		TEST(two_primaries_started_at_the_same_moment_of_two_clusters_are_no_twins),
		TEST(servers_that_do_not_say_when_they_started_are_two),
		TEST(the_second_name_of_a_server_serves_while_the_first_leads_nowhere),
		TEST(a_second_name_that_leads_to_another_primary_is_used_again),
		TEST(that_two_names_are_one_server_is_in_the_log_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
