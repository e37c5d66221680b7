// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/str.h"
#include "migrate/plan/forecast.h"
#include "migration_world.h"

enum { BIG = 100 * 1024 * 1024, SMALL = 8192 };

/* child has a key to big; orders is a partition of big, and parts has a key to it. */
static const struct table_partner of_child[] = {
	{ .schema = "app", .name = "big", .constraint = "child_fk", .points_out = true },
};
static const struct table_partner of_orders[] = {
	{ .schema = "app", .name = "big", .points_out = true },
	{ .schema = "app", .name = "parts", .constraint = "parts_fk" },
};

/* What the catalog says in these tests. */
static const struct table_size sizes[] = {
	{ .name = "big", .found_schema = "app", .exists = true, .bytes = BIG },
	{ .name = "small", .found_schema = "app", .exists = true, .bytes = SMALL },
	{ .schema = "app", .name = "big", .found_schema = "app", .exists = true, .bytes = BIG },
	{ .name = "absent", .exists = false, .bytes = VALUE_UNKNOWN },
	{ .name = "child",
		.found_schema = "app",
		.exists = true,
		.bytes = SMALL,
		.partners = of_child,
		.partner_count = ARRAY_SIZE(of_child) },
	{ .name = "orders",
		.found_schema = "app",
		.exists = true,
		.bytes = SMALL,
		.partners = of_orders,
		.partner_count = ARRAY_SIZE(of_orders) },
};

static const struct catalog_answer answer = { .sizes = sizes, .size_count = ARRAY_SIZE(sizes) };

static void plan_text(struct migration_world *w, const char *sql)
{
	struct str text = { 0 };

	str_addf(&text, "-- dbtop: up\n%s\n", sql);
	world_file(w, "20240101000000_a.sql", str_c(&text));
	str_release(&text);
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	assert_int_equal(world_plan(w, PLAN_UP, "head"), EXIT_DONE);
	forecast_apply(&w->plan, &answer, FORECAST_SIZE_BYTES);
}

/* "2: scan-lock 2 app.big, lock-share 1 app.b": the plan's highest level and its hazards. */
static const char *hazards_of(struct migration_world *w, const char *sql)
{
	struct str out = { 0 };
	int level = 0;

	plan_text(w, sql);
	for (size_t i = 0; i < w->plan.step_count; i++) {
		const struct plan_step *step = &w->plan.steps[i];
		level = step->level > level ? step->level : level;
		for (size_t k = 0; k < step->hazard_count; k++)
			str_addf(&out, "%s%s %d %s", out.len ? ", " : "",
				hazard_word(step->hazards[k].kind), step->hazards[k].level,
				step->hazards[k].object ? step->hazards[k].object : "-");
	}
	const char *said = arena_printf(&w->plan.arena, "%d: %s", level, str_c(&out));
	str_release(&out);
	return said;
}

static const struct row {
	const char *sql, *said;
} rows[] = {
	/* data-loss */
	{ "DROP TABLE app.big;", "3: data-loss 3 app.big" },
	{ "DROP TABLE small;", "3: data-loss 3 app.small" },
	{ "ALTER TABLE small DROP COLUMN c;",
		"3: data-loss 3 app.small, lock-exclusive 1 app.small" },
	{ "TRUNCATE small;", "3: data-loss 3 app.small, lock-exclusive 1 app.small" },
	{ "DROP SCHEMA old;", "3: data-loss 3 old" },
	{ "CREATE TABLE n (id int); DROP TABLE n;", "0: " },
	/* rewrite */
	{ "ALTER TABLE big ADD COLUMN c uuid DEFAULT gen_random_uuid();", "2: rewrite 2 app.big" },
	{ "ALTER TABLE small ADD COLUMN c serial;", "1: rewrite 1 app.small" },
	{ "ALTER TABLE big ALTER COLUMN c TYPE bigint;", "2: rewrite 2 app.big" },
	{ "ALTER TABLE nobody_asked ALTER COLUMN c TYPE bigint;", "2: rewrite 2 nobody_asked" },
	{ "ALTER TABLE absent ALTER COLUMN c TYPE bigint;", "1: rewrite 1 absent" },
	/* scan-lock */
	{ "CREATE INDEX i ON big (c);", "2: scan-lock 2 app.big" },
	{ "CREATE INDEX i ON app.big (c);", "2: scan-lock 2 app.big" },
	{ "CREATE INDEX i ON small (c);", "1: scan-lock 1 app.small" },
	{ "ALTER TABLE big ALTER COLUMN c SET NOT NULL;", "2: scan-lock 2 app.big" },
	{ "ALTER TABLE big ADD CONSTRAINT k CHECK (c > 0);", "2: scan-lock 2 app.big" },
	{ "ALTER TABLE big ADD CONSTRAINT k UNIQUE (c);", "2: scan-lock 2 app.big" },
	{ "CREATE TABLE n (id int); CREATE INDEX i ON n (id);", "0: " },
	/* lock-exclusive, instant: one level, whatever the size */
	{ "ALTER TABLE big ADD COLUMN c int;", "1: lock-exclusive 1 app.big" },
	{ "ALTER TABLE big ADD CONSTRAINT k CHECK (c > 0) NOT VALID;",
		"1: lock-exclusive 1 app.big" },
	{ "CREATE TABLE n (id int); ALTER TABLE n ADD COLUMN c int;", "0: " },
	/* … held while something long runs behind it */
	{ "ALTER TABLE small ADD COLUMN c int; UPDATE big SET c = 1 WHERE id < 5;",
		"2: lock-exclusive 1 app.small, row-change 2 app.big, lock-exclusive 2 app.small" },
	/* lock-share */
	{ "CREATE TRIGGER g BEFORE INSERT ON big FOR EACH ROW EXECUTE FUNCTION f();",
		"1: lock-share 1 app.big" },
	/* lock-other-table */
	{ "CREATE TABLE n (id int REFERENCES big (id));", "1: lock-other-table 1 app.big" },
	{ "CREATE TABLE n (id int); ALTER TABLE n ADD FOREIGN KEY (id) REFERENCES big (id);",
		"1: lock-other-table 1 app.big" },
	{ "CREATE TABLE p (id int); CREATE TABLE n (id int REFERENCES p (id));", "0: " },
	{ "CREATE TABLE n PARTITION OF big FOR VALUES IN (1);", "1: lock-other-table 1 app.big" },
	{ "CREATE TABLE n () INHERITS (big); CREATE INDEX i ON n (c);", "1: " },
	/* … and on tables that only the catalog knows */
	{ "DROP TABLE child;", "3: data-loss 3 app.child, lock-other-table 1 app.big" },
	{ "DROP TABLE orders;", "3: data-loss 3 app.orders, lock-other-table 1 app.big" },
	{ "DROP TABLE orders CASCADE;",
		"3: data-loss 3 app.orders, cascade 3 app.orders, lock-other-table 1 app.big, "
		"lock-other-table 1 app.parts" },
	{ "ALTER TABLE child DROP CONSTRAINT child_fk;",
		"2: drop 2 app.child, lock-exclusive 1 app.child, lock-other-table 1 app.big" },
	{ "ALTER TABLE child DROP CONSTRAINT child_check;",
		"2: drop 2 app.child, lock-exclusive 1 app.child" },
	{ "TRUNCATE orders CASCADE;",
		"3: data-loss 3 app.orders, cascade 3 app.orders, lock-exclusive 1 app.orders, "
		"lock-other-table 1 app.parts" },
	{ "TRUNCATE child;", "3: data-loss 3 app.child, lock-exclusive 1 app.child" },
	/* index-build */
	{ "CREATE INDEX CONCURRENTLY i ON big (c);", "1: index-build 1 i, non-transactional 1 i" },
	/* rename */
	{ "ALTER TABLE big RENAME TO huge;", "2: rename 2 app.big, lock-exclusive 1 app.big" },
	{ "ALTER TABLE big RENAME COLUMN a TO b;",
		"2: rename 2 app.big, lock-exclusive 1 app.big" },
	{ "CREATE TABLE n (id int); ALTER TABLE n RENAME TO m;", "0: " },
	/* privilege */
	{ "REVOKE SELECT ON big FROM bob;", "2: privilege 2 app.big" },
	{ "GRANT SELECT ON big TO bob;", "1: privilege 1 app.big" },
	/* cascade */
	{ "DROP TABLE small CASCADE;", "3: data-loss 3 app.small, cascade 3 app.small" },
	/* no-where, row-change */
	{ "UPDATE small SET c = 1;", "3: no-where 3 app.small" },
	{ "DELETE FROM small;", "3: no-where 3 app.small" },
	{ "UPDATE small SET c = 1 WHERE id = 1;", "2: row-change 2 app.small" },
	{ "DELETE FROM small WHERE id = 1;", "2: row-change 2 app.small" },
	{ "INSERT INTO small VALUES (1);", "1: " },
	{ "CREATE TABLE n (id int); INSERT INTO n VALUES (1); UPDATE n SET id = 2;", "0: " },
	/* enum-order */
	{ "ALTER TYPE mood ADD VALUE 'glad';", "1: enum-order 1 mood" },
	/* unparsed, opaque */
	{ "REPACK small;", "3: unparsed 3 -" },
	{ "DO $$ BEGIN PERFORM 1; END $$;", "2: opaque 2 -" },
	/* non-transactional */
	{ "VACUUM small;", "1: non-transactional 1 app.small" },
	/* drop */
	{ "DROP INDEX i;", "2: drop 2 i, lock-exclusive 1 -" },
	{ "DROP VIEW v;", "2: drop 2 v" },
	{ "DROP FUNCTION f(int);", "2: drop 2 f" },
	{ "ALTER TABLE small DROP CONSTRAINT k;",
		"2: drop 2 app.small, lock-exclusive 1 app.small" },
	{ "DROP INDEX CONCURRENTLY i;", "2: drop 2 i, non-transactional 1 i" },
	{ "CREATE VIEW v AS SELECT 1; DROP VIEW v;", "0: " },
	/* the rules not met above */
	{ "DROP DATABASE d;", "3: data-loss 3 d, non-transactional 1 d" },
	{ "MERGE INTO small s USING big b ON s.id = b.id WHEN MATCHED THEN DELETE;",
		"2: row-change 2 app.small" },
	{ "DROP TRIGGER g ON small;", "2: drop 2 app.small, lock-exclusive 1 app.small" },
	{ "DROP TYPE mood;", "2: drop 2 mood" },
	{ "DROP SEQUENCE q;", "2: drop 2 q" },
	{ "DROP EXTENSION hstore;", "2: drop 2 hstore" },
	{ "DROP MATERIALIZED VIEW m;", "2: drop 2 m" },
	{ "ALTER TABLE small SET SCHEMA old;",
		"2: rename 2 app.small, lock-exclusive 1 app.small" },
	{ "ALTER TABLE small RENAME CONSTRAINT k TO l;",
		"2: rename 2 app.small, lock-exclusive 1 app.small" },
	{ "ALTER INDEX i RENAME TO j;", "2: rename 2 i" },
	{ "ALTER TYPE mood RENAME TO temper;", "2: rename 2 mood" },
	{ "VACUUM FULL big;", "2: rewrite 2 app.big, non-transactional 1 app.big" },
	{ "CLUSTER big USING i;", "2: rewrite 2 app.big" },
	{ "REINDEX TABLE big;", "2: rewrite 2 app.big" },
	{ "REINDEX TABLE CONCURRENTLY big;",
		"1: index-build 1 app.big, non-transactional 1 app.big" },
	{ "REFRESH MATERIALIZED VIEW big;", "2: rewrite 2 app.big" },
	{ "REFRESH MATERIALIZED VIEW CONCURRENTLY big;", "1: scan-lock 1 app.big" },
	{ "ALTER TABLE big SET UNLOGGED;", "2: rewrite 2 app.big" },
	{ "ALTER TABLE small ADD FOREIGN KEY (c) REFERENCES big (id);",
		"1: scan-lock 1 app.small, lock-other-table 1 app.big" },
	{ "ALTER TABLE small ADD FOREIGN KEY (c) REFERENCES big (id) NOT VALID;",
		"1: lock-share 1 app.small, lock-other-table 1 app.big" },
	{ "ALTER TABLE small ATTACH PARTITION big FOR VALUES IN (1);", "2: scan-lock 2 app.big" },
	{ "ALTER TABLE big DETACH PARTITION small;",
		"1: lock-exclusive 1 app.big, lock-exclusive 1 app.small" },
	{ "ALTER DOMAIN d ADD CHECK (value > 0);", "2: scan-lock 2 d" },
	{ "CREATE ROLE bob;", "1: privilege 1 -" },
	{ "CREATE POLICY p ON small USING (true);",
		"1: lock-exclusive 1 app.small, privilege 1 app.small" },
	{ "ALTER SYSTEM SET work_mem = '4MB';", "2: opaque 2 -, non-transactional 1 -" },
	{ "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';",
		"1: opaque 1 f" },
	{ "CREATE OR REPLACE VIEW v AS SELECT 1;", "1: lock-exclusive 1 v" },
	{ "CREATE TYPE mood AS ENUM ('a'); ALTER TYPE mood ADD VALUE 'b';", "0: " },
	{ "LOCK TABLE small;", "1: lock-exclusive 1 app.small" },
	{ "COPY small FROM stdin;\n1\n\\.", "1: " },
	{ "DROP TABLE IF EXISTS absent;", "3: data-loss 3 absent" },
	{ "CREATE TEMPORARY TABLE n (id int); DELETE FROM n;", "0: " },
	/* none */
	{ "CREATE TABLE n (id int PRIMARY KEY, c text UNIQUE);", "0: " },
	{ "COMMENT ON TABLE big IS 'x';", "0: " },
	{ "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';", "0: " },
	{ "ALTER TABLE big VALIDATE CONSTRAINT k;", "1: " },
	{ "ANALYZE big;", "1: " },
	{ "SELECT 1 FROM big;", "0: " },
	{ "SELECT 1 FROM big FOR UPDATE;", "1: " },
	{ "CREATE VIEW v AS SELECT 1 FROM big;", "0: " },
};

static void every_rule_has_a_script_it_flags_and_one_it_lets_pass(void **state)
{
	struct migration_world *w = *state;
	bool failed = false;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *said = hazards_of(w, rows[i].sql);
		if (strcmp(said, rows[i].said) == 0)
			continue;
		print_error("%s\n\t   got %s\n\twanted %s\n", rows[i].sql, said, rows[i].said);
		failed = true;
	}
	assert_false(failed);
}

static void hazards_speak_in_sentences_with_a_way_out(void **state)
{
	struct migration_world *w = *state;

	plan_text(w, "CREATE INDEX i ON big (c);");
	const struct hazard *h = &w->plan.steps[0].hazards[0];
	assert_string_equal(h->words, "reads all of app.big, and nobody can write it meanwhile");
	assert_string_equal(h->remedy, "CREATE INDEX CONCURRENTLY does not block writes");
	plan_text(w, "ALTER TABLE big DROP COLUMN c;");
	h = &w->plan.steps[0].hazards[0];
	assert_string_equal(h->words, "drops column c of app.big with its data");
	assert_string_equal(h->remedy, "stop using it first, and drop it in a later migration");
	plan_text(w, "ALTER TABLE small ADD COLUMN c int;\nCREATE INDEX i ON big (c);");
	h = &w->plan.steps[0].hazards[2];
	assert_string_equal(h->words, "app.small stays locked while a later statement of this step "
				      "works through app.big");
	assert_int_equal(h->statement, 1);
}

static void sizes_nobody_asked_for_count_as_big(void **state)
{
	struct migration_world *w = *state;

	plan_text(w, "CREATE INDEX i ON small (c);");
	assert_int_equal(w->plan.steps[0].level, 1);
	forecast_apply(&w->plan, NULL, FORECAST_SIZE_BYTES);
	assert_int_equal(w->plan.steps[0].level, 2);
	forecast_apply(&w->plan, &answer, SMALL - 1);
	assert_int_equal(w->plan.steps[0].level, 2);
	forecast_apply(&w->plan, &answer, SMALL);
	assert_int_equal(w->plan.steps[0].level, 1);
}

static void if_not_exists_is_new_unless_the_catalog_knows_better(void **state)
{
	struct migration_world *w = *state;

	plan_text(w, "CREATE TABLE IF NOT EXISTS fresh (c int); CREATE INDEX i ON fresh (c);");
	assert_int_equal(w->plan.steps[0].level, 0);
	plan_text(w, "CREATE TABLE IF NOT EXISTS big (c int); CREATE INDEX i ON big (c);");
	assert_int_equal(w->plan.steps[0].level, 2);
}

static void what_an_earlier_migration_of_the_plan_made_is_new(void **state)
{
	struct migration_world *w = *state;

	world_file(w, "20230101000000_z.sql", "-- dbtop: up\nCREATE TABLE app.n (c int);\n");
	plan_text(w, "CREATE INDEX i ON app.n (c);");
	assert_int_equal(w->plan.step_count, 2);
	assert_int_equal(w->plan.steps[1].level, 0);
	/* another schema, or none said, may be another table */
	plan_text(w, "CREATE INDEX i ON n (c);");
	assert_int_equal(w->plan.steps[1].level, 2);
}

static void acknowledgements_reach_their_hazards_only(void **state)
{
	struct migration_world *w = *state;

	plan_text(w, "-- dbtop: ack data-loss exported before\nDROP TABLE small CASCADE;");
	assert_string_equal(w->plan.steps[0].hazards[0].ack_reason, "exported before");
	assert_null(w->plan.steps[0].hazards[1].ack_reason);
}

static void the_tables_asked_about_are_each_named_once_and_new_ones_never(void **state)
{
	struct migration_world *w = *state;
	struct catalog_question q;
	struct str out = { 0 };

	plan_text(w,
		"CREATE TABLE n (id int); CREATE INDEX i ON n (id); CREATE INDEX j ON app.big "
		"(c); UPDATE big SET c = 1; ALTER TABLE app.other ADD COLUMN d int; SELECT 1 FROM "
		"small;");
	forecast_question(&w->plan, &q);
	for (size_t i = 0; i < q.table_count; i++)
		str_addf(&out, "%s.%s%s ", q.tables[i].schema ? q.tables[i].schema : "",
			q.tables[i].name, q.is_sized[i] ? " sized" : "");
	assert_string_equal(str_c(&out), ".big sized app.big sized app.other ");
	str_release(&out);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, migration_world_start, migration_world_end)
	const struct CMUnitTest tests[] = {
		TEST(every_rule_has_a_script_it_flags_and_one_it_lets_pass),
		TEST(hazards_speak_in_sentences_with_a_way_out),
		TEST(sizes_nobody_asked_for_count_as_big),
		TEST(if_not_exists_is_new_unless_the_catalog_knows_better),
		TEST(what_an_earlier_migration_of_the_plan_made_is_new),
		TEST(acknowledgements_reach_their_hazards_only),
		TEST(the_tables_asked_about_are_each_named_once_and_new_ones_never),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
