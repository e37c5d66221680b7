// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/store_private.h"

#include <stdarg.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/path.h"
#include "store/place.h"
#include "store/store_run.h"

enum {
	APPLICATION_ID = 0x64627470, /* "dbtp" */
	CHECK_MS = 100,
	CHECK_OPCODES = 20000, /* between two looks at the clock */
	WAL_TRIES = 100,
	WAL_PAUSE_MS = 20,
};

/* Text n brings a file of version n to n + 1. Append only: files of every version are out there. */
static const char *const upgrades[] = { "store-schema-1" };
static const int64_t newest_version = ARRAY_SIZE(upgrades);

char *store_default_path(void)
{
	char *dir = path_xdg(PATH_DATA);
	char *path = dir ? path_join(dir, "dbtop.db") : NULL;

	free(dir);
	return path;
}

static void give_up(struct store *store, enum store_health health, const char *fmt, ...)
	PRINTF(3, 4);

static void give_up(struct store *store, enum store_health health, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(store->why, sizeof(store->why), fmt, ap);
	va_end(ap);
	snprintf(store->words, sizeof(store->words), "notes are %s: %s",
		health == STORE_CLOSED ? "off" : "read-only", store->why);
	store->health = health;
	if (health == STORE_CLOSED)
		db_close(&store->db);
	log_write(LOG_LEVEL_WARN, "store", "%s", store->words);
}

/* ---- what kind of file is it? ---- */

enum file_kind { FILE_EMPTY, FILE_OURS, FILE_NEWER, FILE_FOREIGN, FILE_BROKEN };

static enum file_kind file_kind(struct store *store)
{
	struct db *db = &store->db;
	int64_t tables = db_number(db, "store-tables", DB_NONE, -1);
	int64_t application = db_number(db, "store-application", DB_NONE, -1);
	int64_t version = db_number(db, "store-version", DB_NONE, -1);

	if (tables < 0 || application < 0 || version < 0)
		return FILE_BROKEN;
	if (tables == 0 && application == 0 && version == 0)
		return FILE_EMPTY;
	if (application != APPLICATION_ID)
		return FILE_FOREIGN;
	return version > newest_version ? FILE_NEWER : FILE_OURS;
}

/* False: it must not be written to, and it has been said why. */
static bool accept_file(struct store *store)
{
	switch (file_kind(store)) {
	case FILE_EMPTY:
	case FILE_OURS: return true;
	case FILE_NEWER:
		give_up(store, STORE_CLOSED, "%s is of a newer dbtop; it was left alone",
			store->path);
		return false;
	case FILE_FOREIGN:
		give_up(store, STORE_CLOSED, "%s belongs to another program; it was left alone",
			store->path);
		return false;
	case FILE_BROKEN:
		give_up(store, STORE_CLOSED,
			"%s cannot be read (%s); it was left alone: move it away to start a new "
			"one",
			store->path, db_words(sqlite3_errcode(store->db.sqlite)));
		return false;
	}
	return false;
}

/* ---- is it sound? ---- */

struct deadline {
	const struct clock *clock;
	int64_t at_us;
};

static int is_over(void *arg)
{
	const struct deadline *deadline = arg;

	return clock_mono_us(deadline->clock) > deadline->at_us;
}

/* A look at every page, as far as a tenth of a second goes. False: damage was found. */
static bool check_pages(struct store *store)
{
	struct deadline deadline = { store->clock,
		clock_mono_us(store->clock) + CHECK_MS * INT64_C(1000) };
	sqlite3 *sqlite = store->db.sqlite;

	sqlite3_progress_handler(sqlite, CHECK_OPCODES, is_over, &deadline);
	sqlite3_stmt *statement = db_query(&store->db, "store-check", DB_NONE);
	bool is_row = db_row(statement);
	const char *text = is_row ? db_text(statement, 0) : NULL;
	bool is_sound = is_row ? text && strcmp(text, "ok") == 0
			       : (sqlite3_errcode(sqlite) & 0xff) == SQLITE_INTERRUPT;
	if (!is_sound)
		give_up(store, STORE_READ_ONLY,
			"%s is damaged (%.60s); copy what you need and move it away", store->path,
			text ? text : db_words(sqlite3_errcode(sqlite)));
	if (is_row)
		db_done(statement);
	sqlite3_progress_handler(sqlite, 0, NULL, NULL);
	return is_sound;
}

/* ---- making it ready ---- */

static bool upgrade_inside(struct store *store, struct err *e)
{
	bool ok = true;

	/* Another dbtop may have done it while this one waited for the lock. */
	int64_t version = db_number(&store->db, "store-version", DB_NONE, 0);
	for (; ok && version < newest_version; version++)
		ok = db_script(&store->db, upgrades[version], e);
	return ok;
}

/* A file that holds something is copied first: without a copy it is not touched. */
static bool upgrade(struct store *store, struct err *e)
{
	int64_t version = db_number(&store->db, "store-version", DB_NONE, 0);

	if (version == newest_version)
		return true;
	if (store->path && db_number(&store->db, "store-tables", DB_NONE, 0) > 0 &&
		!store_copy(store, version, e))
		return false;
	if (!db_begin(&store->db, DB_SYNC_NOW, e))
		return false;
	return db_end(&store->db, upgrade_inside(store, e), e);
}

/* Turning WAL on does not wait for others who are turning it on. */
static bool set_journal(struct store *store, bool is_network, struct err *e)
{
	struct db *db = &store->db;
	const char *journal = is_network ? "store-journal-network" : "store-journal-local";
	bool ok = false;

	for (int i = 0; i < WAL_TRIES && !(ok = db_script(db, journal, e)); i++) {
		if ((sqlite3_errcode(db->sqlite) & 0xff) != SQLITE_BUSY)
			return false;
		sqlite3_sleep(WAL_PAUSE_MS);
	}
	db->is_network = is_network;
	return ok && db_script(db, is_network ? "store-sync-extra" : "store-sync-full", e);
}

static void make_ready(struct store *store, bool is_network)
{
	struct err e;

	if (!accept_file(store) || !check_pages(store))
		return;
	if (!set_journal(store, is_network, &e) || !upgrade(store, &e)) {
		bool is_whole =
			db_number(&store->db, "store-version", DB_NONE, 0) == newest_version;
		give_up(store, is_whole ? STORE_READ_ONLY : STORE_CLOSED, "%s", e.text);
		return;
	}
	if (is_network)
		snprintf(store->words, sizeof(store->words),
			"notes are on a network file system: slower, and not shared well");
}

/* ---- opening ---- */

static void open_memory(struct store *store)
{
	struct err e;

	if (!db_open(&store->db, ":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &e))
		give_up(store, STORE_CLOSED, "%s", e.text);
	else if (!db_script(&store->db, "store-settings", &e) || !upgrade(store, &e))
		give_up(store, STORE_CLOSED, "%s", e.text);
}

/*
 * On a medium that cannot be written, WAL's shared memory cannot be made. A file closed properly is whole
 * without it and may be taken as unchanging.
 */
static bool open_unchanging(struct store *store, struct err *e)
{
	char *wal = mem_printf("%s-wal", store->path);
	char *uri = mem_printf("file:%s?immutable=1", store->path);
	bool ok = !path_is_file(wal) && !strpbrk(store->path, "?#%") &&
		  db_open(&store->db, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, e);

	free(uri);
	free(wal);
	return ok;
}

static void open_read_only(struct store *store, const char *why)
{
	struct err e;
	bool ok = db_open(&store->db, store->path, SQLITE_OPEN_READONLY, &e);

	if (ok && db_number(&store->db, "store-tables", DB_NONE, -1) < 0) {
		db_close(&store->db);
		ok = open_unchanging(store, &e);
	}
	if (!ok) {
		give_up(store, STORE_CLOSED, "%s", why);
		return;
	}
	if (!accept_file(store))
		return;
	if (db_number(&store->db, "store-version", DB_NONE, 0) != newest_version)
		give_up(store, STORE_CLOSED, "%s", why);
	else
		give_up(store, STORE_READ_ONLY, "%s", why);
}

static void open_file(struct store *store, const struct place *place)
{
	struct err e;

	store->path = mem_strdup(place->path);
	if (place->is_fixed) {
		open_read_only(store, "its folder cannot be written");
		return;
	}
	if (!db_open(&store->db, place->path, SQLITE_OPEN_READWRITE, &e)) {
		open_read_only(store, e.text);
		return;
	}
	/* SQLite opens what cannot be written for reading, without a word. */
	if (sqlite3_db_readonly(store->db.sqlite, "main") == 1) {
		db_close(&store->db);
		open_read_only(store, db_words(SQLITE_READONLY));
		return;
	}
	if (!db_script(&store->db, "store-settings", &e))
		give_up(store, STORE_CLOSED, "%s: %s", place->path, e.text);
	else
		make_ready(store, place->is_network);
}

struct store *store_open(const char *path, const struct clock *clock)
{
	struct store *store = mem_new(struct store);
	char *own = path ? NULL : store_default_path();
	const char *wanted = path ? path : own;
	struct place place = { 0 };
	struct err e;

	store->clock = clock;
	if (!wanted)
		give_up(store, STORE_CLOSED, "there is no home folder (HOME is not set)");
	else if (strcmp(wanted, ":memory:") == 0)
		open_memory(store);
	else if (!place_prepare(&place, wanted, &e))
		give_up(store, STORE_CLOSED, "%s", e.text);
	else
		open_file(store, &place);
	place_release(&place);
	free(own);
	return store;
}

void store_close(struct store *store)
{
	struct err ignored; /* who cannot write has said so */

	if (!store)
		return;
	(void)!store_run_flush(store, &ignored);
	store_waiting_drop(store);
	db_close(&store->db);
	free(store->path);
	free(store);
}

/* ---- in use ---- */

enum store_health store_health(const struct store *store)
{
	return store->health;
}

const char *store_words(const struct store *store)
{
	return *store->trouble ? store->trouble : store->words;
}

const char *store_path(const struct store *store)
{
	return store->path ? store->path : "";
}

int64_t store_changes(struct store *store, enum store_topic topic)
{
	static const char *const words[] = {
		[STORE_NOTES] = "notes",
		[STORE_PLANS] = "plans",
		[STORE_RUNS] = "runs",
	};
	return db_number(&store->db, "store-changes", DB_VALUES(DB_TEXT(words[topic])), 0);
}

int64_t store_now(const struct store *store)
{
	return clock_wall_us(store->clock);
}

/* A conflict or a wrong word is the caller's; the rest is the file's. */
static bool end_with(struct store *store, bool ok, struct err *e)
{
	if (ok) {
		*store->trouble = '\0';
		return true;
	}
	if (e->kind != ERR_STORE)
		return false;
	char *why = mem_strdup(e->text);
	snprintf(store->trouble, sizeof(store->trouble), "notes are read-only: %s", why);
	snprintf(e->text, sizeof(e->text), "the store cannot be written: %s", why);
	free(why);
	log_write(LOG_LEVEL_WARN, "store", "%s (%s)", e->text, e->detail);
	return false;
}

bool store_begin(struct store *store, enum db_sync sync, struct err *e)
{
	if (store->health != STORE_WRITABLE)
		return err_set(e, ERR_STORE, "the store cannot be written: %s", store->why);
	if (!db_begin(&store->db, sync, e))
		return end_with(store, false, e);
	if (store_waiting_write(store, e))
		return true;
	return end_with(store, db_end(&store->db, false, e), e);
}

bool store_end(struct store *store, bool ok, struct err *e)
{
	bool is_kept = db_end(&store->db, ok, e);

	if (is_kept)
		store_waiting_drop(store);
	return end_with(store, is_kept, e);
}

bool store_write(struct store *store, enum db_sync sync, const char *name, struct db_values values,
	struct err *e)
{
	return store_begin(store, sync, e) &&
	       store_end(store, db_run(&store->db, name, values, e), e);
}

const char *store_sqlite_version(void)
{
	return sqlite3_libversion();
}
