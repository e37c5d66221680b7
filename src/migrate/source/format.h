/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Format: how one tool writes migrations. To add one: a file format_x.c with a const struct format, and a row in
 * formats.c. Names first, marks second; a file is opened by probe() only when names cannot tell.
 */
#ifndef DBTOP_MIGRATE_SOURCE_FORMAT_H
#define DBTOP_MIGRATE_SOURCE_FORMAT_H

#include <stdbool.h>

#include "base/err.h"
#include "migrate/source/listing.h"
#include "migrate/source/text.h"
#include "model/migration.h"
#include "model/report.h"

/* What detection knows: names, and the heads of the first few .sql files. */
struct probe_input {
	const struct listing *listing;
	struct span *heads; /* of the .sql files at the beginning; empty while nobody needs them */
	size_t head_count;
};

/* What a new migration looks like; see create.h. */
struct skeleton {
	const char *ending; /* ".up.sql" */
	const char *text;
};

struct format {
	const char *name;
	bool is_own; /* history in schema dbtop, content read while opening */
	/* Why the directory looks like this format, in words; NULL = it does not. In the listing's arena. */
	const char *(*probe)(const struct probe_input *input);
	/* Fills set->items from the names, in order of application as far as names tell. */
	enum exit_code (*scan)(
		struct migration_set *set, const struct listing *listing, struct err *e);
	/* Header directives and presence of sections, of a text just read; NULL = names said it all. */
	bool (*read)(struct migration_set *set, struct migration *migration,
		const struct source_text *file, struct err *e);
	/* The section's statements, cut but not described. */
	bool (*load)(struct migration_set *set, struct migration *migration,
		enum migration_section section, const struct source_text *file, struct err *e);
	/* Once the statements are known: what this tool could not run; NULL = nothing. */
	bool (*check)(
		const struct migration *migration, enum migration_section section, struct err *e);
	struct skeleton up, down; /* down.ending NULL: one file holds both */
};

extern const struct format format_dbtop, format_golang_migrate, format_goose;

/* NULL = not one that is read. */
const struct format *format_find(const char *name);
/* Must be the set's. NULL while the set is empty and unpinned. */
const struct format *format_of(const struct migration_set *set);
/* Why and which; NULL when none fits. */
const struct format *format_probe(const struct probe_input *input, const char **why);
/* Unknown pin: refused with the nearest name, or as known but not read yet. */
const struct format *format_pinned(const char *name, struct err *e);

/* A mark at the beginning of a line, letters in any case. */
bool head_has_mark(struct span head, const char *mark);

/* A new item of the set; path is kept. */
struct migration *format_add(struct migration_set *set, struct span digits, struct span slug);

#endif
