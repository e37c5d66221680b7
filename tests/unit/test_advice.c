// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Advice: which row fits which error, and what the figures add to it.
 */
#include "test.h"

#include <string.h>

#include "pg/advice.h"

struct world {
	struct link_view link;
	struct pool_health pool;
	struct link_view other;
	struct advice_causes causes;
};

static const char *id_of(const char *sqlstate, const char *text)
{
	const struct advice *advice = advice_find(sqlstate, text);

	return advice ? advice->id : "none";
}

static bool has_cause(const struct world *w, const char *words)
{
	for (size_t i = 0; i < w->causes.count; i++)
		if (strstr(w->causes.words[i], words))
			return true;
	return false;
}

static void ask(struct world *w, const char *id)
{
	advice_causes(advice_get(id),
		&(struct advice_given){
			.link = &w->link, .pool = &w->pool, .others = &w->other, .other_count = 1 },
		&w->causes);
}

static void each_symptom_has_its_row(void **state)
{
	static const struct {
		const char *sqlstate, *text, *id;
	} cases[] = {
		{ "53300", "sorry, too many clients already", "too-many-connections" },
		{ "53300", "too many connections for role \"x\"", "too-many-connections" },
		{ "", "cannot connect to x: no answer within 5.0 s", "connection-timeout" },
		{ "28P01", "password authentication failed", "authentication-failed" },
		{ "", "fe_sendauth: no password supplied", "password-missing" },
		{ "28000", "no pg_hba.conf entry for host \"x\", no encryption", "tls-refused" },
		{ "28000", "no pg_hba.conf entry for host \"x\", SSL encryption", "not-admitted" },
		{ "28000", "role \"x\" does not exist", "role-refused" },
		{ "3D000", "database \"x\" does not exist", "no-such-database" },
		{ "", "SSL error: certificate verify failed", "tls-refused" },
		{ "", "server does not support SSL, but SSL was required", "tls-refused" },
		{ "", "channel binding required but not supported by server", "tls-refused" },
		{ "", "SSL error: tlsv1 alert protocol version", "tls-refused" },
		{ "", "pg-b:5432 is a standby: it only reads", "standby-for-write" },
		{ "25006", "cannot execute CREATE TABLE", "read-only" },
		{ "", "a connection pooler answers at x:6432, not the server",
			"pooler-in-the-way" },
		{ "42P01", "relation \"x\" does not exist", "none" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_string_equal(id_of(cases[i].sqlstate, cases[i].text), cases[i].id);
}

static void every_row_says_what_to_do(void **state)
{
	(void)state;
	for (size_t i = 0; i < advice_count(); i++) {
		const struct advice *row = advice_at(i);
		assert_non_null(row->id);
		assert_true(row->sqlstate || row->words);
		assert_true(row->hint && strlen(row->hint) < 256);
		if (row->symptom)
			assert_true(row->usual[0] && row->steps[0]);
		/* It is found: no row stands behind another that takes everything of it. */
		const struct advice *found = advice_find(
			row->sqlstate ? row->sqlstate : "", row->words ? row->words : "");
		assert_ptr_equal(found, row);
	}
}

static void a_full_server_is_explained_by_who_fills_it(void **state)
{
	(void)state;
	struct world w = { .pool = { .sampled_us = 1,
				   .ceiling = 97,
				   .used = 97,
				   .idle_long = 60,
				   .idle_in_txn = 3,
				   .role_limit = 10,
				   .role_used = 4,
				   .database_limit = -1,
				   .group_count = 2,
				   .groups = { { .name = "report", .total = 5, .idle = 1 },
					   { .name = "web-1", .total = 80, .idle = 70 } } } };

	ask(&w, "too-many-connections");

	assert_true(has_cause(&w, "97 of 97 slots were used"));
	assert_true(has_cause(&w, "web-1 held the most: 80 sessions, 70 of them idle"));
	assert_true(has_cause(&w, "60 sessions had been idle for more than ten minutes"));
	assert_true(has_cause(&w, "3 sessions were idle inside a transaction"));
	assert_true(has_cause(&w, "this role may have 10 connections and held 4"));
	assert_false(has_cause(&w, "this database"));
	assert_true(has_cause(&w, "pools of the applications"));
}

static void without_figures_only_the_usual_causes_are_said(void **state)
{
	(void)state;
	struct world w = { 0 };

	ask(&w, "too-many-connections");

	assert_int_equal(w.causes.count, 2);
	assert_true(has_cause(&w, "pools of the applications"));
}

static void silence_after_an_answer_is_another_silence(void **state)
{
	(void)state;
	struct world w = { .other = { .state = LINK_UP,
				   .identity = { .host = "pg-b", .port = "1" } } };

	ask(&w, "connection-timeout");
	assert_true(has_cause(&w, "nobody has answered there yet"));
	assert_true(has_cause(&w, "pg-b:1 answers, so the network is not down as a whole"));

	w.link.identity = (struct identity){
		.server_version = 150018, .version_words = "15.18", .host = "pg-a", .port = "2"
	};
	ask(&w, "connection-timeout");
	assert_true(has_cause(&w, "PostgreSQL 15.18 at pg-a:2 answered before"));
}

static void a_primary_among_the_standbys_is_named(void **state)
{
	(void)state;
	struct world w = { .other = { .state = LINK_UP,
				   .identity = { .host = "pg-b", .port = "1" } } };

	ask(&w, "standby-for-write");
	assert_true(has_cause(&w, "pg-b:1, listed as a standby, is the primary"));

	w.other.identity.is_standby = true;
	ask(&w, "standby-for-write");
	assert_false(has_cause(&w, "pg-b:1"));
}

static void what_is_well_needs_no_advice(void **state)
{
	(void)state;
	struct link_view link = { .state = LINK_UP };

	assert_null(advice_now(&link));
	link.identity.is_pooled = true;
	assert_string_equal(advice_now(&link)->id, "pooler-in-the-way");
	link = (struct link_view){ .state = LINK_CONNECTING };
	assert_null(advice_now(&link));
	link = (struct link_view){ .state = LINK_STOPPED, .sqlstate = "3D000", .error = "x" };
	assert_string_equal(advice_now(&link)->id, "no-such-database");
	link = (struct link_view){ .state = LINK_WAITING, .sqlstate = "57P03", .error = "x" };
	assert_null(advice_now(&link));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_symptom_has_its_row),
		cmocka_unit_test(every_row_says_what_to_do),
		cmocka_unit_test(a_full_server_is_explained_by_who_fills_it),
		cmocka_unit_test(without_figures_only_the_usual_causes_are_said),
		cmocka_unit_test(silence_after_an_answer_is_another_silence),
		cmocka_unit_test(a_primary_among_the_standbys_is_named),
		cmocka_unit_test(what_is_well_needs_no_advice),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
