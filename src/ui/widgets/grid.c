// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/grid.h"
#include "ui/widgets/scroll.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static bool is_rule(const struct grid *grid, const struct model *model, size_t row)
{
	char words[GRID_CELL_BYTES];
	return grid->rule && grid->rule(model, row, words);
}

static bool row_passes(
	const struct grid *grid, const struct filter *filter, const struct model *model, size_t row)
{
	bool found = false;
	for (size_t i = 0; i < grid->column_count && !found; i++) {
		const struct grid_column *column = &grid->columns[i];
		struct grid_cell cell = { 0 };
		if (!filter_wants(filter, column->title))
			continue;
		column->cell(model, row, &cell);
		found = !cell.has_glyph && filter_finds(filter, cell.text);
	}
	return found != filter->is_inverse;
}

/* Insertion by binary search would not be stable for equal rows found from the right; merging is, and simple. */
static void merge_sort(size_t *rows, size_t *spare, size_t count, const struct grid_column *column,
	const struct model *model)
{
	if (count < 2)
		return;
	size_t half = count / 2, left = 0, right = half;
	merge_sort(rows, spare, half, column, model);
	merge_sort(rows + half, spare, count - half, column, model);
	for (size_t i = 0; i < count; i++) {
		bool takes_left =
			right == count ||
			(left < half && column->compare(model, rows[left], rows[right]) <= 0);
		spare[i] = takes_left ? rows[left++] : rows[right++];
	}
	memcpy(rows, spare, count * sizeof(*rows));
}

static void sort_rows(struct grid_order *order, const struct grid *grid,
	const struct grid_state *state, const struct model *model)
{
	const struct grid_column *column = state->sort ? &grid->columns[state->sort - 1] : NULL;
	if (column && column->compare && order->count) {
		size_t *spare = mem_zero(order->count * sizeof(*spare));
		merge_sort(order->rows, spare, order->count, column, model);
		free(spare);
	}
	for (size_t i = 0; state->is_reversed && i < order->count / 2; i++) {
		size_t other = order->count - 1 - i, row = order->rows[i];
		order->rows[i] = order->rows[other];
		order->rows[other] = row;
	}
}

static void place_cursor(struct grid_order *order, const struct grid *grid,
	const struct grid_state *state, const struct model *model)
{
	char id[GRID_ID_BYTES];
	bool is_fresh = !state->cursor_id[0] && grid->start && !state->sort && !state->filter[0];
	size_t wanted = is_fresh ? grid->start(model) : state->cursor;
	order->cursor = wanted < order->count ? wanted : order->count ? order->count - 1 : 0;
	for (size_t i = 0; state->cursor_id[0] && i < order->count; i++) {
		grid->id(model, order->rows[i], id);
		if (strcmp(id, state->cursor_id) == 0) {
			order->cursor = i;
			break;
		}
	}
	if (order->cursor < order->count && is_rule(grid, model, order->rows[order->cursor]))
		order->cursor += order->cursor + 1 < order->count ? 1 : (size_t)-1;
	if (order->cursor >= order->count)
		order->cursor = 0;
}

void grid_order_init(struct grid_order *order, const struct grid *grid,
	const struct grid_state *state, const struct model *model)
{
	struct filter filter;
	struct err ignored;
	size_t all = grid->count(model);
	bool has_filter = state->filter[0] && filter_init(&filter, state->filter, &ignored);
	*order = (struct grid_order){ .rows = mem_zero((all ? all : 1) * sizeof(*order->rows)) };
	for (size_t row = 0; row < all; row++) {
		bool rule = is_rule(grid, model, row);
		order->total += !rule;
		if (rule && (has_filter || state->sort || state->is_reversed))
			continue;
		if (!has_filter || row_passes(grid, &filter, model, row))
			order->rows[order->count++] = row;
	}
	if (has_filter)
		filter_release(&filter);
	sort_rows(order, grid, state, model);
	place_cursor(order, grid, state, model);
}

void grid_order_release(struct grid_order *order)
{
	free(order->rows);
	*order = (struct grid_order){ 0 };
}

bool grid_selected(const struct grid *grid, const struct grid_state *state,
	const struct model *model, size_t *row)
{
	struct grid_order order;
	grid_order_init(&order, grid, state, model);
	bool has = order.count && !is_rule(grid, model, order.rows[order.cursor]);
	if (has)
		*row = order.rows[order.cursor];
	grid_order_release(&order);
	return has;
}

static void cursor_move(
	const struct grid *grid, struct grid_state *state, const struct model *model, long by)
{
	struct grid_order order;
	grid_order_init(&order, grid, state, model);
	long to = (long)order.cursor + by, last = (long)order.count - 1;
	to = to < 0 ? 0 : to > last ? last : to;
	if (order.count) {
		long step = by < 0 ? -1 : 1;
		if (is_rule(grid, model, order.rows[to]))
			to += to + step < 0 || to + step > last ? -step : step;
		state->cursor = (size_t)(to < 0 ? 0 : to);
		grid->id(model, order.rows[state->cursor], state->cursor_id);
	}
	grid_order_release(&order);
}

/* The next column that can be sorted by; after the last, the model's own order. */
static void sort_next(
	const struct grid *grid, struct grid_state *state, struct panel_answer *answer)
{
	size_t before = state->sort;
	for (size_t i = state->sort; i < grid->column_count; i++) {
		if (grid->columns[i].compare) {
			state->sort = i + 1;
			return;
		}
	}
	state->sort = 0;
	if (!before)
		snprintf(
			answer->say, sizeof(answer->say), "this list has one order; S reverses it");
}

static bool set_filter(struct grid_state *state, const char *typed, struct panel_answer *answer)
{
	struct filter filter;
	struct err e;
	if (!filter_init(&filter, typed, &e)) {
		snprintf(answer->say, sizeof(answer->say), "%s", e.text);
		return true;
	}
	filter_release(&filter);
	snprintf(state->filter, sizeof(state->filter), "%s", typed);
	return true;
}

/* A filter shows the matches alone: the next is the row below; after the last comes the first. */
static void go_to_match(const struct grid *grid, struct grid_state *state,
	const struct model *model, bool is_next, struct panel_answer *answer)
{
	struct grid_order order;
	if (!state->filter[0]) {
		snprintf(answer->say, sizeof(answer->say), "nothing is filtered; / does");
		return;
	}
	grid_order_init(&order, grid, state, model);
	long count = (long)order.count, at = (long)order.cursor;
	grid_order_release(&order);
	bool is_end = is_next ? at + 1 == count : at == 0;
	cursor_move(grid, state, model, is_end ? (is_next ? -count : count) : is_next ? 1 : -1);
}

static bool is_arg_of(const char *command, const char *name, const char **arg)
{
	size_t len = strlen(name);
	if (strncmp(command, name, len) != 0 || (command[len] && command[len] != ' '))
		return false;
	*arg = command[len] ? command + len + 1 : "";
	return true;
}

bool grid_command(const struct grid *grid, struct grid_state *state, const struct model *model,
	const char *command, struct panel_answer *answer)
{
	long rows;
	const char *arg;
	if (scroll_rows(command, &rows)) {
		cursor_move(grid, state, model, rows);
		return true;
	}
	if (strcmp(command, "search.next") == 0 || strcmp(command, "search.previous") == 0) {
		go_to_match(grid, state, model, command[7] == 'n', answer);
		return true;
	}
	if (strcmp(command, "list.clear") == 0) {
		bool had_filter = state->filter[0];
		state->filter[0] = '\0';
		return had_filter;
	}
	if (is_arg_of(command, "list.filter", &arg))
		return set_filter(state, arg, answer);
	if (strcmp(command, "list.sort") == 0)
		sort_next(grid, state, answer);
	else if (strcmp(command, "list.reverse") == 0)
		state->is_reversed = !state->is_reversed;
	else if (strcmp(command, "column.right") == 0)
		state->shift += state->shift + 2 < grid->column_count;
	else if (strcmp(command, "column.left") == 0)
		state->shift -= state->shift > 0;
	else
		return false;
	return true;
}

void grid_words(const struct grid *grid, const struct grid_state *state, const struct model *model,
	const struct glyphs *glyphs, char out[128])
{
	struct grid_order order;
	grid_order_init(&order, grid, state, model);
	const char *sort = state->sort ? grid->columns[state->sort - 1].title : "worst first";
	const char *mark = glyphs->text[state->is_reversed ? GLYPH_ASCENDING : GLYPH_DESCENDING];
	int len = snprintf(out, 128, "sort %s %s", sort, mark);
	if (state->filter[0])
		snprintf(out + len, 128 - (size_t)len, "   / %s   %zu of %zu", state->filter,
			order.count, order.total);
	grid_order_release(&order);
}

int compare_numbers(int64_t a, int64_t b)
{
	return (b > a) - (b < a);
}
