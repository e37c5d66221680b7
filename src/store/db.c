// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/db.h"

#include "base/mem.h"
#include "model/value.h"
#include "sql/sql.h"

enum { BUSY_MS = 5000 };

static const struct {
	int code;
	const char *words;
} code_rows[] = {
	{ SQLITE_FULL, "the disk is full" },
	{ SQLITE_READONLY, "the file or its folder cannot be written" },
	{ SQLITE_BUSY, "another dbtop keeps it busy" },
	{ SQLITE_LOCKED, "another dbtop keeps it busy" },
	{ SQLITE_CORRUPT, "the file is damaged" },
	{ SQLITE_NOTADB, "the file is not a database" },
	{ SQLITE_IOERR, "the disk does not answer as it should" },
	{ SQLITE_CANTOPEN, "the file cannot be opened" },
	{ SQLITE_PERM, "the file or its folder cannot be written" },
	{ SQLITE_AUTH, "the file or its folder cannot be written" },
};

const char *db_words(int code)
{
	for (size_t i = 0; i < ARRAY_SIZE(code_rows); i++) {
		if (code_rows[i].code == (code & 0xff))
			return code_rows[i].words;
	}
	return sqlite3_errstr(code);
}

bool db_fail(struct db *db, struct err *e)
{
	int code = sqlite3_extended_errcode(db->sqlite);

	err_set(e, ERR_STORE, "%s", db_words(code));
	return err_detail(e, "SQLite %d: %s", code, sqlite3_errmsg(db->sqlite));
}

bool db_open(struct db *db, const char *path, int flags, struct err *e)
{
	*db = (struct db){ 0 };
	flags |= SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	if (sqlite3_open_v2(path, &db->sqlite, flags, NULL) != SQLITE_OK) {
		db_fail(db, e);
		db_close(db);
		return false;
	}
	sqlite3_busy_timeout(db->sqlite, BUSY_MS);
	sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	return true;
}

void db_close(struct db *db)
{
	for (size_t i = 0; i < db->cache_count; i++)
		sqlite3_finalize(db->cache[i].statement);
	free(db->cache);
	sqlite3_close(db->sqlite);
	*db = (struct db){ 0 };
}

/* NULL when the file's tables are not as expected, or it cannot be read. */
static sqlite3_stmt *statement_of(struct db *db, const char *name)
{
	sqlite3_stmt *statement = NULL;

	for (size_t i = 0; i < db->cache_count; i++) {
		if (strcmp(db->cache[i].name, name) == 0)
			return db->cache[i].statement;
	}
	if (sqlite3_prepare_v3(db->sqlite, sql_get(name, 0), -1, SQLITE_PREPARE_PERSISTENT,
		    &statement, NULL) != SQLITE_OK)
		return NULL;
	db->cache = mem_room(db->cache, db->cache_count, &db->cache_capacity, sizeof(*db->cache));
	db->cache[db->cache_count++] = (struct db_cached){ name, statement };
	return statement;
}

static void bind(sqlite3_stmt *statement, struct db_values values)
{
	for (size_t i = 0; i < values.count; i++) {
		const struct db_value *v = &values.items[i];
		int code;
		if (v->is_text ? !v->text : !value_is_known(v->number))
			code = sqlite3_bind_null(statement, (int)i + 1);
		else if (v->is_text)
			code = sqlite3_bind_text(statement, (int)i + 1, v->text, -1, SQLITE_STATIC);
		else
			code = sqlite3_bind_int64(statement, (int)i + 1, v->number);
		assert_always(code == SQLITE_OK, "a value its statement has no place for");
	}
}

sqlite3_stmt *db_query(struct db *db, const char *name, struct db_values values)
{
	sqlite3_stmt *statement = db->sqlite ? statement_of(db, name) : NULL;

	if (statement)
		bind(statement, values);
	return statement;
}

bool db_row(sqlite3_stmt *statement)
{
	if (!statement)
		return false;
	if (sqlite3_step(statement) == SQLITE_ROW)
		return true;
	db_done(statement);
	return false;
}

void db_done(sqlite3_stmt *statement)
{
	if (!statement)
		return;
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
}

bool db_run(struct db *db, const char *name, struct db_values values, struct err *e)
{
	sqlite3_stmt *statement = db_query(db, name, values);

	if (!statement)
		return db_fail(db, e);
	int code = sqlite3_step(statement);
	bool ok = code == SQLITE_DONE || code == SQLITE_ROW || db_fail(db, e);
	db_done(statement);
	return ok;
}

bool db_script(struct db *db, const char *name, struct err *e)
{
	return sqlite3_exec(db->sqlite, sql_get(name, 0), NULL, NULL, NULL) == SQLITE_OK ||
	       db_fail(db, e);
}

int64_t db_number(struct db *db, const char *name, struct db_values values, int64_t missing)
{
	sqlite3_stmt *statement = db_query(db, name, values);

	if (!db_row(statement))
		return missing;
	int64_t number = db_int(statement, 0);
	db_done(statement);
	return number;
}

const char *db_text(sqlite3_stmt *statement, int column)
{
	return (const char *)sqlite3_column_text(statement, column);
}

char *db_copy(sqlite3_stmt *statement, int column, struct arena *arena)
{
	return arena_strdup(arena, db_text(statement, column));
}

int64_t db_int(sqlite3_stmt *statement, int column)
{
	if (sqlite3_column_type(statement, column) == SQLITE_NULL)
		return VALUE_UNKNOWN;
	return sqlite3_column_int64(statement, column);
}

/* This PRAGMA works while it is compiled, so it cannot be cached. */
static bool set_sync(struct db *db, enum db_sync sync, struct err *e)
{
	bool is_later = sync == DB_SYNC_LATER && !db->is_network;

	if (is_later == db->is_later)
		return true;
	if (!db_script(db, is_later ? "store-sync-later" : "store-sync-full", e))
		return false;
	db->is_later = is_later;
	return true;
}

bool db_begin(struct db *db, enum db_sync sync, struct err *e)
{
	return set_sync(db, sync, e) && db_run(db, "store-begin", DB_NONE, e);
}

bool db_end(struct db *db, bool ok, struct err *e)
{
	struct err ignored;

	if (ok && db_run(db, "store-commit", DB_NONE, e))
		return true;
	/* A full disk has ended the transaction by itself. */
	if (!sqlite3_get_autocommit(db->sqlite) && !db_run(db, "store-rollback", DB_NONE, &ignored))
		assert_always(sqlite3_get_autocommit(db->sqlite), "a transaction that cannot end");
	return false;
}
