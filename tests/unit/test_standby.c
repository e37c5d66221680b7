// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * One configured standby over a real connection machine and a scripted server.
 */
#include "test.h"

#include "base/mem.h"
#include "fake/fake_driver.h"
#include "pg/conninfo.h"
#include "probe/standby.h"

enum { INTERVAL_MS = 2000 };

struct world {
	struct loop *loop;
	struct fake *fake;
	struct endpoint *endpoint;
	struct standby *standby;
	int changes;
};

static const char columns[] = "is_standby|timeline|slot|name|receiver_status|upstream|replay_lsn";

static void count_change(void *arg)
{
	struct world *w = arg;
	w->changes++;
}

static void link_changed(void *arg, struct endpoint *endpoint)
{
	struct world *w = arg;
	(void)endpoint;
	if (w->standby)
		standby_link_changed(w->standby);
}

static int world_begin(void **state)
{
	struct world *w = mem_new(struct world);
	struct err e;

	w->loop = loop_new_virtual();
	w->fake = fake_new(w->loop);
	w->fake->identity.is_standby = true;
	w->fake->in_hot_standby = "on";
	loop_virtual_host(w->loop, "pg-b", "192.0.2.2");
	struct conninfo *info = conninfo_new("host=pg-b port=5433 user=ann dbname=shop", NULL, &e);
	struct endpoint_options at = {
		.driver = fake_driver(w->fake), .info = info, .connect_timeout_ms = 5000
	};
	w->endpoint = endpoint_new(w->loop, &at, link_changed, w);
	w->standby = standby_new(&(const struct standby_options){ .loop = w->loop,
		.endpoint = w->endpoint,
		.info = info,
		.interval_ms = INTERVAL_MS,
		.changed = count_change,
		.arg = w });
	conninfo_free(info);
	*state = w;
	return 0;
}

static int world_end(void **state)
{
	struct world *w = *state;

	standby_free(w->standby);
	w->standby = NULL;
	endpoint_free(w->endpoint);
	loop_advance_ms(w->loop, 10000);
	loop_free_deferred(w->loop);
	fake_check_done(w->fake);
	fake_free(w->fake);
	loop_free(w->loop);
	free(w);
	return 0;
}

static const struct replica_expected *known(const struct world *w)
{
	return standby_known(w->standby);
}

static void expect_answer(struct world *w, const char *row)
{
	if (!strstr(w->fake->asked, "PREPARE"))
		fake_expect(w->fake, "PREPARE dbtop_");
	fake_expect(w->fake, "EXECUTE dbtop_");
	fake_rows(w->fake, columns, row);
}

static void begin(struct world *w)
{
	endpoint_watch(w->endpoint);
	loop_advance_ms(w->loop, 0);
}

static void before_it_answers_its_name_and_addresses_are_known(void **state)
{
	struct world *w = *state;

	loop_advance_ms(w->loop, 0);

	assert_int_equal(known(w)->state, EXPECTED_UNASKED);
	assert_false(standby_is_settled(w->standby));
	assert_string_equal(known(w)->place, "pg-b:5433");
	assert_string_equal(known(w)->addresses[0], "192.0.2.2");
}

static void it_says_itself_who_it_is(void **state)
{
	struct world *w = *state;
	expect_answer(w, "t|1|pg_b|pg-b|streaming|pg-a:5432|0/5000000");

	begin(w);

	assert_true(standby_is_settled(w->standby));
	assert_int_equal(known(w)->state, EXPECTED_ANSWERED);
	assert_false(known(w)->is_primary);
	assert_int_equal(known(w)->timeline, 1);
	assert_string_equal(known(w)->slot, "pg_b");
	assert_string_equal(known(w)->name, "pg-b");
	assert_string_equal(known(w)->upstream, "pg-a:5432");
	assert_string_equal(known(w)->system_identifier, "7000000000000000001");
	assert_true(w->changes > 0);
}

static void a_promotion_shows_with_the_next_answer_and_its_names_stay(void **state)
{
	struct world *w = *state;
	expect_answer(w, "t|1|pg_b|pg-b|streaming|pg-a:5432|0/5000000");
	begin(w);
	fake_expect(w->fake, "EXECUTE dbtop_");
	fake_rows(w->fake, columns, "f|2|~|~|~|~|~");

	loop_advance_ms(w->loop, INTERVAL_MS);

	assert_true(known(w)->is_primary);
	assert_int_equal(known(w)->timeline, 2);
	assert_string_equal(known(w)->receiver_status, "");
	assert_string_equal(known(w)->slot, "pg_b"); /* so the slot it left is known as its own */
}

static void one_that_receives_nothing_is_on_the_timeline_it_came_from(void **state)
{
	struct world *w = *state;
	w->fake->identity.timeline = 3;
	expect_answer(w, "t|~|pg_b|~|~|~|0/5000000");

	begin(w);

	assert_int_equal(known(w)->timeline, 3);
}

static void nobody_there_is_not_reached(void **state)
{
	struct world *w = *state;
	fake_refuse(w->fake, "connection to server failed: Connection refused\n");

	begin(w);

	assert_true(standby_is_settled(w->standby));
	assert_int_equal(known(w)->state, EXPECTED_UNREACHED);
	assert_non_null(strstr(known(w)->error, "Connection refused"));
}

static void somebody_who_lets_us_not_in_is_no_proof_that_it_is_gone(void **state)
{
	struct world *w = *state;
	fake_refuse(w->fake, "connection to server failed: FATAL:  28P01: password authentication "
			     "failed for user \"ann\"\n");

	begin(w);

	assert_int_equal(known(w)->state, EXPECTED_REFUSED);
}

static void a_server_that_starts_does_not_serve_yet(void **state)
{
	struct world *w = *state;
	fake_refuse(w->fake,
		"connection to server failed: FATAL:  57P03: the database system is starting up\n");
	begin(w);
	assert_int_equal(known(w)->state, EXPECTED_UNREACHED);

	expect_answer(w, "t|1|pg_b|pg-b|streaming|pg-a:5432|0/5000000");
	loop_advance_ms(w->loop, 1200);
	assert_int_equal(known(w)->state, EXPECTED_ANSWERED);
	assert_string_equal(known(w)->error, "");
}

static void freeing_it_in_mid_question_leaves_nothing_behind(void **state)
{
	struct world *w = *state;
	fake_expect(w->fake, "PREPARE dbtop_");
	fake_silence(w->fake);
	begin(w);
	/* the teardown frees it while the server is silent; the leak checker is the judge */
	assert_int_equal(known(w)->state, EXPECTED_UNASKED);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, world_begin, world_end)
	const struct CMUnitTest tests[] = {
		CASE(before_it_answers_its_name_and_addresses_are_known),
		CASE(it_says_itself_who_it_is),
		CASE(a_promotion_shows_with_the_next_answer_and_its_names_stay),
		CASE(one_that_receives_nothing_is_on_the_timeline_it_came_from),
		CASE(nobody_there_is_not_reached),
		CASE(somebody_who_lets_us_not_in_is_no_proof_that_it_is_gone),
		CASE(a_server_that_starts_does_not_serve_yet),
		CASE(freeing_it_in_mid_question_leaves_nothing_behind),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
