/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Script: a text cut into statements, as psql and the server's grammar would cut it. Semicolons in literals,
 * comments, parentheses and BEGIN ATOMIC bodies cut nothing; rows of COPY … FROM stdin end at "\."; \restrict
 * and \unrestrict lines are skipped; any other backslash command is an error with its place.
 *
 * Statements, comments and later their facts live in the arena the script was given. The text is borrowed and
 * must outlive them. Cutting says nothing yet about what a statement does: see parse/statement.h.
 *
 * Line comments at column 1, outside literals, are kept for whoever reads directives in them.
 */
#ifndef DBTOP_PARSE_SCRIPT_H
#define DBTOP_PARSE_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"
#include "model/statement.h"

struct script_comment {
	struct span text; /* "-- …" without its newline; borrowed from the script */
	size_t offset;	  /* in the script, bytes */
	int line;
	size_t statement; /* index of the one it stands in or before; the count when none follows */
	bool is_inside;	  /* after the statement's first token */
};

struct script {
	struct arena *arena; /* borrowed */
	const char *file;    /* borrowed, for errors; NULL = none */
	struct span text;    /* borrowed */
	struct statement *statements;
	size_t count, capacity;
	struct script_comment *comments;
	size_t comment_count, comment_capacity;
	bool has_old_strings; /* SET standard_conforming_strings = off stood somewhere */
};

/* file and text are borrowed for the life of what is read. Nothing to release: all is in the arena. */
void script_init(struct script *script, struct arena *arena, const char *file, struct span text);

/* Check the text (UTF-8, no NUL) and cut all of it. e carries file, line and column. */
bool script_split(struct script *script, struct err *e) MUST_CHECK;

/*
 * Cut bytes start … end only, for formats with sections of their own; lines, columns and offsets stay those of
 * the whole text, which the caller has passed through text_check(). May be called for one part after another,
 * in order; statements are appended, and no statement reaches across an end.
 */
bool script_split_part(struct script *script, size_t start, size_t end, struct err *e) MUST_CHECK;

#endif
