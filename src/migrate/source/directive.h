/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Directives: `-- dbtop: NAME …` at column 1, outside literals. One row a name in directive.c: where it may stand and
 * what it does. Own files use all of them; files of other tools the ones that stand above a statement, which are
 * comments to those tools.
 */
#ifndef DBTOP_MIGRATE_SOURCE_DIRECTIVE_H
#define DBTOP_MIGRATE_SOURCE_DIRECTIVE_H

#include <stdbool.h>

#include "base/err.h"
#include "model/migration.h"

enum directive_place {
	DIRECTIVE_SECTION,   /* begins up, down, verify */
	DIRECTIVE_HEADER,    /* before the first statement */
	DIRECTIVE_ANYWHERE,  /* between statements */
	DIRECTIVE_STATEMENT, /* above the statement it is about */
};

struct directive {
	const char *name; /* static */
	enum directive_place place;
	enum migration_section section; /* of DIRECTIVE_SECTION */
	struct span argument;		/* trimmed; borrowed */
	const char *file;		/* borrowed */
	int line;
};

/* What reading a comment gave. */
enum directive_reading { DIRECTIVE_NONE, DIRECTIVE_FOUND, DIRECTIVE_WRONG };

/* Is the comment a directive, and which? WRONG sets e: unknown, or known but not built yet. */
enum directive_reading directive_read(const char *file, struct span comment, int line,
	struct directive *directive, struct err *e);

/* Carry it out: HEADER and ANYWHERE on the migration, STATEMENT on the statement. */
bool directive_apply_header(struct arena *arena, const struct directive *directive,
	struct migration *migration, struct err *e) MUST_CHECK;
bool directive_apply_statement(struct arena *arena, const struct directive *directive,
	struct migration_statement *statement, struct err *e) MUST_CHECK;

#endif
