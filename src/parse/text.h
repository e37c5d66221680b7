/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text: what a script's bytes must be before anything else is asked of them, and where in them a byte stands.
 */
#ifndef DBTOP_PARSE_TEXT_H
#define DBTOP_PARSE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/span.h"

/* Bytes of a byte order mark the text begins with: 3 or 0. */
size_t text_bom(struct span text);

/* Refuses NUL and what is not UTF-8, with line and column; file is borrowed by e and may be NULL. */
bool text_check(struct span text, const char *file, struct err *e) MUST_CHECK;

/* Where a byte stands: line and column from 1; columns count characters, a byte order mark counts nothing. */
struct text_place {
	size_t offset;
	int line, column;
};
struct text_place text_start(struct span text);
/* Move a place forward (never back) to offset. */
void text_move(struct span text, struct text_place *place, size_t offset);

#endif
