// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Application pools: sessions of a sample counted into a declared pool, and the budget's arithmetic.
 */
#include "test.h"

#include <string.h>

#include "probe/app_pools.h"

static const struct app_pool web = {
	.name = "web", .pattern = "web-*", .size = 5, .overflow = 5, .workers = 2
};

struct world {
	struct pool_health sample;
	struct app_pool_state state;
};

static void add_group(struct world *w, const char *name, int64_t idle, int64_t active)
{
	struct session_group *group = &w->sample.groups[w->sample.group_count++];

	w->sample.group_total++;
	*group = (struct session_group){ .total = idle + active, .idle = idle, .active = active };
	snprintf(group->name, sizeof(group->name), "%s", name);
}

static void sessions_of_all_matching_applications_count(void **state)
{
	(void)state;
	struct world w = { 0 };
	add_group(&w, "web-1", 3, 1);
	add_group(&w, "web-2", 2, 0);
	add_group(&w, "webmail", 50, 0);
	w.sample.groups[1].idle_in_txn = 1;
	w.sample.groups[1].aborted = 1;
	w.sample.groups[1].total = 4;

	app_pool_measure(&web, &w.sample, &w.state);

	assert_int_equal(w.state.capacity, 20);
	assert_int_equal(w.state.total, 8);
	assert_int_equal(w.state.checked_in, 5);
	assert_int_equal(w.state.checked_out, 3);
	assert_int_equal(w.state.overflow, 0);
	assert_int_equal(w.state.status, STATUS_OK);
	assert_false(w.state.is_at_least);
}

static void each_state_of_a_pool_has_its_words(void **state)
{
	(void)state;
	static const struct {
		int64_t idle, active;
		enum status status;
		const char *words;
	} cases[] = {
		{ 0, 0, STATUS_INFO, "no session on the server" },
		{ 9, 1, STATUS_OK, "1 of 20 connections are out" },
		{ 11, 1, STATUS_INFO, "2 connections above its size" },
		{ 0, 15, STATUS_INFO, "5 connections above its size" },
		{ 0, 16, STATUS_WARN, "16 of 20 connections are out" },
		{ 0, 20, STATUS_CRIT, "starved: all 20 connections are out" },
		{ 21, 0, STATUS_CRIT, "21 sessions, 1 more than it may open" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct world w = { 0 };
		if (cases[i].idle + cases[i].active)
			add_group(&w, "web-1", cases[i].idle, cases[i].active);
		app_pool_measure(&web, &w.sample, &w.state);
		assert_string_equal(w.state.reason, cases[i].words);
		assert_int_equal(w.state.status, cases[i].status);
	}
}

static void what_may_not_be_seen_is_unknown_and_not_zero(void **state)
{
	(void)state;
	struct world w = { 0 };
	add_group(&w, "web-1", 3, 1);
	add_group(&w, "web-2", 0, 0);
	w.sample.groups[1].total = 2;
	w.sample.groups[1].idle = w.sample.groups[1].active = VALUE_UNKNOWN;
	w.sample.group_total = 70;

	app_pool_measure(&web, &w.sample, &w.state);

	assert_int_equal(w.state.total, 6);
	assert_true(w.state.checked_in == VALUE_UNKNOWN);
	assert_true(w.state.checked_out == VALUE_UNKNOWN);
	assert_non_null(strstr(w.state.reason, "grant pg_monitor"));
	assert_true(w.state.is_at_least);
}

/* A server with so many slots, and no other limit. */
static const struct pool_health *slots(int64_t ceiling)
{
	static struct pool_health sample;

	sample = (struct pool_health){
		.sampled_us = 1, .ceiling = ceiling, .role_limit = -1, .database_limit = -1
	};
	return &sample;
}

static void the_budget_is_below_four_fifths_and_shows_its_sum(void **state)
{
	(void)state;
	struct budget_line lines[BUDGET_LINES_MAX];

	assert_int_equal(budget_judge(&web, 1, slots(25), lines), 1);
	assert_false(lines[0].fits);
	assert_string_equal(
		lines[0].words, "(5 + 5) * 2 = 20 connections, not below 80% of 25 slots (20.0)");
	assert_int_equal(budget_judge(&web, 1, slots(26), lines), 1);
	assert_true(lines[0].fits);
	assert_string_equal(
		lines[0].words, "(5 + 5) * 2 = 20 connections, below 80% of 26 slots (20.8)");
}

static void several_pools_have_a_sum_and_unknown_slots_no_verdict(void **state)
{
	(void)state;
	const struct app_pool pools[] = { web, web };
	struct budget_line lines[BUDGET_LINES_MAX];

	assert_int_equal(budget_judge(pools, 2, slots(50), lines), 3);
	assert_true(lines[0].fits && lines[1].fits);
	assert_false(lines[2].fits);
	assert_int_equal(lines[2].need, 40);
	assert_int_equal(budget_judge(pools, 2, slots(VALUE_UNKNOWN), lines), 0);
}

static void a_nearer_limit_of_database_or_role_counts(void **state)
{
	(void)state;
	const struct app_pool pools[] = { { .name = "dbtop", .size = 4, .workers = 1 }, web };
	struct budget_line lines[BUDGET_LINES_MAX];
	struct pool_health sample = *slots(100);
	sample.database_limit = 25;
	sample.role_limit = 5;

	assert_int_equal(budget_judge(pools, 2, &sample, lines), 3);

	assert_string_equal(lines[0].words, "(4 + 0) * 1 = 4 connections, not below 80% of 5 "
					    "connections of dbtop's role (4.0)");
	assert_string_equal(lines[1].words, "(5 + 5) * 2 = 20 connections, not below 80% of 25 "
					    "connections of this database (20.0)");
	assert_false(lines[0].fits || lines[1].fits);
}

static void an_undeclared_application_that_holds_nearly_all_is_named(void **state)
{
	(void)state;
	const struct app_pool pools[] = { { .name = "dbtop", .size = 4, .workers = 1 }, web };
	struct budget_line lines[BUDGET_LINES_MAX];
	struct world w = { 0 };
	w.sample.ceiling = 100;
	w.sample.role_limit = w.sample.database_limit = -1;
	add_group(&w, "web-1", 90, 0);
	add_group(&w, "report", 79, 0);
	assert_int_equal(budget_judge(pools, 2, &w.sample, lines), 3);

	w.sample.groups[1].total = 80;
	assert_int_equal(budget_judge(pools, 2, &w.sample, lines), 4);

	assert_true(lines[2].is_undeclared);
	assert_false(lines[2].fits);
	assert_string_equal(lines[2].name, "report");
	assert_string_equal(lines[2].words,
		"not declared as a [pool], and holds 80 connections, not below 80% "
		"of 100 slots (80.0)");
}

static void dbtop_itself_is_told_what_would_fit(void **state)
{
	(void)state;
	struct target target = { .pool = { .size = 8, .max_overflow = 1 } };
	struct err e;

	assert_true(budget_check_own(&target, slots(12), &e));
	assert_false(budget_check_own(&target, slots(10), &e));
	assert_string_equal(e.text, "dbtop's own pool is too large for this server: (8 + 1) * 1 = "
				    "9 connections, not below 80% of 10 slots (8.0)");
	assert_string_equal(e.hint, "set pool_size to 6 or less (--pool-size 6)");
	target.pool.size = 6;
	assert_true(budget_check_own(&target, slots(10), &e));
	target.pool.size = 7;
	assert_false(budget_check_own(&target, slots(10), &e));
	assert_true(budget_check_own(&target, slots(VALUE_UNKNOWN), &e));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sessions_of_all_matching_applications_count),
		cmocka_unit_test(each_state_of_a_pool_has_its_words),
		cmocka_unit_test(what_may_not_be_seen_is_unknown_and_not_zero),
		cmocka_unit_test(the_budget_is_below_four_fifths_and_shows_its_sum),
		cmocka_unit_test(a_nearer_limit_of_database_or_role_counts),
		cmocka_unit_test(an_undeclared_application_that_holds_nearly_all_is_named),
		cmocka_unit_test(dbtop_itself_is_told_what_would_fit),
		cmocka_unit_test(several_pools_have_a_sum_and_unknown_slots_no_verdict),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
