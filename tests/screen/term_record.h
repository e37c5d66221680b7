/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A terminal that only remembers: how many cells were put, frames flushed, where the cursor is.
 */
#ifndef DBTOP_TESTS_SCREEN_TERM_RECORD_H
#define DBTOP_TESTS_SCREEN_TERM_RECORD_H

#include "ui/term.h"

struct term_record {
	struct term term;
	int columns, rows; /* what it says its size is */
	int colors;
	long puts, flushes;
	int cursor_x, cursor_y;
	char title[160];
	bool takes_copies, has_mouse;
	char copied[1024];
};

void term_record_init(struct term_record *record, int columns, int rows);

#endif
