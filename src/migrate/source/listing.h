/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Listing: the names in one directory, sorted, and the small words formats ask of a name. No file is opened.
 */
#ifndef DBTOP_MIGRATE_SOURCE_LISTING_H
#define DBTOP_MIGRATE_SOURCE_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

enum entry_kind { ENTRY_FILE, ENTRY_DIR, ENTRY_OTHER };

struct entry {
	const char *name;
	enum entry_kind kind; /* of what a link points to */
};

struct listing {
	struct arena *arena; /* borrowed: names live there */
	const char *dir;
	struct entry *items;
	size_t count, capacity;
};

/* Hidden names are left out. An absent directory is an empty listing. */
bool listing_read(struct listing *listing, struct err *e) MUST_CHECK;

/* The first entry whose name fits the shell pattern, of that kind; NULL = none. */
const struct entry *listing_find(
	const struct listing *listing, const char *pattern, enum entry_kind kind);
/* dir/name in the arena. */
const char *listing_path(const struct listing *listing, const char *name);

bool name_ends(const char *name, const char *ending);

/* <digits>_<slug>: both parts, ending cut off by the caller. False without digits or underscore. */
bool name_split(struct span stem, struct span *digits, struct span *slug);
/* False when it does not fit a bigint, the type every history table has. */
bool digits_number(struct span digits, uint64_t *number);

#endif
