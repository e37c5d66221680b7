/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Wrap: long text in rows. Cuts at blanks, at a newline always, inside a word only when it is longer than a row.
 */
#ifndef DBTOP_UI_WRAP_H
#define DBTOP_UI_WRAP_H

#include "base/span.h"
#include "ui/surface.h"

/* Take the next row of at most `columns` columns off *rest. False at the end. The text was made visible before. */
bool wrap_next(struct span *rest, int columns, struct span *row);
int wrap_rows(const char *text, int columns, int hang);
/*
 * Foreign text in rows from y on, rows after the first moved in by `hang` columns; returns the row after the last.
 * Stops at the bottom of the surface.
 */
int wrap_draw(struct surface *s, struct rect at, enum role role, const char *text, int hang);

#endif
