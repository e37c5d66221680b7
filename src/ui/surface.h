/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Surface: cells of one frame, or a window into them. All drawing ends here: text passes base/visible.h on its way
 * into cells, is clipped to the window, and never splits a grapheme or a wide character.
 *
 * The surface made by surface_init() owns its cells; parts borrow them and live as long as a draw.
 */
#ifndef DBTOP_UI_SURFACE_H
#define DBTOP_UI_SURFACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "ui/glyphs.h"
#include "ui/style.h"

struct rect {
	int x, y, width, height;
};

enum { CELL_CODES = 3 };

struct cell {
	uint32_t codes[CELL_CODES]; /* a letter and at most two marks; 0 ends; all 0 = right half */
	uint8_t width;		    /* 1, 2; 0 = the right half of the cell before it */
	uint8_t role;		    /* enum role */
	uint8_t is_reversed;
	uint8_t spare; /* always 0, so that cells compare as bytes */
};

struct surface {
	struct cell *cells; /* of the whole frame */
	bool is_owner;
	int stride;
	int x, y; /* of this window in the frame */
	int width, height;
	const struct glyphs *glyphs;
};

void surface_init(struct surface *s, int width, int height, const struct glyphs *glyphs);
void surface_release(struct surface *s);
/* A window, cut to what there is of s. */
struct surface surface_part(const struct surface *s, struct rect at);
struct rect surface_rect(const struct surface *s);

const struct cell *surface_cell(const struct surface *s, int x, int y);
/* Blanks in that role. */
void surface_fill(struct surface *s, struct rect at, enum role role);
void surface_clear(struct surface *s);
/*
 * Foreign or own text at x, y in at most `columns` columns; longer text ends with the cut mark. Returns the columns
 * used.
 */
int surface_text(struct surface *s, int x, int y, enum role role, struct span text, int columns);
/* One mark, repeated. Returns the columns used. */
int surface_glyph(struct surface *s, int x, int y, enum role role, enum glyph glyph, int times);
void surface_box(struct surface *s, struct rect at, enum role role);

/* Give every cell another role, keeping the text: dimmed, selected. Status marks of a selected row are reversed. */
void surface_restyle(struct surface *s, struct rect at, enum role role);
void surface_reverse(struct surface *s, struct rect at);

/* A row of text as bytes, without blanks at its end; the caller frees it. For tests and screenshots. */
char *surface_row_text(const struct surface *s, int y);

#endif
