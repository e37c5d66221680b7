// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include <locale.h>
#include <string.h>

#include "base/mem.h"
#include "ui/widgets/grid.h"

/* Rows are the applications of the model; three columns, the last hides first. */
static size_t count(const struct model *model)
{
	return model->pool.group_count;
}

static void id(const struct model *model, size_t row, char out[GRID_ID_BYTES])
{
	snprintf(out, GRID_ID_BYTES, "%s", model->pool.groups[row].name);
}

static void name(const struct model *model, size_t row, struct grid_cell *cell)
{
	snprintf(cell->text, sizeof(cell->text), "%s", model->pool.groups[row].name);
}

static void total(const struct model *model, size_t row, struct grid_cell *cell)
{
	snprintf(cell->text, sizeof(cell->text), "%d", (int)model->pool.groups[row].total);
}

static void why(const struct model *model, size_t row, struct grid_cell *cell)
{
	snprintf(cell->text, sizeof(cell->text), "%s", model->pool.groups[row].reason);
}

static int by_total(const struct model *model, size_t a, size_t b)
{
	return compare_numbers(model->pool.groups[a].total, model->pool.groups[b].total);
}

static const struct grid_column columns[] = {
	{ "NAME", NULL, 4, 10, 0, false, name, NULL },
	{ "TOTAL", NULL, 5, 5, 1, true, total, by_total },
	{ "WHY", NULL, 8, 8, 2, false, why, NULL },
};

static const struct grid grid = {
	.columns = columns, .column_count = 3, .count = count, .id = id, .empty = "nobody is here"
};

struct world {
	struct model model;
	struct grid_state grid;
	struct panel_context context;
	struct panel panel;
	struct surface s;
};

static void add(struct world *w, const char *app, int64_t sessions)
{
	struct session_group *group = &w->model.pool.groups[w->model.pool.group_count++];
	*group = (struct session_group){ .total = sessions };
	snprintf(group->name, sizeof(group->name), "%s", app);
	snprintf(group->reason, sizeof(group->reason), "fine");
}

static int world_open(void **state)
{
	struct world *w = mem_new(struct world);
	w->context.layout = LAYOUT_WIDE;
	w->panel = (struct panel){ .context = &w->context, .is_focused = true };
	surface_init(&w->s, 40, 6, &glyphs_ascii);
	add(w, "web", 9);
	add(w, "jobs", 12);
	add(w, "cron", 9);
	*state = w;
	return 0;
}

static int world_close(void **state)
{
	struct world *w = *state;
	surface_release(&w->s);
	free(w);
	return 0;
}

static void command(struct world *w, const char *line)
{
	struct panel_answer answer = { 0 };
	assert_true(grid_command(&grid, &w->grid, &w->model, line, &answer));
}

static void assert_order(struct world *w, const char *expected)
{
	struct grid_order order;
	char names[256] = "";
	grid_order_init(&order, &grid, &w->grid, &w->model);
	for (size_t i = 0; i < order.count; i++) {
		size_t len = strlen(names);
		snprintf(names + len, sizeof(names) - len, "%s%s ", i == order.cursor ? ">" : "",
			w->model.pool.groups[order.rows[i]].name);
	}
	grid_order_release(&order);
	assert_string_equal(names, expected);
}

static void draw(struct world *w)
{
	surface_clear(&w->s);
	grid_draw(&w->s, &grid, &w->grid, &w->panel, &w->model);
}

static void assert_row(struct world *w, int y, const char *expected)
{
	char *text = surface_row_text(&w->s, y);
	assert_string_equal(text, expected);
	free(text);
}

static void the_cursor_follows_its_row_when_others_come_and_go(void **state)
{
	struct world *w = *state;
	command(w, "cursor.down");
	assert_order(w, "web >jobs cron ");
	struct session_group jobs = w->model.pool.groups[1];
	w->model.pool.groups[1] = w->model.pool.groups[0];
	w->model.pool.groups[0] = jobs;
	assert_order(w, ">jobs web cron ");
	w->model.pool.groups[0] = w->model.pool.groups[2];
	w->model.pool.group_count = 2;
	assert_order(w, "cron >web ");
}

static void sorting_is_stable_and_reversible(void **state)
{
	struct world *w = *state;
	command(w, "list.sort");
	assert_order(w, ">jobs web cron ");
	command(w, "list.reverse");
	assert_order(w, ">cron web jobs ");
}

static void a_filter_keeps_matching_rows_and_is_cleared(void **state)
{
	struct world *w = *state;
	command(w, "list.filter o");
	assert_order(w, ">jobs cron ");
	command(w, "list.filter total:9");
	assert_order(w, ">web cron ");
	command(w, "list.filter zzz");
	draw(w);
	assert_row(w, 0, " nothing matches the filter; / changes ~");
	command(w, "list.clear");
	assert_order(w, ">web jobs cron ");
	command(w, "list.filter o");
	command(w, "search.next");
	assert_order(w, "jobs >cron ");
	command(w, "search.next");
	assert_order(w, ">jobs cron ");
	command(w, "search.previous");
	assert_order(w, "jobs >cron ");
}

static void columns_hide_by_priority_and_the_header_counts_them(void **state)
{
	struct world *w = *state;
	draw(w);
	assert_row(w, 0, " NAME  TOTAL  WHY");
	surface_release(&w->s);
	surface_init(&w->s, 18, 6, &glyphs_ascii);
	draw(w);
	assert_row(w, 0, " NAME  TOTAL");
	surface_release(&w->s);
	surface_init(&w->s, 32, 6, &glyphs_ascii);
	command(w, "column.right");
	draw(w);
	assert_row(w, 0, " NAME  WHY        1 col hidden >");
}

static void more_rows_than_fit_are_counted(void **state)
{
	struct world *w = *state;
	for (int i = 0; i < 20; i++) {
		char app[16];
		snprintf(app, sizeof(app), "app%02d", i);
		add(w, app, 1);
	}
	draw(w);
	assert_row(w, 5, "                              : 19 more");
	command(w, "cursor.last");
	draw(w);
	assert_row(w, 4, ">app19      1  fine");
}

static void an_empty_grid_says_so(void **state)
{
	struct world *w = *state;
	w->model.pool.group_count = 0;
	draw(w);
	assert_row(w, 0, " nobody is here");
	size_t row;
	assert_false(grid_selected(&grid, &w->grid, &w->model, &row));
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, world_open, world_close)

int main(void)
{
	setlocale(LC_ALL, "");
	const struct CMUnitTest tests[] = {
		TEST(the_cursor_follows_its_row_when_others_come_and_go),
		TEST(sorting_is_stable_and_reversible),
		TEST(a_filter_keeps_matching_rows_and_is_cleared),
		TEST(columns_hide_by_priority_and_the_header_counts_them),
		TEST(more_rows_than_fit_are_counted),
		TEST(an_empty_grid_says_so),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
