// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Drawing of a grid: which columns fit, how wide, and the rows around the cursor.
 */
#include "ui/widgets/grid.h"

#include <string.h>

#include "base/mem.h"
#include "ui/pen.h"

enum { GAP = 2, MARK_COLUMNS = 2 };

struct fit {
	bool is_shown[GRID_COLUMNS_MAX];
	int width[GRID_COLUMNS_MAX];
	int hidden;
};

struct drawing {
	struct surface *s;
	const struct grid *grid;
	const struct grid_state *state;
	const struct model *model;
	const struct panel *panel;
	struct grid_order order;
	size_t top, rows;
	struct fit fit;
};

static const char *column_title(const struct drawing *d, size_t column)
{
	const struct grid_column *c = &d->grid->columns[column];
	bool is_narrow = d->s->width < 90;
	return is_narrow && c->short_title ? c->short_title : c->title;
}

static int cell_columns(const struct grid_cell *cell, const struct glyphs *glyphs)
{
	int text = cell->has_glyph ? text_columns(glyphs->text[cell->glyph])
				   : text_columns(cell->text);
	return text + (cell->has_mark ? MARK_COLUMNS : 0);
}

/* The widest text of the rows seen, between the column's least and most. */
static int natural_width(const struct drawing *d, size_t column)
{
	const struct grid_column *c = &d->grid->columns[column];
	int width = text_columns(column_title(d, column)) + (d->state->sort == column + 1);
	for (size_t i = d->top; i < d->top + d->rows && i < d->order.count; i++) {
		char words[GRID_CELL_BYTES];
		if (d->grid->rule && d->grid->rule(d->model, d->order.rows[i], words))
			continue;
		struct grid_cell cell = { 0 };
		c->cell(d->model, d->order.rows[i], &cell);
		int columns = cell_columns(&cell, d->s->glyphs);
		width = columns > width ? columns : width;
	}
	width = c->max && width > c->max ? c->max : width;
	return width < c->min ? c->min : width;
}

static int total_width(const struct fit *fit, size_t count)
{
	int width = 0;
	for (size_t i = 0; i < count; i++)
		width += fit->is_shown[i] ? fit->width[i] + GAP : 0;
	return width - GAP;
}

/* Hide, highest priority first, until the least widths fit; then hand out what is left from the left. */
static void fit_columns(struct drawing *d)
{
	struct fit *fit = &d->fit;
	size_t count = d->grid->column_count;
	int room = d->s->width - 1, natural[GRID_COLUMNS_MAX];
	for (size_t i = 0; i < count; i++) {
		bool is_shifted = i > 0 && i <= d->state->shift;
		natural[i] = natural_width(d, i);
		fit->is_shown[i] = !is_shifted;
		fit->hidden += is_shifted;
		fit->width[i] = d->grid->columns[i].max ? natural[i] : d->grid->columns[i].min;
		natural[i] = d->grid->columns[i].max ? natural[i] : room;
	}
	while (total_width(fit, count) > room) {
		size_t worst = 0;
		for (size_t i = 1; i < count; i++)
			if (fit->is_shown[i] &&
				d->grid->columns[i].priority >= d->grid->columns[worst].priority)
				worst = i;
		if (worst == 0)
			break;
		fit->is_shown[worst] = false;
		fit->hidden++;
	}
	for (size_t i = 0; i < count; i++) {
		int left = room - total_width(fit, count);
		int more = natural[i] - fit->width[i];
		if (fit->is_shown[i] && left > 0 && more > 0)
			fit->width[i] += more < left ? more : left;
	}
	if (total_width(fit, count) > room)
		fit->width[0] = room;
}

static void draw_header(struct drawing *d)
{
	struct pen pen = pen_at(d->s, 1, 0);
	char hidden[32];
	if (d->fit.hidden) {
		snprintf(hidden, sizeof(hidden), "%d col%s hidden %s", d->fit.hidden,
			d->fit.hidden == 1 ? "" : "s", d->s->glyphs->text[GLYPH_INTO]);
	}
	for (size_t i = 0; i < d->grid->column_count; i++) {
		if (!d->fit.is_shown[i])
			continue;
		char title[64];
		bool is_sort = d->state->sort == i + 1;
		enum glyph mark = d->state->is_reversed ? GLYPH_ASCENDING : GLYPH_DESCENDING;
		snprintf(title, sizeof(title), "%s%s", column_title(d, i),
			is_sort ? d->s->glyphs->text[mark] : "");
		if (d->grid->columns[i].is_right)
			pen_number(&pen, ROLE_HEADER, title, d->fit.width[i]);
		else
			pen_field(&pen, ROLE_HEADER, title, d->fit.width[i]);
		pen_gap(&pen, GAP);
	}
	pen.x -= pen.x > GAP ? GAP - 1 : 0;
	if (d->fit.hidden)
		pen_right(&pen, ROLE_HINT, hidden);
}

static void draw_cell(
	struct pen *pen, const struct grid_column *column, const struct grid_cell *cell, int width)
{
	int end = pen->x + width;
	int mark = cell->has_mark ? MARK_COLUMNS : 0;
	if (cell->has_glyph)
		pen_glyph(pen, cell->role, cell->glyph);
	else if (column->is_right)
		pen_number(pen, cell->role, cell->text, width - mark);
	else
		pen->x += surface_text(pen->s, pen->x, pen->y, cell->role, span_of(cell->text),
			width - mark < pen_room(pen) ? width - mark : pen_room(pen));
	if (cell->has_mark)
		pen_status(pen, cell->mark);
	pen_to(pen, end);
}

static void draw_rule(struct drawing *d, int y, const char *words)
{
	surface_glyph(d->s, 0, y, ROLE_BORDER, GLYPH_ACROSS, d->s->width);
	struct pen pen = pen_at(d->s, 2, y);
	pen_printf(&pen, ROLE_TITLE, " %s ", words);
}

static void draw_row(struct drawing *d, int y, size_t position)
{
	size_t row = d->order.rows[position];
	char words[GRID_CELL_BYTES];
	if (d->grid->rule && d->grid->rule(d->model, row, words)) {
		draw_rule(d, y, words);
		return;
	}
	struct pen pen = pen_at(d->s, 1, y);
	for (size_t i = 0; i < d->grid->column_count; i++) {
		if (!d->fit.is_shown[i])
			continue;
		struct grid_cell cell = { .role = ROLE_TEXT };
		d->grid->columns[i].cell(d->model, row, &cell);
		draw_cell(&pen, &d->grid->columns[i], &cell, d->fit.width[i]);
		pen_gap(&pen, GAP);
	}
	if (position != d->order.cursor)
		return;
	if (d->panel->is_focused)
		surface_restyle(d->s, (struct rect){ 0, y, d->s->width, 1 }, ROLE_SELECTED);
	surface_glyph(d->s, 0, y, d->panel->is_focused ? ROLE_SELECTED : ROLE_DIM, GLYPH_CURSOR, 1);
}

/* The rows around the cursor: it stays in the middle third once the list is longer than the window. */
static void choose_rows(struct drawing *d)
{
	d->rows = d->s->height > 1 ? (size_t)d->s->height - 1 : 0;
	bool is_cut = d->order.count > d->rows;
	if (is_cut && d->rows > 1)
		d->rows--;
	size_t half = d->rows / 2, last = d->order.count > d->rows ? d->order.count - d->rows : 0;
	d->top = d->order.cursor > half ? d->order.cursor - half : 0;
	d->top = d->top > last ? last : d->top;
}

static void draw_more(struct drawing *d, int y)
{
	size_t seen = d->top + d->rows;
	size_t below = d->order.count > seen ? d->order.count - seen : 0;
	struct pen pen = pen_at(d->s, 1, y);
	char words[64];
	const char *mark = d->s->glyphs->text[GLYPH_MORE];
	if (d->top && below)
		snprintf(words, sizeof(words), "%s %zu above, %zu below", mark, d->top, below);
	else
		snprintf(words, sizeof(words), "%s %zu %s", mark, d->top ? d->top : below,
			d->top ? "above" : "more");
	pen.end--;
	pen_right(&pen, ROLE_DIM, words);
}

void grid_draw(struct surface *s, const struct grid *grid, const struct grid_state *state,
	const struct panel *panel, const struct model *model)
{
	struct drawing d = { s, grid, state, model, panel, .rows = 0 };
	assert_always(grid->column_count <= GRID_COLUMNS_MAX, "a grid of at most 16 columns");
	grid_order_init(&d.order, grid, state, model);
	choose_rows(&d);
	fit_columns(&d);
	if (d.order.count) {
		draw_header(&d);
		for (size_t i = 0; i < d.rows && d.top + i < d.order.count; i++)
			draw_row(&d, (int)i + 1, d.top + i);
		if (d.order.count > d.rows && s->height > 2)
			draw_more(&d, s->height - 1);
	} else {
		struct pen pen = pen_at(s, 1, 0);
		pen_text(&pen, ROLE_DIM,
			d.order.total ? "nothing matches the filter; / changes it" : grid->empty);
	}
	grid_order_release(&d.order);
}
