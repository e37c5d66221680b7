/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Source: what the files say. A directory becomes a migration_set in up to three depths, each asked for only
 * when somebody needs it:
 *
 *   source_open   names, versions, pairs, order, parents. Foreign formats are read by name alone; own files are
 *                 opened, since their header may name parents, and their digest is kept.
 *   source_read   one file's bytes: digest and header directives.
 *   source_load   one section, split into statements and classified, with the directives above each.
 *
 * The format is one row of formats.c and one file format_x.c; which one a directory is, is guessed by names and
 * marks, and the sentence that says why is kept in set->format_words. Formats that are known but not read yet are
 * rows of marks.c: they are named and nothing is touched. An absent or empty directory is an empty set.
 *
 * The set owns everything in its arena, texts of loaded files included; the caller releases it, also after a
 * failure, and not before the error is told: e->file points into it. Every error of a file stands at file:line:column
 * with what to do in the hint. Where the answer of a function is an exit code, EXIT_DONE means it went well.
 */
#ifndef DBTOP_MIGRATE_SOURCE_SOURCE_H
#define DBTOP_MIGRATE_SOURCE_SOURCE_H

#include <stdbool.h>

#include "base/err.h"
#include "model/migration.h"
#include "model/report.h"

struct deep; /* the parser's thread, parse/deep.h */

/* Bytes a migration file may have. */
enum { SOURCE_FILE_BYTES_MAX = 64 * 1024 * 1024 };

/*
 * Scan `dir`, read what the order needs, resolve the graph. `format` pins it; NULL = detect. On success set->items
 * are in order of application. `dir` NULL = migrations/. EXIT_ERROR for files, EXIT_USAGE for an unknown pin,
 * EXIT_GRAPH for the order.
 * `deep` is the parser's thread for later loads, borrowed; NULL when nothing will be loaded.
 */
enum exit_code source_open(struct migration_set *set, struct deep *deep, const char *dir,
	const char *format, struct err *e) MUST_CHECK;
/* The first part of source_open: names only, in order of names; nothing resolved. For status, and for create. */
enum exit_code source_scan(
	struct migration_set *set, const char *dir, const char *format, struct err *e) MUST_CHECK;
/* The second part: what the order needs is read, the graph resolved. The format is not touched any more. */
enum exit_code source_resolve(
	struct migration_set *set, struct deep *deep, struct err *e) MUST_CHECK;
void source_close(struct migration_set *set);

/* Header directives, which sections there are, sha256. Once; a second call does nothing. */
bool source_read(struct migration_set *set, struct migration *migration, struct err *e) MUST_CHECK;
/* Read, split and classify one section. An absent one is loaded with is_present false. */
bool source_load(struct migration_set *set, struct migration *migration,
	enum migration_section section, struct err *e) MUST_CHECK;
/* The same for many, with one hand-over to the parser's thread. */
bool source_load_many(struct migration_set *set, struct migration *const *migrations, size_t count,
	enum migration_section section, struct err *e) MUST_CHECK;
/* Fill sha256_norm: the up file's tokens without comments and blanks. */
bool source_normalize(
	struct migration_set *set, struct migration *migration, struct err *e) MUST_CHECK;

/* Is the directory's history dbtop's own (true), or another tool's table (false)? */
bool source_is_own(const struct migration_set *set);

#endif
