/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text: the bytes of one migration file, read whole and proved: a regular file (links are followed), at most
 * 64 MB, valid UTF-8, no NUL.
 */
#ifndef DBTOP_MIGRATE_SOURCE_TEXT_H
#define DBTOP_MIGRATE_SOURCE_TEXT_H

#include <stdbool.h>

#include "base/digest.h"
#include "base/err.h"
#include "model/migration.h"

struct source_text {
	const char *path; /* borrowed */
	struct span text; /* all of it, a BOM too; a NUL behind it; in the set's arena */
	char sha256[DIGEST_HEX_BYTES]; /* of all bytes, BOM included */
};

bool source_text_read(struct migration_set *set, const char *path, struct source_text *file,
	struct err *e) MUST_CHECK;
/* The beginning of a file, for marks: 16 kB, nothing proved. */
bool source_text_head(
	struct arena *arena, const char *path, struct span *head, struct err *e) MUST_CHECK;

/* A sentence for people, kept in the set. */
void source_warn(struct migration_set *set, const char *fmt, ...) PRINTF(2, 3);

#endif
