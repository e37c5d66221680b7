/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Db: one SQLite connection: cached statements by the name of their text, values, transactions, errors in words.
 * Private to this folder, the only one that sees sqlite3.h.
 */
#ifndef DBTOP_STORE_DB_H
#define DBTOP_STORE_DB_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct db_cached {
	const char *name; /* borrowed: a literal */
	sqlite3_stmt *statement;
};

struct db {
	sqlite3 *sqlite;
	struct db_cached *cache;
	size_t cache_count, cache_capacity;
	bool is_network; /* no WAL: every commit syncs, whatever was asked */
	bool is_later;	 /* the last commit asked for did not sync */
};

/* flags: SQLITE_OPEN_… beside NOFOLLOW and NOMUTEX. */
bool db_open(struct db *db, const char *path, int flags, struct err *e) MUST_CHECK;
void db_close(struct db *db);

struct db_value {
	bool is_text;
	const char *text; /* NULL = NULL */
	int64_t number;	  /* VALUE_UNKNOWN and VALUE_NONE are stored as NULL */
};
struct db_values {
	const struct db_value *items;
	size_t count;
};
#define DB_TEXT(t) ((struct db_value){ .is_text = true, .text = (t) })
#define DB_INT(n)  ((struct db_value){ .number = (int64_t)(n) })
#define DB_VALUES(...)                                                 \
	((struct db_values){ (const struct db_value[]){ __VA_ARGS__ }, \
		sizeof((const struct db_value[]){ __VA_ARGS__ }) / sizeof(struct db_value) })
#define DB_NONE ((struct db_values){ 0 })

/* Run one text to its end. */
bool db_run(struct db *db, const char *name, struct db_values values, struct err *e) MUST_CHECK;
/* Run a text of several statements, uncached: schema, PRAGMAs. */
bool db_script(struct db *db, const char *name, struct err *e) MUST_CHECK;
/* Begin to read: step with db_row(), and db_done() unless it returned false. Borrows the values until then. */
sqlite3_stmt *db_query(struct db *db, const char *name, struct db_values values);
bool db_row(sqlite3_stmt *statement);
void db_done(sqlite3_stmt *statement);
/* The first column of the first row; missing when there is none. */
int64_t db_number(struct db *db, const char *name, struct db_values values, int64_t missing);

/* Columns; NULL texts stay NULL, NULL numbers are VALUE_UNKNOWN. */
const char *db_text(sqlite3_stmt *statement, int column); /* until the next step */
char *db_copy(sqlite3_stmt *statement, int column, struct arena *arena);
int64_t db_int(sqlite3_stmt *statement, int column);

enum db_sync { DB_SYNC_NOW, DB_SYNC_LATER };
bool db_begin(struct db *db, enum db_sync sync, struct err *e) MUST_CHECK;
/* Commits when ok, else rolls back and keeps *e. Returns whether it was committed. */
bool db_end(struct db *db, bool ok, struct err *e) MUST_CHECK;

/* "the disk is full", "another dbtop keeps it busy" …; and an error that says so. */
const char *db_words(int code);
bool db_fail(struct db *db, struct err *e);

#endif
