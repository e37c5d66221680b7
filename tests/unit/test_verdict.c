// SPDX-License-Identifier: GPL-3.0-or-later
/* What the catalog's word makes of hazards, and when it no longer counts. tests/pg/test_forecast_live.c asks a server. */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "migrate/plan/forecast.h"
#include "migration_world.h"

enum { BIG = 100 * 1024 * 1024 };

static const char *const code[] = { "code" };
static const struct table_partner partners[] = {
	{ .schema = "app",
		.name = "codes",
		.constraint = "code_fk",
		.points_out = true,
		.columns = code,
		.column_count = 1 },
	{ .schema = "app",
		.name = "users",
		.constraint = "user_fk",
		.columns = code,
		.column_count = 1 },
};
static const struct table_column columns[] = {
	{ .name = "v", .type = "character varying(20)", .collation = "default", .indexes = 1 },
	{ .name = "e",
		.type = "character varying(20)",
		.collation = "default",
		.indexes = 2,
		.special_indexes = 1 },
	{ .name = "k", .type = "character varying(20)", .collation = "default", .checks = 1 },
	{ .name = "i", .type = "integer" },
	{ .name = "at", .type = "timestamp without time zone", .indexes = 1 },
	{ .name = "code", .type = "text", .collation = "default", .is_key = true },
	{ .name = "n", .type = "integer", .is_proven = true },
	{ .name = "nn", .type = "integer", .is_proven = true, .is_not_null = true },
};
static const struct table_size sizes[] = {
	{ .schema = "app",
		.name = "t",
		.found_schema = "app",
		.exists = true,
		.bytes = BIG,
		.index_count = 3,
		.partners = partners,
		.partner_count = ARRAY_SIZE(partners),
		.columns = columns,
		.column_count = ARRAY_SIZE(columns) },
	{ .schema = "app",
		.name = "parts",
		.found_schema = "app",
		.exists = true,
		.bytes = BIG,
		.part_count = 12 },
};
static const struct type_fact types[] = {
	{ .schema = "app",
		.name = "price",
		.exists = true,
		.base = "numeric",
		.is_domain = true,
		.is_bound = true },
	{ .schema = "app", .name = "word", .exists = true, .base = "text", .is_domain = true },
	{ .schema = "app", .name = "mood", .exists = true, .base = "app.mood" },
	{ .schema = "app", .name = "nothing" },
};

static const struct catalog_answer answer = { .sizes = sizes,
	.size_count = ARRAY_SIZE(sizes),
	.types = types,
	.type_count = ARRAY_SIZE(types),
	.time_zone = "UTC" };

/* A file of the directory as it is now; the plan of all of them with that answer. */
static void plan_text(
	struct migration_world *w, const char *sql, const struct catalog_answer *known)
{
	char *text = mem_printf("-- dbtop: up\n%s\n", sql);

	world_file(w, "20240101000000_a.sql", text);
	free(text);
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	assert_int_equal(world_plan(w, PLAN_UP, "head"), EXIT_DONE);
	forecast_apply(&w->plan, known, FORECAST_SIZE_BYTES);
}

/* "rewrite 2, lock-other-table 1": hazards of the last statement of the last step. */
static void assert_told(struct migration_world *w, const char *sql, const char *wanted)
{
	struct str out = { 0 };

	plan_text(w, sql, &answer);
	const struct plan_step *step = &w->plan.steps[w->plan.step_count - 1];
	for (size_t i = 0; i < step->hazard_count; i++)
		if (step->hazards[i].statement + 1 == step->statement_count)
			str_addf(&out, "%s%s %d", out.len ? ", " : "",
				hazard_word(step->hazards[i].kind), step->hazards[i].level);
	if (strcmp(str_c(&out), wanted) != 0)
		fail_msg("%s\n\twanted %s\n\tgot    %s", sql, wanted, str_c(&out));
	str_release(&out);
}

static void a_type_that_grows_in_place_is_no_rewrite(void **state)
{
	assert_told(*state, "ALTER TABLE app.t ALTER v TYPE varchar(40);", "lock-exclusive 1");
	assert_told(*state, "ALTER TABLE app.t ALTER v TYPE text;", "lock-exclusive 1");
	assert_told(*state, "ALTER TABLE app.t ALTER v TYPE text USING v;", "lock-exclusive 1");
	assert_told(*state, "ALTER TABLE app.t ALTER v TYPE app.word;", "scan-lock 2");
	assert_told(*state, "ALTER TABLE app.t ALTER v TYPE text USING lower(v);", "rewrite 2");
	assert_told(*state, "ALTER TABLE app.t ALTER v TYPE varchar(10);", "rewrite 2");
	assert_told(*state, "ALTER TABLE app.t ALTER i TYPE app.price;", "rewrite 2");
}

static void what_rests_on_a_column_is_scanned_though_its_rows_stay(void **state)
{
	assert_told(*state, "ALTER TABLE app.t ALTER e TYPE text;", "scan-lock 2");
	assert_told(*state, "ALTER TABLE app.t ALTER k TYPE text;", "scan-lock 2");
	assert_told(*state, "ALTER TABLE app.t ALTER v TYPE text COLLATE \"C\";", "scan-lock 2");
	assert_told(*state, "ALTER TABLE app.t ALTER at TYPE timestamptz;", "scan-lock 2");
}

static void a_zone_that_is_not_surely_utc_is_a_rewrite(void **state)
{
	struct migration_world *w = *state;
	struct catalog_answer other = answer;

	assert_told(w, "SET TIME ZONE 'UTC'; ALTER TABLE app.t ALTER at TYPE timestamptz;",
		"rewrite 2");
	assert_told(w, "SET lock_timeout = 5; ALTER TABLE app.t ALTER at TYPE timestamptz;",
		"scan-lock 2");
	other.time_zone = "Europe/Berlin";
	plan_text(w, "ALTER TABLE app.t ALTER at TYPE timestamptz;", &other);
	assert_int_equal(w->plan.steps[0].hazards[0].kind, HAZARD_REWRITE);
	other.time_zone = NULL;
	forecast_apply(&w->plan, &other, FORECAST_SIZE_BYTES);
	assert_int_equal(w->plan.steps[0].hazards[0].kind, HAZARD_REWRITE);
}

static void a_column_that_is_proved_needs_no_scan(void **state)
{
	assert_told(*state, "ALTER TABLE app.t ALTER n SET NOT NULL;", "lock-exclusive 1");
	assert_told(*state, "ALTER TABLE app.t ALTER nn SET NOT NULL;", "lock-exclusive 1");
	assert_told(*state, "ALTER TABLE app.t ALTER i SET NOT NULL;", "scan-lock 2");
}

#define PROOF                                                                 \
	"ALTER TABLE app.t ADD CONSTRAINT p CHECK (i IS NOT NULL) NOT VALID;" \
	"ALTER TABLE app.t VALIDATE CONSTRAINT p;"

static void a_proof_of_the_plan_counts_until_it_is_gone(void **state)
{
	static const char set[] = "ALTER TABLE app.t ALTER i SET NOT NULL;";
	struct migration_world *w = *state;
	char *same = mem_printf("%s %s", PROOF, set);
	char *later = mem_printf("%s CREATE INDEX CONCURRENTLY x ON app.t (i); %s", PROOF, set);
	char *gone = mem_printf("%s ALTER TABLE app.t DROP CONSTRAINT p; %s", PROOF, set);
	char *lone = mem_printf("-- dbtop: tx none\n%s %s", PROOF, set);

	assert_told(w, same, "lock-exclusive 1");
	assert_told(w, later, "lock-exclusive 1");
	assert_told(w, gone, "scan-lock 2");
	assert_told(w, lone, "scan-lock 2");
	free(same);
	free(later);
	free(gone);
	free(lone);
}

static void a_step_left_out_proves_and_makes_nothing(void **state)
{
	struct migration_world *w = *state;

	world_file(
		w, "20230101000000_z.sql", "-- dbtop: up\n" PROOF "CREATE TABLE app.n (a int);\n");
	plan_text(
		w, "ALTER TABLE app.t ALTER i SET NOT NULL; CREATE INDEX k ON app.n (a);", &answer);
	assert_int_equal(w->plan.step_count, 2);
	assert_int_equal(w->plan.steps[1].level, 1);
	forecast_skip(&w->plan, 0);
	assert_int_equal(w->plan.steps[1].level, 2);
	assert_true(plan_cost(&w->plan.steps[1], 0, 0).scan);
	assert_int_equal(w->plan.steps[1].hazards[1].kind, HAZARD_SCAN_LOCK);
}

static void what_a_statement_before_may_have_changed_is_unknown(void **state)
{
	static const struct {
		const char *before;
		bool is_known;
	} rows[] = {
		{ "ALTER TABLE app.t ADD COLUMN more int;", true },
		{ "UPDATE app.t SET i = 1 WHERE i = 2;", true },
		{ "COMMENT ON TABLE app.t IS 'x';", true },
		{ "ALTER TABLE app.other ALTER v TYPE int;", true },
		{ "SELECT pg_catalog.set_config('search_path', '', false);", true },
		{ "ALTER TABLE app.t ALTER v TYPE varchar(30);", false },
		{ "ALTER TABLE t ALTER v TYPE varchar(30);", false },
		{ "CREATE INDEX ON app.t (lower(v));", false },
		{ "ALTER TABLE app.t ADD CHECK (v <> '');", false },
		{ "ALTER TABLE app.t RENAME COLUMN v TO z;", false },
		{ "ALTER TABLE app.x RENAME TO y;", false },
		{ "DO $$ BEGIN NULL; END $$;", false },
		{ "REPACK app.x;", false },
	};
	struct migration_world *w = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char *sql = mem_printf(
			"%s ALTER TABLE app.t ALTER v TYPE varchar(40);", rows[i].before);
		plan_text(w, sql, &answer);
		const struct plan_step *step = &w->plan.steps[w->plan.step_count - 1];
		size_t last = step->statement_count - 1;
		if (plan_cost(step, last, 0).rewrite == rows[i].is_known)
			fail_msg("%s: %s", rows[i].before, plan_cost(step, last, 0).why);
		free(sql);
	}
	/* In one ALTER TABLE what drops comes first. */
	assert_told(w, "ALTER TABLE app.t ALTER n SET NOT NULL, DROP CONSTRAINT c;",
		"scan-lock 2, drop 2, lock-exclusive 1");
}

static void a_new_column_of_a_domain_with_constraints_is_a_rewrite(void **state)
{
	assert_told(*state, "ALTER TABLE app.t ADD c app.mood;", "lock-exclusive 1");
	assert_told(*state, "ALTER TABLE app.t ADD c app.word;", "lock-exclusive 1");
	assert_told(*state, "ALTER TABLE app.t ADD c app.price;", "rewrite 2");
	assert_told(*state, "ALTER TABLE app.t ADD c app.price[];", "lock-exclusive 1");
	assert_told(*state, "ALTER TABLE app.t ADD c app.nothing;", "rewrite 2");
	assert_told(*state, "ALTER TABLE app.t ADD c nobody_asked;", "rewrite 2");
	assert_told(*state, "CREATE TYPE app.x AS ENUM ('a'); ALTER TABLE app.t ADD c app.x;",
		"lock-exclusive 1");
	assert_told(
		*state, "CREATE DOMAIN app.x AS int; ALTER TABLE app.t ADD c app.x;", "rewrite 2");
	assert_told(*state, "ALTER DOMAIN app.word SET NOT NULL; ALTER TABLE app.t ADD c app.word;",
		"rewrite 2");
	assert_told(*state, "ALTER TABLE app.t ADD COLUMN IF NOT EXISTS i bigserial;",
		"lock-exclusive 1");
}

static void both_ends_of_a_columns_key_are_named(void **state)
{
	assert_told(*state, "ALTER TABLE app.t ALTER code TYPE varchar;",
		"lock-exclusive 1, lock-other-table 1, lock-other-table 1");
	assert_told(*state, "ALTER TABLE app.t DROP COLUMN code;",
		"data-loss 3, lock-exclusive 1, lock-other-table 1");
	assert_told(*state, "ALTER TABLE app.t DROP COLUMN code CASCADE;",
		"data-loss 3, cascade 3, lock-exclusive 1, lock-other-table 1, lock-other-table 1");
	assert_told(*state, "ALTER TABLE app.t DROP COLUMN v;", "data-loss 3, lock-exclusive 1");
}

static void assert_words(struct migration_world *w, const char *sql, const char *words)
{
	plan_text(w, sql, &answer);
	assert_string_equal(w->plan.steps[0].hazards[0].words, words);
}

static void hazards_say_why(void **state)
{
	struct migration_world *w = *state;

	assert_words(w, "ALTER TABLE app.t ALTER i TYPE bigint;",
		"column i of app.t: integer to int8 rewrites 100 MB and rebuilds 3 indexes, and "
		"nobody "
		"can read or write it meanwhile");
	assert_words(w, "ALTER TABLE app.t ALTER v TYPE varchar(40);",
		"locks app.t for an instant: whoever reads or writes it waits behind us; character "
		"varying(20) to varchar(40) leaves the rows as they are");
	assert_words(w, "ALTER TABLE app.t ALTER e TYPE text;",
		"column e of app.t: character varying(20) to text leaves the rows as they are, but "
		"rebuilds 1 index, and nobody can read or write it meanwhile");
	assert_words(w, "ALTER TABLE app.t ALTER n SET NOT NULL;",
		"locks app.t for an instant: whoever reads or writes it waits behind us; a valid "
		"CHECK "
		"spares the scan");
	assert_words(w, "ALTER TABLE app.parts ADD COLUMN c int;",
		"locks app.parts and 12 tables below it for an instant: whoever reads or writes it "
		"waits behind us");
	assert_words(w, "ALTER TABLE app.t ALTER unasked TYPE text;",
		"may write all of app.t anew, and nobody can read or write it meanwhile");
}

static void the_catalog_is_asked_for_columns_and_types_that_decide_something(void **state)
{
	struct migration_world *w = *state;
	struct catalog_question q;

	plan_text(w,
		"ALTER TABLE app.t ALTER v TYPE text, ALTER i SET NOT NULL, ADD c app.mood, DROP e;"
		"ALTER TABLE app.t ALTER v TYPE app.word; ALTER TABLE b ADD IF NOT EXISTS d int;"
		"CREATE TABLE n (c app.price); ALTER TABLE n ALTER c TYPE app.price;",
		&answer);
	forecast_question(&w->plan, &q);
	assert_int_equal(q.table_count, 2);
	assert_int_equal(q.column_count, 3);
	assert_string_equal(q.columns[0].name, "d");
	assert_string_equal(q.columns[1].name, "i");
	assert_string_equal(q.columns[2].name, "v");
	assert_string_equal(q.tables[q.columns[2].table].name, "t");
	assert_false(q.is_sized[q.columns[0].table]);
	assert_true(q.is_sized[q.columns[2].table]);
	assert_int_equal(q.type_count, 2);
	assert_string_equal(q.types[0].name, "mood");
	assert_string_equal(q.types[1].name, "word");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, migration_world_start, migration_world_end)
	const struct CMUnitTest tests[] = {
		TEST(a_type_that_grows_in_place_is_no_rewrite),
		TEST(what_rests_on_a_column_is_scanned_though_its_rows_stay),
		TEST(a_zone_that_is_not_surely_utc_is_a_rewrite),
		TEST(a_column_that_is_proved_needs_no_scan),
		TEST(a_proof_of_the_plan_counts_until_it_is_gone),
		TEST(a_step_left_out_proves_and_makes_nothing),
		TEST(what_a_statement_before_may_have_changed_is_unknown),
		TEST(a_new_column_of_a_domain_with_constraints_is_a_rewrite),
		TEST(both_ends_of_a_columns_key_are_named),
		TEST(hazards_say_why),
		TEST(the_catalog_is_asked_for_columns_and_types_that_decide_something),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
