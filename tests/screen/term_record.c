// SPDX-License-Identifier: GPL-3.0-or-later
#include "screen/term_record.h"

#include <stdio.h>

#include "base/compiler.h"

static struct term_record *of(struct term *term)
{
	return (struct term_record *)term;
}

static void record_size(struct term *term, int *columns, int *rows)
{
	*columns = of(term)->columns;
	*rows = of(term)->rows;
}

static void record_theme(struct term *term, const struct theme *theme)
{
	(void)term;
	(void)theme;
}

static void record_put(struct term *term, int x, int y, const struct cell *cell)
{
	assert_always(x >= 0 && y >= 0 && x < of(term)->columns && y < of(term)->rows,
		"a cell is put on the screen");
	assert_always(cell->width <= 2 && cell->role < ROLE_COUNT, "a cell is whole");
	of(term)->puts++;
}

static void record_cursor(struct term *term, int x, int y)
{
	of(term)->cursor_x = x;
	of(term)->cursor_y = y;
}

static void record_flush(struct term *term)
{
	of(term)->flushes++;
}

static void record_nothing(struct term *term)
{
	(void)term;
}

static void record_title(struct term *term, const char *text)
{
	snprintf(of(term)->title, sizeof(of(term)->title), "%s", text);
}

static void record_mouse(struct term *term, bool is_on)
{
	of(term)->has_mouse = is_on;
}

static bool record_copy(struct term *term, struct span text)
{
	snprintf(of(term)->copied, sizeof(of(term)->copied), "%.*s", (int)text.len, text.data);
	return of(term)->takes_copies;
}

static int record_colors(const struct term *term)
{
	return ((const struct term_record *)term)->colors;
}

static const struct term_ops record_ops = {
	.size = record_size,
	.theme = record_theme,
	.put = record_put,
	.cursor = record_cursor,
	.flush = record_flush,
	.repaint = record_nothing,
	.title = record_title,
	.mouse = record_mouse,
	.copy = record_copy,
	.leave = record_nothing,
	.enter = record_nothing,
	.close = record_nothing,
	.colors = record_colors,
};

void term_record_init(struct term_record *record, int columns, int rows)
{
	*record = (struct term_record){ .term.ops = &record_ops,
		.columns = columns,
		.rows = rows,
		.colors = 256,
		.takes_copies = true,
		.cursor_x = -1 };
}
