/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * CSV: a table in a text, after RFC 4180: the first record names the columns, commas divide, "…" may hold commas, quotes
 * ("") and line breaks, records end with LF or CRLF. A byte order mark is skipped, as are lines without a byte after the
 * header. An empty cell without quotes is NULL, "" is the empty text. UTF-8 only, no NUL.
 *
 * Each cell knows where it began: an error of the server can be told as file:line:column.
 */
#ifndef DBTOP_SETUP_CSV_H
#define DBTOP_SETUP_CSV_H

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

struct csv_cell {
	const char *text; /* in the arena; NULL = SQL null */
	int line, column; /* from 1; columns count characters */
};

struct csv {
	size_t column_count;
	const struct csv_cell *header; /* column_count of them; never NULL, each name once */
	const struct csv_cell *cells;  /* row by row */
	size_t row_count;
};

/* file is borrowed by e. */
bool csv_read(struct csv *csv, struct arena *arena, const char *file, struct span text,
	struct err *e) MUST_CHECK;

#endif
