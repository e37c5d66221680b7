/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Grid: a table of live rows. Columns hide by priority and the header says how many; `<` and `>` bring them in; the
 * key column stays. Sorting is stable, and the cursor follows the row's identity, not its number. The grid keeps no rows:
 * they are read from the model each time.
 */
#ifndef DBTOP_UI_WIDGETS_GRID_H
#define DBTOP_UI_WIDGETS_GRID_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/panel.h"
#include "ui/widgets/filter.h"

enum { GRID_CELL_BYTES = 160, GRID_ID_BYTES = 96, GRID_COLUMNS_MAX = 16 };

struct grid_cell {
	char text[GRID_CELL_BYTES];
	enum role role;
	bool has_mark; /* drawn after the text */
	enum status mark;
	enum glyph glyph; /* instead of the text, when has_glyph */
	bool has_glyph;
};

struct grid_column {
	const char *title;
	const char *short_title; /* below 100 columns; NULL = title */
	int min, max;		 /* columns of its text; max 0 = takes what is left */
	int priority;		 /* 0 stays, the highest hides first */
	bool is_right;
	void (*cell)(const struct model *model, size_t row, struct grid_cell *cell);
	/* As qsort's; NULL = cannot be sorted by. */
	int (*compare)(const struct model *model, size_t a, size_t b);
};

struct grid {
	const struct grid_column *columns; /* the first is the key */
	size_t column_count;
	size_t (*count)(const struct model *model);
	void (*id)(const struct model *model, size_t row, char out[GRID_ID_BYTES]);
	/* Words of a row that is a rule across the grid ("you are here"); false for others. NULL = none is. */
	bool (*rule)(const struct model *model, size_t row, char out[GRID_CELL_BYTES]);
	/* Where the cursor stands before it was moved. NULL = on the first row. */
	size_t (*start)(const struct model *model);
	const char *empty; /* a sentence when there is nothing to show */
};

struct grid_state {
	char cursor_id[GRID_ID_BYTES];
	size_t cursor; /* where it was seen last, in the order shown */
	size_t top;
	size_t shift; /* columns after the key that were moved out on the left */
	size_t sort;  /* column + 1; 0 = as the model has them */
	bool is_reversed;
	char filter[FILTER_BYTES];
};

/* Rows in the order shown. */
struct grid_order {
	size_t *rows; /* owned */
	size_t count, total;
	size_t cursor;
};

void grid_order_init(struct grid_order *order, const struct grid *grid,
	const struct grid_state *state, const struct model *model);
void grid_order_release(struct grid_order *order);

void grid_draw(struct surface *s, const struct grid *grid, const struct grid_state *state,
	const struct panel *panel, const struct model *model);
/* cursor.*, list.*, column.*; rows: how many are seen at a time. False when it is none of them. */
bool grid_command(const struct grid *grid, struct grid_state *state, const struct model *model,
	const char *command, struct panel_answer *answer);
/* The model's index of the row under the cursor. False when there is none. */
bool grid_selected(const struct grid *grid, const struct grid_state *state,
	const struct model *model, size_t *row);
/* "sort WAIT v   filter none   3 of 12" */
void grid_words(const struct grid *grid, const struct grid_state *state, const struct model *model,
	const struct glyphs *glyphs, char out[128]);

/* For compare(): unknown sorts last among descending numbers. */
int compare_numbers(int64_t a, int64_t b);
#endif
