// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "fault/handmade.h"
#include "fault/stage.h"
#include "migrate/history/history_class.h"

struct world {
	struct stage *stage;
	struct lease *lease;
	struct history *history;
	struct err error;
	struct handmade made;
	struct arena arena;
};

static void leased(void *arg, struct lease *lease, const struct err *e)
{
	struct world *w = arg;
	(void)e;
	w->lease = lease;
}

static void world_init(struct world *w, const char *format)
{
	*w = (struct world){ .stage = stage_new() };
	handmade_init(&w->made, format, PLAN_UP);
	handmade_migration(&w->made, "001", "first");
	handmade_migration(&w->made, "002", "second");
	handmade_migration(&w->made, "003", "third");
	lease_take(stage_endpoint(w->stage), CONN_MONITOR, NULL, 0, leased, w);
	loop_advance_ms(stage_loop(w->stage), 0);
}

static void world_release(struct world *w)
{
	history_free(w->history);
	lease_give_back(w->lease);
	stage_free(w->stage);
	arena_release(&w->arena);
	handmade_release(&w->made);
}

static void known(void *arg, struct history *history, const struct err *e)
{
	struct world *w = arg;
	w->history = history;
	if (e)
		w->error = *e;
}

static void read_it(struct world *w, const char *table)
{
	struct history_request request = {
		.format = w->made.set.format, .project = "main", .table = table, .event_limit = 10
	};
	history_read_start(stage_loop(w->stage), lease_conn(w->lease), &request, known, w);
	loop_advance_ms(stage_loop(w->stage), 0);
}

static void found(struct world *w, const char *candidates)
{
	char rows[512];
	snprintf(rows, sizeof(rows),
		"schema_name|table_name|place|can_read|columns\n%s\npublic|~|~|~|~", candidates);
	stage_rows(w->stage, "AS can_read", 0, rows);
}

static const struct migration *migration(const struct world *w, size_t i)
{
	return w->made.set.items[i];
}

static void looking_at_an_empty_database_creates_nothing(void **state)
{
	(void)state;
	struct world w;
	world_init(&w, "dbtop");
	read_it(&w, NULL);
	assert_non_null(w.history);
	assert_false(w.history->exists);
	assert_string_equal(w.history->schema, "dbtop");
	assert_int_equal(w.history->row_count, 0);
	assert_int_equal(stage_count(w.stage, "CREATE"), 0);
	assert_int_equal(stage_count(w.stage, "\n"), 2); /* the dial, one look */
	world_release(&w);
}

static void the_first_table_on_the_path_that_fits_is_taken(void **state)
{
	(void)state;
	struct world w;
	world_init(&w, "golang-migrate");
	found(&w, "app|schema_migrations|1|t|version dirty\npublic|schema_migrations|2|t|version "
		  "dirty");
	stage_rows(w.stage, "\"app\".\"schema_migrations\"", 0, "rev|dirty\n2|f");
	read_it(&w, NULL);
	assert_string_equal(w.history->schema, "app");
	assert_string_equal(history_words(w.history), "guest: app.schema_migrations");
	world_release(&w);
}

static void a_table_of_another_tool_under_the_same_name_is_refused(void **state)
{
	(void)state;
	struct world w;
	world_init(&w, "golang-migrate");
	found(&w, "public|schema_migrations|1|t|version");
	read_it(&w, NULL);
	assert_null(w.history);
	assert_int_equal(w.error.kind, ERR_CONFLICT);
	assert_non_null(strstr(w.error.text, "another tool"));
	world_release(&w);
}

static void a_table_off_the_path_is_not_used_but_mentioned(void **state)
{
	(void)state;
	struct world w;
	world_init(&w, "golang-migrate");
	found(&w, "app|schema_migrations|~|t|version dirty");
	read_it(&w, NULL);
	assert_false(w.history->exists);
	assert_non_null(strstr(w.history->warning, "app.schema_migrations"));
	world_release(&w);
}

static void a_configured_table_counts_wherever_it_is(void **state)
{
	(void)state;
	struct world w;
	world_init(&w, "goose");
	found(&w, "ops|my_goose|~|t|id version_id is_applied tstamp");
	stage_rows(w.stage, "\"ops\".\"my_goose\"", 0, "rev|is_applied|applied_us\n1|t|5");
	read_it(&w, "ops.my_goose");
	assert_true(w.history->exists);
	assert_true(history_is_applied(w.history, migration(&w, 0)));
	world_release(&w);
}

static void without_any_schema_on_the_path_nothing_can_be_made_and_it_is_said(void **state)
{
	(void)state;
	struct world w;
	world_init(&w, "goose");
	stage_rows(w.stage, "AS can_read", 0,
		"schema_name|table_name|place|can_read|columns\n"
		"app|goose_db_version|~|t|version\n~|~|~|~|~");
	read_it(&w, NULL);
	assert_null(w.history);
	assert_non_null(strstr(w.error.text, "no schema on the search_path"));
	world_release(&w);
}

static void a_history_that_may_not_be_read_is_an_error_not_an_empty_one(void **state)
{
	(void)state;
	struct world w;
	world_init(&w, "goose");
	found(&w, "public|goose_db_version|1|f|id version_id is_applied tstamp");
	read_it(&w, NULL);
	assert_null(w.history);
	assert_non_null(strstr(w.error.text, "no right to read"));
	world_release(&w);
}

static void a_newer_layout_is_refused(void **state)
{
	(void)state;
	struct world w;
	world_init(&w, "dbtop");
	found(&w, "dbtop|revision|~|t|project rev name parents state direction sha256 sha256_norm "
		  "more");
	stage_rows(w.stage, "FROM dbtop.revision", 0, "kind|rev|name\nm|layout|2");
	read_it(&w, NULL);
	assert_null(w.history);
	assert_non_null(strstr(w.error.text, "layout 2"));
	world_release(&w);
}

static void goose_rows_are_found_by_number_and_taken_back_ones_do_not_count(void **state)
{
	(void)state;
	struct world w;
	world_init(&w, "goose");
	found(&w, "public|goose_db_version|1|t|id version_id is_applied tstamp");
	stage_rows(
		w.stage, "goose_db_version", 0, "rev|is_applied|applied_us\n1|t|5\n2|f|6\n3|t|7");
	read_it(&w, NULL);
	assert_true(history_is_applied(w.history, migration(&w, 0)));
	assert_false(history_is_applied(w.history, migration(&w, 1)));
	assert_true(history_is_applied(w.history, migration(&w, 2)));
	world_release(&w);
}

static void one_row_stands_for_everything_not_newer(void **state)
{
	(void)state;
	struct world w;
	size_t count;
	world_init(&w, "golang-migrate");
	found(&w, "public|schema_migrations|1|t|version dirty");
	stage_rows(w.stage, "schema_migrations\" AS t", 0, "rev|dirty\n2|f");
	read_it(&w, NULL);
	const struct applied_revision *applied =
		history_applied(w.history, &w.made.set, &w.arena, &count);
	assert_int_equal(count, 2);
	assert_string_equal(applied[0].rev, "001");
	assert_int_equal(applied[1].state, APPLIED_DONE);
	assert_false(history_is_applied(w.history, migration(&w, 2)));
	world_release(&w);
}

static void a_dirty_row_is_half_done_going_up_until_the_store_says_otherwise(void **state)
{
	(void)state;
	struct world w;
	size_t count;
	world_init(&w, "golang-migrate");
	found(&w, "public|schema_migrations|1|t|version dirty");
	stage_rows(w.stage, "schema_migrations\" AS t", 0, "rev|dirty\n2|t");
	read_it(&w, NULL);
	const struct applied_revision *applied =
		history_applied(w.history, &w.made.set, &w.arena, &count);
	assert_int_equal(count, 2);
	assert_int_equal(applied[1].state, APPLIED_PARTIAL);
	assert_false(applied[1].was_going_down);
	assert_false(history_is_applied(w.history, migration(&w, 1)));

	history_settle(w.history, &(struct history_unfinished){ "003", 3, SECTION_DOWN, 0 });
	applied = history_applied(w.history, &w.made.set, &w.arena, &count);
	assert_int_equal(count, 3);
	assert_int_equal(applied[1].state, APPLIED_DONE);
	assert_string_equal(applied[2].rev, "003");
	assert_true(applied[2].was_going_down);
	assert_true(history_is_applied(w.history, migration(&w, 1)));
	world_release(&w);
}

static void dirty_without_a_version_is_the_first_one_going_down(void **state)
{
	(void)state;
	struct world w;
	size_t count;
	world_init(&w, "golang-migrate");
	found(&w, "public|schema_migrations|1|t|version dirty");
	stage_rows(w.stage, "schema_migrations\" AS t", 0, "rev|dirty\n-1|t");
	read_it(&w, NULL);
	const struct applied_revision *applied =
		history_applied(w.history, &w.made.set, &w.arena, &count);
	assert_int_equal(count, 1);
	assert_string_equal(applied[0].rev, "001");
	assert_true(applied[0].was_going_down);
	world_release(&w);
}

static void the_server_is_right_where_it_shows_how_it_ended(void **state)
{
	(void)state;
	struct world w;
	size_t count;
	world_init(&w, "goose");
	found(&w, "public|goose_db_version|1|t|id version_id is_applied tstamp");
	stage_rows(w.stage, "goose_db_version", 0, "rev|is_applied|applied_us\n1|t|5");
	read_it(&w, NULL);
	history_settle(w.history, &(struct history_unfinished){ "001", 1, SECTION_UP, 0 });
	history_settle(w.history, &(struct history_unfinished){ "002", 2, SECTION_DOWN, 0 });
	assert_null(w.history->unfinished);
	history_settle(w.history, &(struct history_unfinished){ "002", 2, SECTION_UP, 1 });
	const struct applied_revision *applied =
		history_applied(w.history, &w.made.set, &w.arena, &count);
	assert_int_equal(count, 2);
	assert_int_equal(applied[1].state, APPLIED_PARTIAL);
	assert_int_equal(applied[1].steps_done, 1);
	world_release(&w);
}

static void own_rows_come_oldest_first_with_steps_and_events(void **state)
{
	(void)state;
	struct world w;
	size_t count;
	world_init(&w, "dbtop");
	found(&w, "dbtop|revision|~|t|project rev name parents state direction sha256 sha256_norm");
	stage_rows(w.stage, "FROM dbtop.revision", 0,
		"kind|rev|name|state|direction|applied_us|took_ms|actor|sha256|steps_total|steps_"
		"done|ordinal|step_kind|attempt\n"
		"m|layout|1|~|~|~|~|~|~|~|~|~|~|~\n"
		"r|003|third|failed|up|~|~|ann|s3|2|1|~|~|~\n"
		"r|001|first|stamped|up|20|7|ann|s1|1|1|~|~|~\n"
		"r|002|second|applied|up|10|7|ann|s2|1|1|~|~|~\n"
		"s|003|~|done|up|30|~|~|d1|~|~|1|group|1\n"
		"s|003|~|failed|up|31|~|~|d2|~|~|2|lone|3");
	stage_rows(w.stage, "FROM dbtop.event", 0,
		"id|at_us|rev|name|event|actor|took_ms|run_id|detail\n7|31|003|third|step-failed|"
		"ann|~|~|no");
	read_it(&w, NULL);
	const struct applied_revision *applied =
		history_applied(w.history, &w.made.set, &w.arena, &count);
	assert_int_equal(count, 3);
	assert_string_equal(applied[0].rev, "002"); /* by time, not by name */
	assert_int_equal(applied[2].state, APPLIED_FAILED);
	assert_int_equal(applied[2].steps_done, 1);
	const struct history_step *step = history_step_find(w.history, "003", SECTION_UP, 2);
	assert_int_equal(step->state, HISTORY_STEP_FAILED);
	assert_int_equal(step->attempt, 3);
	assert_true(step->is_lone);
	assert_int_equal(w.history->event_count, 1);
	assert_true(history_is_applied(w.history, migration(&w, 0)));
	assert_false(history_is_applied(w.history, migration(&w, 2)));
	world_release(&w);
}

static void a_lost_connection_is_told_once(void **state)
{
	(void)state;
	struct world w;
	world_init(&w, "dbtop");
	stage_lose(w.stage, "AS can_read", 1);
	read_it(&w, NULL);
	assert_null(w.history);
	assert_int_equal(w.error.kind, ERR_CONNECT);
	world_release(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(looking_at_an_empty_database_creates_nothing),
		cmocka_unit_test(the_first_table_on_the_path_that_fits_is_taken),
		cmocka_unit_test(a_table_of_another_tool_under_the_same_name_is_refused),
		cmocka_unit_test(a_table_off_the_path_is_not_used_but_mentioned),
		cmocka_unit_test(a_configured_table_counts_wherever_it_is),
		cmocka_unit_test(without_any_schema_on_the_path_nothing_can_be_made_and_it_is_said),
		cmocka_unit_test(a_history_that_may_not_be_read_is_an_error_not_an_empty_one),
		cmocka_unit_test(a_newer_layout_is_refused),
		cmocka_unit_test(goose_rows_are_found_by_number_and_taken_back_ones_do_not_count),
		cmocka_unit_test(one_row_stands_for_everything_not_newer),
		cmocka_unit_test(a_dirty_row_is_half_done_going_up_until_the_store_says_otherwise),
		cmocka_unit_test(dirty_without_a_version_is_the_first_one_going_down),
		cmocka_unit_test(the_server_is_right_where_it_shows_how_it_ended),
		cmocka_unit_test(own_rows_come_oldest_first_with_steps_and_events),
		cmocka_unit_test(a_lost_connection_is_told_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
