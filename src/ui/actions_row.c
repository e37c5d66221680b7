// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What works on the selected row of any list: copy it, show all of it.
 */
#include "ui/frame_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/visible.h"
#include "ui/widgets/grid.h"

enum { COPY_MOST = 64 * 1024 }; /* terminals cut or drop what is longer */

/* The screen, or a part of it, as text. */
static void add_cells(const struct frame *f, struct rect at, struct str *out)
{
	struct surface part = surface_part(&f->now, at);
	for (int y = 0; y < part.height; y++) {
		char *row = surface_row_text(&part, y);
		str_addf(out, "%s\n", row);
		free(row);
	}
}

static bool has_row(struct panel *panel, const struct model *model, size_t *row)
{
	const struct grid *grid = panel->class->grid;
	return grid && grid_selected(grid, panel->state, model, row);
}

static void add_row(const struct grid *grid, const struct model *model, size_t row, struct str *out)
{
	for (size_t i = 0; i < grid->column_count; i++) {
		struct grid_cell cell = { 0 };
		grid->columns[i].cell(model, row, &cell);
		if (!cell.has_glyph)
			str_addf(out, "%s%s", out->len ? "\t" : "", cell.text);
	}
}

static const char *collect(struct frame *f, const char *arg, struct str *out)
{
	struct panel *panel = frame_focused(f);
	const struct model *model = frame_model(f);
	const char *what = "this row";
	size_t row;
	if (strcmp(arg, "screen") == 0) {
		add_cells(f, surface_rect(&f->now), out);
		return "the screen";
	}
	if (panel->class->copy && panel->class->copy(panel, model, out, &what))
		return what;
	if (has_row(panel, model, &row)) {
		add_row(panel->class->grid, model, row, out);
		return what;
	}
	add_cells(f, panel->at, out);
	return "this panel";
}

/* As surfaces show it, but for the tabs. */
static void add_visible(struct span raw, struct str *out)
{
	while (raw.len) {
		const char *tab = memchr(raw.data, '\t', raw.len);
		size_t len = tab ? (size_t)(tab - raw.data) : raw.len;
		visible_add(out, span_from(raw.data, len), VISIBLE_TEXT);
		if (!tab)
			return;
		str_add_char(out, '\t');
		raw = span_from(tab + 1, raw.len - len - 1);
	}
}

/* Names and queries of others stand in it: what a terminal would obey is made visible before it is pasted anywhere. */
void row_copy(struct frame *f, const char *arg)
{
	struct str raw = { 0 }, text = { 0 };
	const char *what = collect(f, arg, &raw);
	add_visible(str_span(&raw), &text);
	if (text.len > COPY_MOST)
		app_message(f->app, MESSAGE_WARN, "%s is too long to copy: %zu kB", what,
			text.len / 1024);
	else if (!f->term->ops->copy(f->term, str_span(&text)))
		app_message(f->app, MESSAGE_WARN,
			"this terminal takes no copies (OSC 52): select with the mouse");
	else
		app_message(f->app, MESSAGE_INFO, "copied %s, %zu bytes%s", what, text.len,
			getenv("TMUX") ? " (tmux wants set-clipboard on)" : "");
	str_release(&raw);
	str_release(&text);
}

void row_record(struct frame *f, const char *arg)
{
	struct panel *panel = frame_focused(f);
	const struct grid *grid = panel->class->grid;
	const struct model *model = frame_model(f);
	struct str text = { 0 };
	char title[GRID_ID_BYTES];
	size_t row;
	(void)arg;
	if (!has_row(panel, model, &row)) {
		frame_say(f, "no row is selected here");
		return;
	}
	for (size_t i = 0; i < grid->column_count; i++) {
		const struct grid_column *column = &grid->columns[i];
		struct grid_cell cell = { 0 };
		column->cell(model, row, &cell);
		if (*column->title && !cell.has_glyph)
			str_addf(&text, "%-14s %s\n", column->title, cell.text);
	}
	grid->id(model, row, title);
	frame_show_text(f, title, str_c(&text));
	str_release(&text);
}
