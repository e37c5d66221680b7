// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "migrate/run/probe_step.h"
#include "parse/script.h"
#include "parse/statement.h"

struct world {
	struct arena arena;
	struct deep *deep;
	struct migration_statement statement;
	struct probe_question question;
};

static int begin(void **state)
{
	static struct world world;
	world = (struct world){ .deep = deep_new() };
	*state = &world;
	return 0;
}

static int end(void **state)
{
	struct world *w = *state;
	deep_free(w->deep);
	arena_release(&w->arena);
	return 0;
}

static void ask(struct world *w, const char *sql, const char *probe)
{
	struct script script;
	struct err e;
	script_init(&script, &w->arena, NULL, span_of(sql));
	assert_true(script_split(&script, &e));
	statement_describe(&script.statements[0], &w->arena, w->deep);
	w->statement = (struct migration_statement){ .sql = script.statements[0], .probe = probe };
	probe_ask(&w->statement, &w->question);
}

static void asks(const struct world *w, const char *sql, const char *first, const char *second,
	const char *third)
{
	assert_string_equal(w->question.sql, sql);
	const char *const wanted[] = { first, second, third };
	for (int i = 0; i < w->question.param_count; i++) {
		if (!wanted[i])
			assert_null(w->question.params[i]);
		else
			assert_string_equal(w->question.params[i], wanted[i]);
	}
}

static void a_build_is_looked_for_by_name_beside_its_table(void **state)
{
	struct world *w = *state;
	ask(w, "CREATE INDEX CONCURRENTLY i ON app.t (a)", NULL);
	asks(w, "run-probe-index", "app", "i", "t");
	ask(w, "CREATE INDEX CONCURRENTLY i ON t (a)", NULL);
	asks(w, "run-probe-index", NULL, "i", "t");
}

static void an_index_without_a_name_cannot_be_looked_for(void **state)
{
	struct world *w = *state;
	ask(w, "CREATE INDEX CONCURRENTLY ON t (a)", NULL);
	assert_null(w->question.sql);
	assert_int_equal(w->question.without_asking.verdict, PROBE_CANNOT_TELL);
}

static void each_kind_asks_for_what_it_makes_or_takes(void **state)
{
	struct world *w = *state;
	ask(w, "DROP INDEX CONCURRENTLY app.i", NULL);
	asks(w, "run-probe-index", "app", "i", NULL);
	ask(w, "REINDEX TABLE CONCURRENTLY app.t", NULL);
	asks(w, "run-probe-reindex", "app", "t", NULL);
	ask(w, "ALTER TABLE app.p DETACH PARTITION app.p1 CONCURRENTLY", NULL);
	asks(w, "run-probe-detach", "app", "p", "p1");
	ask(w, "ALTER TYPE app.mood ADD VALUE 'glad'", NULL);
	asks(w, "run-probe-enum", "app", "mood", "glad");
	ask(w, "ALTER TABLE t VALIDATE CONSTRAINT c", NULL);
	asks(w, "run-probe-constraint", NULL, "t", "c");
	ask(w, "CREATE DATABASE other", NULL);
	asks(w, "run-probe-database", NULL, "other", NULL);
	ask(w, "CREATE TABLE app.t (a int)", NULL);
	asks(w, "run-probe-relation", "app", "t", NULL);
}

static void upkeep_may_be_run_again_without_asking(void **state)
{
	struct world *w = *state;
	const char *const texts[] = { "VACUUM t", "REINDEX TABLE t",
		"ALTER SYSTEM SET work_mem = '1MB'" };
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		ask(w, texts[i], NULL);
		assert_null(w->question.sql);
		assert_int_equal(w->question.without_asking.verdict, PROBE_REPEAT);
	}
}

static void the_files_own_probe_comes_first(void **state)
{
	struct world *w = *state;
	ask(w, "CREATE INDEX CONCURRENTLY i ON t (a)", "SELECT true");
	assert_null(w->question.sql);
	assert_string_equal(w->question.own, "SELECT true");
}

static void what_leaves_no_trace_in_the_catalog_cannot_be_told(void **state)
{
	struct world *w = *state;
	ask(w, "UPDATE t SET a = 1", NULL);
	assert_int_equal(w->question.without_asking.verdict, PROBE_CANNOT_TELL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_build_is_looked_for_by_name_beside_its_table, begin, end),
		cmocka_unit_test_setup_teardown(
			an_index_without_a_name_cannot_be_looked_for, begin, end),
		cmocka_unit_test_setup_teardown(
			each_kind_asks_for_what_it_makes_or_takes, begin, end),
		cmocka_unit_test_setup_teardown(upkeep_may_be_run_again_without_asking, begin, end),
		cmocka_unit_test_setup_teardown(the_files_own_probe_comes_first, begin, end),
		cmocka_unit_test_setup_teardown(
			what_leaves_no_trace_in_the_catalog_cannot_be_told, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
