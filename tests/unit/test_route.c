// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Route: one primary and three standbys, and where a query goes. Shares are checked in statistical bounds.
 */
#include "test.h"

#include "pg/route.h"

enum { STOPS = 4, LIMIT = 1000, DRAWS = 30000 };

struct world {
	struct circuit circuits[STOPS];
	struct route_stop stops[STOPS];
	struct dice dice;
	int hits[STOPS];
};

/* Stop 0 is the primary, the others are standbys without lag. */
static struct world *world_new(void)
{
	struct world *w = calloc(1, sizeof(*w));

	dice_seed(&w->dice, 9);
	for (int i = 0; i < STOPS; i++) {
		circuit_init(&w->circuits[i], LIMIT, 0);
		circuit_hear_role(&w->circuits[i], i > 0, 1, 0);
		circuit_hear_lag(&w->circuits[i], 0, 0);
		w->stops[i].circuit = &w->circuits[i];
	}
	return w;
}

static int setup(void **state)
{
	*state = world_new();
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static struct route_choice choose(
	struct world *w, enum route_class class, const struct route_token *token, int64_t now_us)
{
	return route_choose(w->stops, STOPS, class, token, &w->dice, now_us);
}

static void draw_many(struct world *w, enum route_class class, int64_t now_us)
{
	for (int i = 0; i < DRAWS; i++) {
		struct route_choice choice = choose(w, class, NULL, now_us);
		assert_int_not_equal(choice.stop, ROUTE_NOWHERE);
		assert_false(choice.is_last_resort);
		w->hits[choice.stop]++;
	}
}

static void writes_go_to_the_primary(void **state)
{
	struct world *w = *state;

	assert_int_equal(choose(w, ROUTE_PRIMARY, NULL, 0).stop, 0);
}

static void reads_are_spread_evenly_over_equal_standbys(void **state)
{
	struct world *w = *state;

	draw_many(w, ROUTE_ANY, 0);

	assert_int_equal(w->hits[0], 0);
	for (int i = 1; i < STOPS; i++) /* 10,000 wanted; six standard deviations of room */
		assert_in_range(w->hits[i], 9500, 10500);
}

static void the_busiest_of_three_is_never_drawn(void **state)
{
	struct world *w = *state;
	w->stops[2].outstanding = 5;

	draw_many(w, ROUTE_ANY, 0);

	assert_int_equal(w->hits[2], 0);
	assert_in_range(w->hits[1], 14000, 16000);
}

static void a_readmitted_standby_starts_slowly(void **state)
{
	struct world *w = *state;
	circuit_hear_failure(&w->circuits[1], RETRY_NEWS_REFUSED, 0);
	circuit_hear_role(&w->circuits[1], true, 1, 1000000);
	circuit_hear_lag(&w->circuits[1], 0, 1000000);

	draw_many(w, ROUTE_ANY, 1000000); /* a tenth of its third */
	assert_in_range(w->hits[1], 800, 1200);
	w->hits[1] = 0;
	draw_many(w, ROUTE_ANY, 6000000); /* 55 % of it */
	assert_in_range(w->hits[1], 5100, 5900);
	w->hits[1] = 0;
	draw_many(w, ROUTE_ANY, 11000000);

	assert_in_range(w->hits[1], 9500, 10500);
}

static void a_standby_that_is_down_gets_nothing_while_another_serves(void **state)
{
	struct world *w = *state;
	circuit_hear_failure(&w->circuits[1], RETRY_NEWS_REFUSED, 0);

	draw_many(w, ROUTE_ANY, 0);
	assert_int_equal(w->hits[1], 0);
	assert_in_range(w->hits[2], 14000, 16000);
	assert_in_range(w->hits[3], 14000, 16000);
	draw_many(w, ROUTE_REPLICA, 0);

	assert_int_equal(w->hits[1], 0);
	assert_int_equal(w->hits[0], 0);
}

static void when_all_standbys_are_down_one_is_the_last_resort_of_who_wants_a_standby(void **state)
{
	struct world *w = *state;
	for (int i = 1; i < STOPS; i++)
		circuit_hear_failure(&w->circuits[i], RETRY_NEWS_REFUSED, 0);

	struct route_choice any = choose(w, ROUTE_ANY, NULL, 0);
	struct route_choice replica = choose(w, ROUTE_REPLICA, NULL, 0);

	assert_int_equal(any.stop, 0);
	assert_false(any.is_last_resort);
	assert_true(replica.stop > 0);
	assert_true(replica.is_last_resort);
}

static void a_lagging_standby_gets_nothing_while_a_better_one_is_there(void **state)
{
	struct world *w = *state;
	circuit_hear_lag(&w->circuits[1], LIMIT + 1, 0);

	draw_many(w, ROUTE_REPLICA, 0);

	assert_int_equal(w->hits[1], 0);
}

static void when_all_standbys_lag_a_read_goes_to_the_primary(void **state)
{
	struct world *w = *state;
	for (int i = 1; i < STOPS; i++)
		circuit_hear_lag(&w->circuits[i], LIMIT + 1, 0);

	assert_int_equal(choose(w, ROUTE_ANY, NULL, 0).stop, 0);
	struct route_choice choice = choose(w, ROUTE_REPLICA, NULL, 0);
	assert_true(choice.stop > 0);
	assert_true(choice.is_last_resort);
}

static void the_last_endpoint_is_never_thrown_out(void **state)
{
	struct world *w = *state;
	for (int i = 0; i < STOPS; i++)
		circuit_hear_failure(&w->circuits[i], RETRY_NEWS_REFUSED, 0);

	struct route_choice any = choose(w, ROUTE_ANY, NULL, 0);
	struct route_choice primary = choose(w, ROUTE_PRIMARY, NULL, 0);

	assert_int_not_equal(any.stop, ROUTE_NOWHERE);
	assert_true(any.is_last_resort);
	assert_int_equal(primary.stop, 0);
	assert_true(primary.is_last_resort);
}

static void nobody_answers_for_a_role_that_nobody_has(void **state)
{
	struct world *w = *state;
	for (int i = 0; i < STOPS; i++)
		circuit_init(&w->circuits[i], LIMIT, 0);

	assert_int_equal(choose(w, ROUTE_PRIMARY, NULL, 0).stop, ROUTE_NOWHERE);
	assert_int_equal(choose(w, ROUTE_ANY, NULL, 0).stop, ROUTE_NOWHERE);
	assert_int_equal(choose(w, ROUTE_REPLICA, NULL, 0).stop, ROUTE_NOWHERE);
}

static void a_draining_endpoint_gets_nothing_at_all(void **state)
{
	struct world *w = *state;
	circuit_drain(&w->circuits[0], true, 0);
	circuit_drain(&w->circuits[1], true, 0);

	assert_int_equal(choose(w, ROUTE_PRIMARY, NULL, 0).stop, ROUTE_NOWHERE);
	draw_many(w, ROUTE_ANY, 0);
	assert_int_equal(w->hits[1], 0);
}

static void ones_own_write_is_read_where_it_was_replayed(void **state)
{
	struct world *w = *state;
	const struct route_token token = { .timeline = 1, .lsn = 500 };
	w->stops[1].replayed_lsn = 499;
	w->stops[2].replayed_lsn = 500;
	w->stops[3].replayed_lsn = 0;

	for (int i = 0; i < 1000; i++) {
		struct route_choice choice = choose(w, ROUTE_ANY, &token, 0);
		assert_int_equal(choice.stop, 2);
		assert_false(choice.must_ask_replay);
	}
}

static void where_no_standby_is_known_to_be_there_yet_one_is_asked(void **state)
{
	struct world *w = *state;
	const struct route_token token = { .timeline = 1, .lsn = 500 };

	struct route_choice choice = choose(w, ROUTE_ANY, &token, 0);

	assert_true(choice.stop > 0);
	assert_true(choice.must_ask_replay);
	assert_false(choice.is_last_resort);
}

static void a_position_of_an_older_timeline_says_nothing(void **state)
{
	struct world *w = *state;
	const struct route_token token = { .timeline = 1, .lsn = 500 };
	for (int i = 0; i < STOPS; i++)
		circuit_hear_role(&w->circuits[i], i > 0, 2, 0);

	assert_false(choose(w, ROUTE_ANY, &token, 0).must_ask_replay);
}

static void a_standby_that_stayed_on_the_old_timeline_is_behind(void **state)
{
	struct world *w = *state;
	const struct route_token token = { .timeline = 2, .lsn = 500 };
	for (int i = 2; i < STOPS; i++) {
		circuit_hear_role(&w->circuits[i], true, 2, 0);
		w->stops[i].replayed_lsn = 600;
	}
	w->stops[1].replayed_lsn = 400;

	for (int i = 0; i < 1000; i++)
		assert_int_not_equal(choose(w, ROUTE_ANY, &token, 0).stop, 1);
}

static void of_two_primaries_the_newer_timeline_is_right_and_both_are_named(void **state)
{
	struct world *w = *state;
	int newer, older;

	assert_false(route_find_split(w->stops, STOPS, &newer, &older));
	circuit_hear_role(&w->circuits[2], false, 2, 0);

	assert_true(route_find_split(w->stops, STOPS, &newer, &older));
	assert_int_equal(newer, 2);
	assert_int_equal(older, 0);
	assert_int_equal(route_primary(w->stops, STOPS), 2);
	circuit_fence(&w->circuits[0], true, 0); /* a fence does not hide it */
	assert_true(route_find_split(w->stops, STOPS, &newer, &older));
}

static void a_primary_that_does_not_answer_is_no_second_one(void **state)
{
	struct world *w = *state;
	int newer, older;
	circuit_hear_failure(&w->circuits[0], RETRY_NEWS_REFUSED, 0);
	circuit_hear_role(&w->circuits[1], false, 2, 0);

	assert_false(route_find_split(w->stops, STOPS, &newer, &older));
	assert_int_equal(route_primary(w->stops, STOPS), 1);
}

static void positions_are_read_as_the_server_writes_them(void **state)
{
	(void)state;

	assert_true(route_parse_lsn("16/B374D848") == UINT64_C(0x16B374D848));
	assert_true(route_parse_lsn("0/0") == 0);
	assert_true(route_parse_lsn("0/1 ") == 0);
	assert_true(route_parse_lsn("") == 0);
	assert_true(route_parse_lsn(NULL) == 0);
}

int main(void)
{
#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		WITH_WORLD(writes_go_to_the_primary),
		WITH_WORLD(reads_are_spread_evenly_over_equal_standbys),
		WITH_WORLD(the_busiest_of_three_is_never_drawn),
		WITH_WORLD(a_readmitted_standby_starts_slowly),
		WITH_WORLD(a_standby_that_is_down_gets_nothing_while_another_serves),
		WITH_WORLD(
			when_all_standbys_are_down_one_is_the_last_resort_of_who_wants_a_standby),
		WITH_WORLD(a_lagging_standby_gets_nothing_while_a_better_one_is_there),
		WITH_WORLD(when_all_standbys_lag_a_read_goes_to_the_primary),
		WITH_WORLD(the_last_endpoint_is_never_thrown_out),
		WITH_WORLD(nobody_answers_for_a_role_that_nobody_has),
		WITH_WORLD(a_draining_endpoint_gets_nothing_at_all),
		WITH_WORLD(ones_own_write_is_read_where_it_was_replayed),
		WITH_WORLD(where_no_standby_is_known_to_be_there_yet_one_is_asked),
		WITH_WORLD(a_position_of_an_older_timeline_says_nothing),
		WITH_WORLD(a_standby_that_stayed_on_the_old_timeline_is_behind),
		WITH_WORLD(of_two_primaries_the_newer_timeline_is_right_and_both_are_named),
		WITH_WORLD(a_primary_that_does_not_answer_is_no_second_one),
		WITH_WORLD(positions_are_read_as_the_server_writes_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
