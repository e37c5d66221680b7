// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "core/migrations.h"
#include "migrate/history/history_class.h"
#include "migrate/source/source.h"
#include "parse/deep.h"
#include "scratch.h"

/* Three own files, and a history the test writes. */
struct world {
	char *dir;
	struct deep *deep;
	struct migration_set set;
	struct history history;
	struct history_row rows[4];
	struct inspection inspection;
	struct migrations_view view;
};

static void add_file(const char *dir, const char *name)
{
	free(scratch_write(
		dir, name, "-- dbtop: up\nCREATE TABLE t ();\n-- dbtop: down\nDROP TABLE t;\n"));
}

static int world_open(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct err e;
	w->dir = scratch_new();
	w->deep = deep_new();
	add_file(w->dir, "20240101000000_one.sql");
	add_file(w->dir, "20240201000000_two.sql");
	add_file(w->dir, "20240301000000_three.sql");
	if (source_open(&w->set, w->deep, w->dir, NULL, &e) != EXIT_DONE)
		return -1;
	w->history = (struct history){ .class = &history_dbtop,
		.schema = "dbtop",
		.table = "revision",
		.exists = true,
		.rows = w->rows };
	w->inspection = (struct inspection){ .set = &w->set, .history = &w->history };
	*state = w;
	return 0;
}

static int world_close(void **state)
{
	struct world *w = *state;
	migrations_view_release(&w->view);
	arena_release(&w->history.arena);
	source_close(&w->set);
	deep_free(w->deep);
	scratch_remove(w->dir);
	free(w);
	return 0;
}

static void apply(struct world *w, const char *rev, enum history_state state, const char *sha256)
{
	w->rows[w->history.row_count++] = (struct history_row){ .rev = rev,
		.number = strtoull(rev, NULL, 10),
		.name = "from history",
		.state = state,
		.applied_us = 1000,
		.took_ms = 5,
		.actor = "mk",
		.sha256 = sha256 };
}

static const char *short_rev(const struct world *w, const char *rev)
{
	static char out[SHORT_REV_BYTES];
	migrations_short_rev(&w->view, rev, out);
	return out;
}

static void a_revision_is_cut_after_what_tells_it_from_the_others(void **state)
{
	struct world *w = *state;
	apply(w, "20240201113000", HISTORY_APPLIED, NULL);
	assert_string_equal(short_rev(w, "20240101000000"), "20240101000000");

	migrations_view_fill(&w->view, &w->inspection);

	assert_string_equal(short_rev(w, "20240101000000"), "20240101");
	assert_string_equal(short_rev(w, "20240201000000"), "202402010");
	assert_string_equal(short_rev(w, "20240201113000"), "202402011");
	assert_string_equal(short_rev(w, "0042"), "0042");
	assert_string_equal(short_rev(w, "base"), "base");
}

static void applied_stands_before_pending(void **state)
{
	struct world *w = *state;
	apply(w, "20240101000000", HISTORY_APPLIED, w->set.items[0]->sha256);

	migrations_view_fill(&w->view, &w->inspection);

	assert_int_equal(w->view.row_count, 3);
	assert_int_equal(w->view.rows[0].state, MIGRATION_APPLIED);
	assert_string_equal(w->view.rows[0].actor, "mk");
	assert_int_equal(w->view.rows[1].state, MIGRATION_PENDING);
	assert_string_equal(w->view.current, "20240101000000");
	assert_int_equal(w->view.applied_count, 1);
	assert_int_equal(w->view.pending_count, 2);
	assert_int_equal(w->view.ahead_count, 2);
	assert_null(w->view.problem);
}

static void pending_below_the_newest_applied_is_late(void **state)
{
	struct world *w = *state;
	apply(w, "20240201000000", HISTORY_APPLIED, w->set.items[1]->sha256);

	migrations_view_fill(&w->view, &w->inspection);

	assert_int_equal(w->view.rows[0].state, MIGRATION_LATE);
	assert_int_equal(w->view.pending_count, 2);
	assert_int_equal(w->view.ahead_count, 1);
	assert_string_equal(w->view.problem, "20240101000000 one: late");
	assert_int_equal(w->view.status, STATUS_WARN);
}

static void a_directory_without_any_applied_file_is_most_likely_another(void **state)
{
	struct world *w = *state;
	struct migration_set none = { .dir = "migrations" };
	w->inspection.set = &none;
	apply(w, "20240101000000", HISTORY_APPLIED, "00");

	migrations_view_fill(&w->view, &w->inspection);

	assert_string_equal(w->view.problem, "1 applied, and none of their files in migrations");
	assert_non_null(strstr(w->view.remedy, "--dir DIR"));
	assert_int_equal(w->view.status, STATUS_CRIT);
}

static void an_applied_one_without_a_file_stands_where_it_sorts(void **state)
{
	struct world *w = *state;
	apply(w, "20240101000000", HISTORY_APPLIED, w->set.items[0]->sha256);
	apply(w, "20240115000000", HISTORY_APPLIED, "00");

	migrations_view_fill(&w->view, &w->inspection);

	assert_int_equal(w->view.row_count, 4);
	assert_string_equal(w->view.rows[1].rev, "20240115000000");
	assert_int_equal(w->view.rows[1].state, MIGRATION_MISSING);
	assert_null(w->view.rows[1].migration);
	assert_string_equal(w->view.current, "20240115000000");
}

static void other_content_under_an_applied_name_is_changed(void **state)
{
	struct world *w = *state;
	apply(w, "20240101000000", HISTORY_APPLIED, "1111");

	migrations_view_fill(&w->view, &w->inspection);

	assert_int_equal(w->view.rows[0].state, MIGRATION_CHANGED);
	assert_int_equal(w->view.status, STATUS_CRIT);
}

static void half_done_and_failed_are_not_called_applied(void **state)
{
	struct world *w = *state;
	apply(w, "20240101000000", HISTORY_PARTIAL, NULL);
	apply(w, "20240201000000", HISTORY_FAILED, NULL);

	migrations_view_fill(&w->view, &w->inspection);

	assert_int_equal(w->view.rows[0].state, MIGRATION_PARTIAL);
	assert_int_equal(w->view.rows[1].state, MIGRATION_FAILED);
	assert_string_equal(
		w->view.problem, "20240101000000 one: partial, broken off on its way up");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_revision_is_cut_after_what_tells_it_from_the_others, world_open,
			world_close),
		cmocka_unit_test_setup_teardown(
			applied_stands_before_pending, world_open, world_close),
		cmocka_unit_test_setup_teardown(
			pending_below_the_newest_applied_is_late, world_open, world_close),
		cmocka_unit_test_setup_teardown(
			a_directory_without_any_applied_file_is_most_likely_another, world_open,
			world_close),
		cmocka_unit_test_setup_teardown(an_applied_one_without_a_file_stands_where_it_sorts,
			world_open, world_close),
		cmocka_unit_test_setup_teardown(
			other_content_under_an_applied_name_is_changed, world_open, world_close),
		cmocka_unit_test_setup_teardown(
			half_done_and_failed_are_not_called_applied, world_open, world_close),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
