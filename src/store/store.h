/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Store: what dbtop remembers on this machine, in SQLite: dbtop.db (notes, plans, runs, audit) and, apart, samples.db.
 * One struct store is one connection; all of it happens in the calling thread, each write in a transaction of its own
 * (BEGIN IMMEDIATE), durable when the function returns true unless its comment says otherwise.
 *
 * The store is never needed: store_open() always gives one, and one that could not be opened answers every question
 * with nothing and every write with an error that says why. A file that is damaged, newer than this program or not
 * dbtop's is never written to.
 *
 *   store.h  open, health        store_note.h  notes, undo      store_plan.h  plans and their marks
 *   store_run.h  runs, journal   store_audit.h answers, append-only            samples.h  recorded samples
 *   db.h     SQLite itself: statements, values, transactions (private to this folder)
 *   place.h  the file: owner, links, kind of file system (private to this folder)
 */
#ifndef DBTOP_STORE_STORE_H
#define DBTOP_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"

struct store;

enum store_health {
	STORE_WRITABLE,
	STORE_READ_ONLY, /* damaged, or the folder cannot be written */
	STORE_CLOSED,	 /* nothing is read either */
};

/* Of something others may change too: a number that differs after each change, whoever made it. */
enum store_topic { STORE_NOTES, STORE_PLANS, STORE_RUNS };

/* Version of SQLite, for --version. */
const char *store_sqlite_version(void);

/* $XDG_DATA_HOME/dbtop/dbtop.db. The caller frees. NULL without a home. */
char *store_default_path(void);

/* path NULL = the default; ":memory:" = in memory. Folders are made. Never NULL; the clock is borrowed. */
struct store *store_open(const char *path, const struct clock *clock);
void store_close(struct store *store);

enum store_health store_health(const struct store *store);
/*
 * One sentence on what is not as it should be: "notes are read-only: …"; "" when all is well. It also tells of the
 * last write when that failed (disk full), until one succeeds.
 */
const char *store_words(const struct store *store);
const char *store_path(const struct store *store); /* "" when there is none */

int64_t store_changes(struct store *store, enum store_topic topic);

#endif
