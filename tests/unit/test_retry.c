// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Retry: the rules as a table of expectations, what no rule may ever do, pauses, and the budget.
 */
#include "test.h"

#include <string.h>

#include "pg/retry.h"

static struct err server_error(const char *sqlstate, const char *text)
{
	struct err e;

	err_set(&e, ERR_SERVER, "%s", text);
	snprintf(e.sqlstate, sizeof(e.sqlstate), "%s", sqlstate);
	return e;
}

static struct err link_error(const char *sqlstate, const char *text)
{
	struct err e = server_error(sqlstate, text);

	e.kind = ERR_CONNECT;
	return e;
}

struct expectation {
	const char *sqlstate, *text;
	enum retry_phase phase;
	enum retry_action action;
	enum retry_link link;
	int tries;
};

static void check(const struct expectation *want, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct expectation *x = &want[i];
		struct err e =
			*x->sqlstate ? server_error(x->sqlstate, x->text) : link_error("", x->text);
		struct retry_verdict got = retry_judge(&e, x->phase);
		if (got.action != x->action || got.link != x->link || got.tries != x->tries)
			fail_msg("row %zu, %s \"%s\": action %d link %d tries %d", i, x->sqlstate,
				x->text, got.action, got.link, got.tries);
		assert_non_null(got.why);
	}
}

static void a_dial_is_tried_again_when_waiting_can_help(void **state)
{
	(void)state;
	static const struct expectation want[] = {
		{ "", "could not connect: Connection refused", RETRY_DIALING, RETRY_ELSEWHERE,
			RETRY_LINK_DROP, 0 },
		{ "", "could not connect: No such file or directory", RETRY_DIALING,
			RETRY_ELSEWHERE, RETRY_LINK_DROP, 0 },
		{ "", "Resource temporarily unavailable", RETRY_DIALING, RETRY_ELSEWHERE,
			RETRY_LINK_DROP, 0 },
		{ "53300", "sorry, too many clients already", RETRY_DIALING, RETRY_ELSEWHERE,
			RETRY_LINK_DROP, 0 },
		{ "57P03", "the database system is starting up", RETRY_DIALING, RETRY_ELSEWHERE,
			RETRY_LINK_DROP, 0 },
		{ "08P01", "query_wait_timeout", RETRY_DIALING, RETRY_ELSEWHERE, RETRY_LINK_DROP,
			0 },
	};

	check(want, ARRAY_SIZE(want));
}

static void a_dial_that_a_person_must_mend_is_not_tried_again(void **state)
{
	(void)state;
	static const struct expectation want[] = {
		{ "28P01", "password authentication failed", RETRY_DIALING, RETRY_NEVER,
			RETRY_LINK_DROP, 1 },
		{ "28000", "no pg_hba.conf entry", RETRY_DIALING, RETRY_NEVER, RETRY_LINK_DROP, 1 },
		{ "3D000", "database does not exist", RETRY_DIALING, RETRY_NEVER, RETRY_LINK_DROP,
			1 },
		{ "42501", "permission denied for database", RETRY_DIALING, RETRY_NEVER,
			RETRY_LINK_DROP, 1 },
		{ "", "SSL error: certificate verify failed", RETRY_DIALING, RETRY_NEVER,
			RETRY_LINK_DROP, 1 },
		{ "", "server does not support SSL, but SSL was required", RETRY_DIALING,
			RETRY_NEVER, RETRY_LINK_DROP, 1 },
		{ "", "SSL error: tlsv1 alert protocol version", RETRY_DIALING, RETRY_NEVER,
			RETRY_LINK_DROP, 1 },
		{ "08P01", "unsupported startup parameter", RETRY_DIALING, RETRY_NEVER,
			RETRY_LINK_DROP, 1 },
	};

	check(want, ARRAY_SIZE(want));
}

static void a_read_is_asked_once_more_elsewhere_when_its_link_broke(void **state)
{
	(void)state;
	static const struct expectation want[] = {
		{ "", "the connection is lost", RETRY_READING, RETRY_ELSEWHERE, RETRY_LINK_DROP,
			2 },
		{ "57P01", "terminating connection", RETRY_READING, RETRY_ELSEWHERE,
			RETRY_LINK_DROP, 2 },
		{ "08006", "connection failure", RETRY_READING, RETRY_ELSEWHERE, RETRY_LINK_DROP,
			2 },
		{ "40001", "canceling statement due to conflict with recovery", RETRY_READING,
			RETRY_ELSEWHERE, RETRY_LINK_KEEP, 2 },
		{ "26000", "prepared statement does not exist", RETRY_READING, RETRY_SAME,
			RETRY_LINK_FORGET, 2 },
		{ "0A000", "cached plan must not change result type", RETRY_READING, RETRY_SAME,
			RETRY_LINK_FORGET, 2 },
		{ "0A000", "cannot do that", RETRY_READING, RETRY_NEVER, RETRY_LINK_KEEP, 1 },
		{ "57014", "canceling statement due to statement timeout", RETRY_READING,
			RETRY_NEVER, RETRY_LINK_KEEP, 1 },
		{ "42P01", "relation does not exist", RETRY_READING, RETRY_NEVER, RETRY_LINK_KEEP,
			1 },
		{ "42501", "permission denied for table", RETRY_READING, RETRY_NEVER,
			RETRY_LINK_KEEP, 1 },
		{ "55P03", "lock not available", RETRY_READING, RETRY_NEVER, RETRY_LINK_KEEP, 1 },
		{ "XX001", "could not read block", RETRY_READING, RETRY_NEVER, RETRY_LINK_DROP, 1 },
	};

	check(want, ARRAY_SIZE(want));
}

static void a_declared_unit_is_replayed_before_its_commit(void **state)
{
	(void)state;
	static const struct expectation want[] = {
		{ "40001", "could not serialize access", RETRY_IN_UNIT, RETRY_SAME, RETRY_LINK_KEEP,
			5 },
		{ "40P01", "deadlock detected", RETRY_IN_UNIT, RETRY_SAME, RETRY_LINK_KEEP, 3 },
		{ "", "the connection is lost", RETRY_IN_UNIT, RETRY_PRIMARY, RETRY_LINK_DROP, 2 },
		{ "25006", "cannot execute INSERT in a read-only transaction", RETRY_IN_UNIT,
			RETRY_PRIMARY, RETRY_LINK_EVICT, 3 },
		{ "23505", "duplicate key", RETRY_IN_UNIT, RETRY_NEVER, RETRY_LINK_KEEP, 1 },
		{ "25P02", "current transaction is aborted", RETRY_IN_UNIT, RETRY_NEVER,
			RETRY_LINK_KEEP, 1 },
		{ "25P03", "idle-in-transaction timeout", RETRY_IN_UNIT, RETRY_NEVER,
			RETRY_LINK_DROP, 1 },
		{ "40003", "statement completion unknown", RETRY_IN_UNIT, RETRY_NEVER,
			RETRY_LINK_DROP, 1 },
		{ "08007", "transaction resolution unknown", RETRY_IN_UNIT, RETRY_NEVER,
			RETRY_LINK_DROP, 1 },
		{ "53100", "disk full", RETRY_IN_UNIT, RETRY_NEVER, RETRY_LINK_KEEP, 1 },
	};

	check(want, ARRAY_SIZE(want));
}

static void a_commit_without_an_answer_is_resolved_and_never_sent_again(void **state)
{
	(void)state;
	static const struct expectation want[] = {
		{ "", "the connection is lost", RETRY_COMMITTING, RETRY_RESOLVE, RETRY_LINK_DROP,
			1 },
		{ "57P01", "terminating connection", RETRY_COMMITTING, RETRY_RESOLVE,
			RETRY_LINK_DROP, 1 },
		{ "08007", "transaction resolution unknown", RETRY_COMMITTING, RETRY_RESOLVE,
			RETRY_LINK_DROP, 1 },
		{ "40001", "could not serialize access", RETRY_COMMITTING, RETRY_NEVER,
			RETRY_LINK_KEEP, 1 },
		{ "23503", "deferred foreign key", RETRY_COMMITTING, RETRY_NEVER, RETRY_LINK_KEEP,
			1 },
	};
	struct err e;

	check(want, ARRAY_SIZE(want));
	err_set(&e, ERR_TIMEOUT, "no answer within 5 s");
	assert_int_equal(retry_judge(&e, RETRY_COMMITTING).action, RETRY_RESOLVE);
}

/* Whatever comes: five letters or digits are all there can be. */
static void no_code_ever_makes_a_typed_statement_or_a_commit_go_out_twice(void **state)
{
	(void)state;
	static const char letters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	struct dice dice;

	dice_seed(&dice, 7);
	for (int i = 0; i < 200000; i++) {
		char code[6] = { 0 };
		for (int c = 0; c < 5; c++)
			code[c] = letters[dice_below(&dice, 36)];
		struct err e = i % 2 ? server_error(code, "x") : link_error(code, "x");
		enum retry_action commit = retry_judge(&e, RETRY_COMMITTING).action;
		assert_int_equal(retry_judge(&e, RETRY_TYPED).action, RETRY_NEVER);
		assert_true(commit == RETRY_NEVER || commit == RETRY_RESOLVE);
	}
}

static void what_somebody_gave_up_is_not_taken_up_again(void **state)
{
	(void)state;
	struct err e;

	err_set(&e, ERR_CANCELED, "canceled");
	for (enum retry_phase phase = RETRY_DIALING; phase <= RETRY_COMMITTING; phase++)
		assert_int_equal(retry_judge(&e, phase).action, RETRY_NEVER);
}

static void the_endpoint_hears_what_kind_of_failure_it_was(void **state)
{
	(void)state;
	static const struct {
		const char *sqlstate, *text;
		enum retry_news news;
	} want[] = {
		{ "", "Connection refused", RETRY_NEWS_REFUSED },
		{ "", "the connection is lost", RETRY_NEWS_FAILED },
		{ "28P01", "password", RETRY_NEWS_AUTH },
		{ "53300", "too many clients", RETRY_NEWS_FULL },
		{ "57P03", "starting up", RETRY_NEWS_STARTING },
		{ "57P01", "terminating", RETRY_NEWS_LEAVING },
		{ "25006", "read-only", RETRY_NEWS_DEMOTED },
		{ "XX002", "index corrupted", RETRY_NEWS_CORRUPT },
		{ "23505", "duplicate", RETRY_NEWS_NONE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		struct err e = link_error(want[i].sqlstate, want[i].text);
		assert_int_equal(retry_judge(&e, RETRY_DIALING).news, want[i].news);
	}
}

enum { AWAY = RETRY_ELSEWHERE, SAME = RETRY_SAME, PRIMARY = RETRY_PRIMARY, NO = RETRY_NEVER };
enum { KEEP = RETRY_LINK_KEEP, DROP = RETRY_LINK_DROP, FORGET = RETRY_LINK_FORGET };
enum { EVICT = RETRY_LINK_EVICT };
static const struct {
	const char *sqlstate, *text;
	int dial, unit, link, news;
} rows[] = {
	{ "08007", "", NO, NO, DROP, RETRY_NEWS_FAILED },
	{ "40003", "", NO, NO, DROP, RETRY_NEWS_FAILED },
	{ "08006", "", AWAY, PRIMARY, DROP, RETRY_NEWS_FAILED },
	{ "08P01", "query_wait_timeout", AWAY, NO, DROP, RETRY_NEWS_FULL },
	{ "08P01", "server login has been failing", AWAY, NO, DROP, RETRY_NEWS_STARTING },
	{ "08P01", "login failed", AWAY, NO, DROP, RETRY_NEWS_STARTING },
	{ "08P01", "the database is paused", AWAY, NO, DROP, RETRY_NEWS_STARTING },
	{ "08P01", "invalid message", NO, NO, DROP, RETRY_NEWS_NONE },
	{ "0A000", "cached plan must not change", NO, SAME, FORGET, RETRY_NEWS_NONE },
	{ "0A000", "not supported", NO, NO, KEEP, RETRY_NEWS_NONE },
	{ "25006", "", NO, PRIMARY, EVICT, RETRY_NEWS_DEMOTED },
	{ "25P02", "", NO, NO, KEEP, RETRY_NEWS_NONE },
	{ "25P03", "", NO, NO, DROP, RETRY_NEWS_NONE },
	{ "25P04", "", NO, NO, DROP, RETRY_NEWS_NONE },
	{ "26000", "", NO, SAME, FORGET, RETRY_NEWS_NONE },
	{ "42P05", "", NO, SAME, FORGET, RETRY_NEWS_NONE },
	{ "28000", "", NO, NO, DROP, RETRY_NEWS_AUTH },
	{ "3D000", "", NO, NO, DROP, RETRY_NEWS_AUTH },
	{ "40001", "conflict with recovery", AWAY, PRIMARY, KEEP, RETRY_NEWS_NONE },
	{ "40001", "could not serialize", NO, SAME, KEEP, RETRY_NEWS_NONE },
	{ "40P01", "", NO, SAME, KEEP, RETRY_NEWS_NONE },
	{ "40002", "", NO, NO, KEEP, RETRY_NEWS_NONE },
	{ "23505", "", NO, NO, KEEP, RETRY_NEWS_NONE },
	{ "53300", "", AWAY, NO, DROP, RETRY_NEWS_FULL },
	{ "53000", "", NO, SAME, KEEP, RETRY_NEWS_NONE },
	{ "53200", "", NO, SAME, KEEP, RETRY_NEWS_NONE },
	{ "53100", "", NO, NO, KEEP, RETRY_NEWS_NONE },
	{ "54000", "", NO, NO, KEEP, RETRY_NEWS_NONE },
	{ "55P03", "", NO, NO, KEEP, RETRY_NEWS_NONE },
	{ "57014", "", NO, NO, KEEP, RETRY_NEWS_NONE },
	{ "57P01", "", AWAY, PRIMARY, DROP, RETRY_NEWS_LEAVING },
	{ "57P02", "", AWAY, PRIMARY, DROP, RETRY_NEWS_LEAVING },
	{ "57P03", "", AWAY, NO, DROP, RETRY_NEWS_STARTING },
	{ "57P04", "", NO, NO, EVICT, RETRY_NEWS_AUTH },
	{ "57P05", "", AWAY, PRIMARY, DROP, RETRY_NEWS_NONE },
	{ "58030", "", NO, NO, DROP, RETRY_NEWS_NONE },
	{ "72000", "", NO, SAME, KEEP, RETRY_NEWS_NONE },
	{ "XX000", "", NO, NO, DROP, RETRY_NEWS_NONE },
	{ "XX001", "", NO, NO, DROP, RETRY_NEWS_CORRUPT },
	{ "XX002", "", NO, NO, DROP, RETRY_NEWS_CORRUPT },
	{ "", "certificate verify failed", NO, NO, DROP, RETRY_NEWS_AUTH },
	{ "", "channel binding required", NO, NO, DROP, RETRY_NEWS_AUTH },
	{ "", "server does not support SSL", NO, NO, DROP, RETRY_NEWS_AUTH },
	{ "", "unsupported protocol version", NO, NO, DROP, RETRY_NEWS_AUTH },
	{ "", "invalid connection option \"x\"", NO, NO, DROP, RETRY_NEWS_AUTH },
	{ "", "the password in clear", NO, NO, DROP, RETRY_NEWS_AUTH },
	{ "", "no password supplied", NO, NO, DROP, RETRY_NEWS_AUTH },
	{ "", "Connection refused", AWAY, PRIMARY, DROP, RETRY_NEWS_REFUSED },
	{ "", "No such file or directory", AWAY, PRIMARY, DROP, RETRY_NEWS_REFUSED },
	{ "", "gone", AWAY, PRIMARY, DROP, RETRY_NEWS_FAILED },
};

/* The table of the facts, row by row: what a dial, a unit, the link and the endpoint make of each failure. */
static void each_failure_has_its_row(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct err e = *rows[i].sqlstate ? server_error(rows[i].sqlstate, rows[i].text)
						 : link_error("", rows[i].text);
		struct retry_verdict dial = retry_judge(&e, RETRY_DIALING);
		struct retry_verdict unit = retry_judge(&e, RETRY_IN_UNIT);
		if ((int)dial.action != rows[i].dial || (int)unit.action != rows[i].unit ||
			(int)unit.link != rows[i].link || (int)unit.news != rows[i].news)
			fail_msg("%s \"%s\": dial %d unit %d link %d news %d", rows[i].sqlstate,
				rows[i].text, dial.action, unit.action, unit.link, unit.news);
	}
}

static void pauses_are_spread_below_a_limit_that_doubles_to_a_cap(void **state)
{
	(void)state;
	static const int64_t most_ms[] = { 50, 100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000 };
	struct dice dice;

	dice_seed(&dice, 3);
	for (int attempt = 1; attempt <= (int)ARRAY_SIZE(most_ms); attempt++) {
		int64_t sum = 0, longest = 0;
		for (int i = 0; i < 2000; i++) {
			int64_t ms = retry_delay_ms(&retry_pace_dial, attempt, &dice);
			assert_in_range(ms, 0, most_ms[attempt - 1]);
			sum += ms;
			longest = ms > longest ? ms : longest;
		}
		assert_in_range(sum / 2000, most_ms[attempt - 1] * 45 / 100,
			most_ms[attempt - 1] * 55 / 100);
		assert_true(longest > most_ms[attempt - 1] * 95 / 100);
	}
	assert_true(retry_delay_ms(&retry_pace_dial, 1000000, &dice) <= 5000);
}

static void retries_are_a_tenth_of_the_requests_and_a_few_are_free(void **state)
{
	(void)state;
	struct retry_budget budget = { 0 };
	int granted = 0;

	for (int i = 0; i < 200; i++)
		retry_budget_request(&budget, INT64_C(100000000));
	for (int i = 0; i < 200; i++)
		granted += retry_budget_take(&budget, INT64_C(100500000));

	assert_int_equal(granted, 20);
}

static void a_quiet_client_may_retry_and_an_old_second_counts_no_more(void **state)
{
	(void)state;
	struct retry_budget budget = { 0 };
	int64_t now_us = INT64_C(50000000);
	int granted = 0;

	for (int i = 0; i < 10; i++)
		granted += retry_budget_take(&budget, now_us);
	assert_int_equal(granted, RETRY_BUDGET_FREE);

	assert_false(retry_budget_take(&budget, now_us + 9 * 1000000));
	assert_true(retry_budget_take(&budget, now_us + 10 * 1000000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dial_is_tried_again_when_waiting_can_help),
		cmocka_unit_test(a_dial_that_a_person_must_mend_is_not_tried_again),
		cmocka_unit_test(a_read_is_asked_once_more_elsewhere_when_its_link_broke),
		cmocka_unit_test(a_declared_unit_is_replayed_before_its_commit),
		cmocka_unit_test(a_commit_without_an_answer_is_resolved_and_never_sent_again),
		cmocka_unit_test(no_code_ever_makes_a_typed_statement_or_a_commit_go_out_twice),
		cmocka_unit_test(what_somebody_gave_up_is_not_taken_up_again),
		cmocka_unit_test(the_endpoint_hears_what_kind_of_failure_it_was),
		cmocka_unit_test(each_failure_has_its_row),
		cmocka_unit_test(pauses_are_spread_below_a_limit_that_doubles_to_a_cap),
		cmocka_unit_test(retries_are_a_tenth_of_the_requests_and_a_few_are_free),
		cmocka_unit_test(a_quiet_client_may_retry_and_an_old_second_counts_no_more),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
