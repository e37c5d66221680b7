// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What is provably a read, and the names the catalog is asked about.
 */
#include "test.h"

#include "base/mem.h"
#include "base/str.h"
#include "parse/reads.h"

struct world {
	struct arena arena;
	struct deep *deep;
};

static int set_up(void **state)
{
	struct world *w = mem_new(struct world);
	w->deep = deep_new();
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;
	deep_free(w->deep);
	arena_release(&w->arena);
	free(w);
	return 0;
}

static struct reads judge(struct world *w, const char *text)
{
	struct reads reads;
	reads_judge(&reads, text, &w->arena, w->deep);
	return reads;
}

static void check_kind(struct world *w, const char *text, enum reads_kind kind)
{
	struct reads reads = judge(w, text);

	if (reads.kind != kind)
		fail_msg("%s: %d, not %d (%s)", text, reads.kind, kind, reads.why ? reads.why : "");
	assert_int_equal(reads.why == NULL, kind == READS_ANY);
}

static void what_only_selects_is_a_read(void **state)
{
	static const char *const texts[] = {
		"SELECT 1",
		"select a, count(*) from t where b > 3 group by a order by 2;",
		"VALUES (1), (2)",
		"TABLE t",
		"(select 1) union all (select 2)",
		"WITH x AS (SELECT * FROM t) SELECT * FROM x JOIN u USING (id)",
		"EXPLAIN SELECT * FROM t",
		"EXPLAIN (VERBOSE, ANALYZE false) SELECT * FROM t",
		"-- a comment\nSELECT now(), current_user",
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		check_kind(*state, texts[i], READS_ANY);
}

static void what_writes_locks_makes_or_sets_is_none(void **state)
{
	static const char *const texts[] = {
		"INSERT INTO t VALUES (1)",
		"SELECT * FROM t FOR UPDATE",
		"SELECT * FROM (SELECT * FROM t FOR SHARE) AS s",
		"SELECT * INTO u FROM t",
		"WITH d AS (DELETE FROM t RETURNING *) SELECT * FROM d",
		"SELECT (WITH d AS (UPDATE t SET a = 1 RETURNING a) SELECT a FROM d)",
		"SELECT 1; SELECT 2",
		"SELECT 1; DROP TABLE t",
		"SET work_mem = '1MB'",
		"EXPLAIN ANALYZE SELECT 1",
		"EXPLAIN (ANALYZE) SELECT 1",
		"EXPLAIN INSERT INTO t VALUES (1)",
		"SELECT * FROM t TABLESAMPLE bernoulli (10)",
		"SELECT $1",
		"COPY t TO STDOUT",
		"LOCK TABLE t",
		"CALL p()",
		"DO $$ begin end $$",
		"PREPARE p AS SELECT 1",
		"EXECUTE p",
		"DECLARE c CURSOR FOR SELECT 1",
		"CREATE TABLE u AS SELECT 1",
		"SELECT FROM WHERE",
		"",
		"-- nothing",
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		check_kind(*state, texts[i], READS_NOT);
}

static void what_each_server_answers_for_itself_is_never_balanced(void **state)
{
	static const char *const texts[] = {
		"SHOW work_mem",
		"SHOW ALL",
		"SELECT * FROM pg_stat_activity",
		"SELECT * FROM pg_catalog.pg_class",
		"SELECT * FROM information_schema.tables",
		"SELECT pg_is_in_recovery()",
		"SELECT current_setting('port')",
		"SELECT a FROM t WHERE a = (SELECT count(*) FROM pg_locks)",
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		check_kind(*state, texts[i], READS_OWN);
}

static void what_is_worse_counts(void **state)
{
	check_kind(*state, "SELECT pg_is_in_recovery() FROM t FOR UPDATE", READS_NOT);
	check_kind(*state, "SELECT * FROM pg_class, (SELECT * FROM t FOR UPDATE) AS s", READS_NOT);
}

static void a_transaction_of_ones_own_is_told_apart(void **state)
{
	static const char *const texts[] = { "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT a" };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct reads reads = judge(*state, texts[i]);
		assert_int_equal(reads.kind, READS_NOT);
		assert_true(reads.is_control);
	}
	assert_false(judge(*state, "SELECT 1").is_control);
}

static void a_text_too_long_to_be_judged_is_none(void **state)
{
	struct world *w = *state;
	struct str text = { 0 };

	str_add(&text, "SELECT '");
	for (int i = 0; i < DEEP_LIMIT_BYTES; i++)
		str_add_char(&text, 'x');
	str_add(&text, "'");
	check_kind(w, str_c(&text), READS_NOT);
	str_release(&text);
}

static void check_names(const struct reads_names *names, const char *expected)
{
	struct str found = { 0 };

	for (size_t i = 0; i < names->count; i++)
		str_addf(&found, "%s%s", i ? " " : "", names->items[i]);
	assert_string_equal(str_c(&found), expected);
	str_release(&found);
}

static void all_that_is_called_is_named_for_the_catalog(void **state)
{
	struct reads reads = judge(*state,
		"WITH w AS (SELECT 1) SELECT app.f(g(x)), t.h, (t).i.j, a ## b, c::mood, "
		"d IN (1), e OPERATOR(app.@@@) 1, k = ANY (SELECT 1 ORDER BY 1 USING <<) "
		"FROM app.t, w, u AS v WHERE lower(x) LIKE 'a' AND EXTRACT(day FROM now()) > 1");

	assert_int_equal(reads.kind, READS_ANY);
	check_names(&reads.functions, "f g lower extract now");
	check_names(&reads.members, "h i j");
	check_names(&reads.operators, "## = @@@ << ~~ >");
	check_names(&reads.relations, "t u");
	check_names(&reads.shadowed, "w");
	check_names(&reads.types, "mood");
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(what_only_selects_is_a_read),
		CASE(what_writes_locks_makes_or_sets_is_none),
		CASE(what_each_server_answers_for_itself_is_never_balanced),
		CASE(what_is_worse_counts),
		CASE(a_transaction_of_ones_own_is_told_apart),
		CASE(a_text_too_long_to_be_judged_is_none),
		CASE(all_that_is_called_is_named_for_the_catalog),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
