/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Audit in the store: every answer typed, every statement dbtop ran. Append-only: the file itself refuses changes, so
 * a result is an entry of its own that names the one it belongs to.
 */
#ifndef DBTOP_STORE_STORE_AUDIT_H
#define DBTOP_STORE_STORE_AUDIT_H

#include <stddef.h>

#include "base/arena.h"
#include "store/store.h"

struct audit_entry {
	int64_t id;    /* set by the store */
	int64_t at_us; /* wall; set by the store */
	int64_t of;    /* the entry this one is the result of; 0 = none */
	const char *actor, *target, *env;
	const char *kind; /* "answer", "statement", "armed", "locked", "refused", "result" … */
	const char *what; /* command line or sentence */
	const char *statement; /* SQL text; NULL = none */
	const char *token;     /* what was typed at the prompt; NULL = nothing was asked */
	const char *gate;      /* the gate's readings in words; NULL = not read */
	const char *run_id;    /* NULL = none */
	const char *result;    /* NULL = not known yet */
};

/* Texts are borrowed; what and statement are kept without passwords. On success entry->id and at_us are set. */
bool store_audit_add(struct store *store, struct audit_entry *entry, struct err *e) MUST_CHECK;
/* Newest first; target NULL = all. Texts live in the arena. */
size_t store_audit_list(struct store *store, const char *target, size_t limit, struct arena *arena,
	struct audit_entry **entries);

#endif
