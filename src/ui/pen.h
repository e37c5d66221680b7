/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pen: writes along a row of a surface, a piece at a time, each piece in its role. What does not fit is cut with the
 * cut mark; what starts beyond the edge is dropped.
 */
#ifndef DBTOP_UI_PEN_H
#define DBTOP_UI_PEN_H

#include "base/compiler.h"
#include "ui/surface.h"

struct pen {
	struct surface *s;
	int x, y;
	int end; /* first column it may not touch */
};

struct pen pen_at(struct surface *s, int x, int y);
void pen_text(struct pen *pen, enum role role, const char *text);
void pen_printf(struct pen *pen, enum role role, const char *fmt, ...) PRINTF(3, 4);
void pen_glyph(struct pen *pen, enum role role, enum glyph glyph);
/* The mark of a status in its colour, with a blank before it. */
void pen_status(struct pen *pen, enum status status);
void pen_gap(struct pen *pen, int columns);
/* Go to a column, never back. */
void pen_to(struct pen *pen, int x);
/* Text that ends at the pen's end. Nothing when it would touch what is written already. */
void pen_right(struct pen *pen, enum role role, const char *text);
/* Columns left. */
int pen_room(const struct pen *pen);
/* Text in a field of so many columns, left or right in it; NULL is "". */
void pen_field(struct pen *pen, enum role role, const char *text, int columns);
void pen_number(struct pen *pen, enum role role, const char *text, int columns);

/* Columns of own or foreign text. */
int text_columns(const char *text);

/* How numbers that may be missing are written: "?" not known, "-" does not apply. */
enum { NUMBER_BYTES = 32 };
void number_count(int64_t value, char out[NUMBER_BYTES]);
void number_bytes(int64_t value, char out[NUMBER_BYTES]);
void number_ms(int64_t value, char out[NUMBER_BYTES]);

#endif
