// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/samples.h"

#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/path.h"
#include "store/db.h"
#include "store/place.h"

enum { APPLICATION_ID = 0x64627473 /* "dbts" */, VERSION = 1 };

struct samples {
	struct db db;
};

static char *default_path(void)
{
	char *dir = path_xdg(PATH_DATA);
	char *path = dir ? path_join(dir, "samples.db") : NULL;

	free(dir);
	return path;
}

static bool make_tables(struct db *db, struct err *e)
{
	return db_begin(db, DB_SYNC_LATER, e) &&
	       db_end(db, db_script(db, "store-samples-schema", e), e);
}

/* True: it can be used. *is_useless: it is damaged or of another version, and nothing in it is worth keeping. */
static bool open_at(
	struct samples *samples, const struct place *place, bool *is_useless, struct err *e)
{
	struct db *db = &samples->db;

	*is_useless = false;
	if (!db_open(db, place->path, SQLITE_OPEN_READWRITE, e))
		return false;
	const char *journal = place->is_network ? "store-journal-network" : "store-journal-local";
	bool ok = db_script(db, "store-settings", e) && db_script(db, journal, e) &&
		  db_script(db, "store-sync-later", e);
	db->is_later = true;
	int64_t tables = db_number(db, "store-tables", DB_NONE, -1);
	int64_t application = db_number(db, "store-application", DB_NONE, -1);
	if (tables == 0 && application == 0)
		return ok && make_tables(db, e);
	bool is_ours = application == APPLICATION_ID;
	int code = sqlite3_errcode(db->sqlite) & 0xff;
	*is_useless = is_ours ? db_number(db, "store-version", DB_NONE, 0) != VERSION
			      : tables < 0 && (code == SQLITE_CORRUPT || code == SQLITE_NOTADB);
	if (!is_ours && !*is_useless)
		return err_set(e, ERR_STORE, "%s belongs to another program", place->path);
	return ok && !*is_useless;
}

/* With its log, which belongs to the file that goes. */
static void throw_away(const struct place *place)
{
	static const char *const endings[] = { "", "-wal", "-shm" };

	log_write(LOG_LEVEL_WARN, "store", "%s cannot be used: recorded samples are thrown away",
		place->path);
	for (size_t i = 0; i < ARRAY_SIZE(endings); i++) {
		char *path = mem_printf("%s%s", place->path, endings[i]);
		unlink(path);
		free(path);
	}
}

static bool open_or_renew(struct samples *samples, const char *path, struct err *e)
{
	struct place place = { 0 };
	bool is_useless = false;
	bool ok = place_prepare(&place, path, e) && open_at(samples, &place, &is_useless, e);

	if (!ok && is_useless) {
		db_close(&samples->db);
		throw_away(&place);
		place_release(&place);
		ok = place_prepare(&place, path, e) && open_at(samples, &place, &is_useless, e);
	}
	place_release(&place);
	return ok;
}

struct samples *samples_open(const char *path, struct err *e)
{
	struct samples *samples = mem_new(struct samples);
	char *own = path ? NULL : default_path();
	const char *wanted = path ? path : own;
	bool ok = wanted ? open_or_renew(samples, wanted, e)
			 : err_set(e, ERR_STORE, "there is no home folder (HOME is not set)");

	free(own);
	if (ok)
		return samples;
	samples_close(samples);
	return NULL;
}

void samples_close(struct samples *samples)
{
	if (!samples)
		return;
	db_close(&samples->db);
	free(samples);
}

static bool add_inside(struct samples *samples, const char *target,
	const struct stored_sample *items, size_t count, struct err *e)
{
	bool ok = true;

	for (size_t i = 0; ok && i < count; i++)
		ok = db_run(&samples->db, "store-sample-new",
			DB_VALUES(DB_TEXT(target), DB_INT(items[i].at_us), DB_TEXT(items[i].kind),
				DB_TEXT(items[i].json)),
			e);
	return ok;
}

bool samples_add(struct samples *samples, const char *target, const struct stored_sample *items,
	size_t count, struct err *e)
{
	return db_begin(&samples->db, DB_SYNC_LATER, e) &&
	       db_end(&samples->db, add_inside(samples, target, items, count, e), e);
}

size_t samples_list(struct samples *samples, const char *target, int64_t from_us, int64_t until_us,
	struct arena *arena, struct stored_sample **items)
{
	size_t count = 0, capacity = 0;
	sqlite3_stmt *row = db_query(&samples->db, "store-sample-list",
		DB_VALUES(DB_TEXT(target), DB_INT(from_us), DB_INT(until_us)));

	for (*items = NULL; db_row(row); count++) {
		*items = arena_room(arena, *items, count, &capacity, sizeof(**items));
		(*items)[count] = (struct stored_sample){
			.at_us = db_int(row, 0),
			.kind = db_copy(row, 1, arena),
			.json = db_copy(row, 2, arena),
		};
	}
	return count;
}

bool samples_prune(struct samples *samples, int64_t before_us, struct err *e)
{
	return db_begin(&samples->db, DB_SYNC_LATER, e) &&
	       db_end(&samples->db,
		       db_run(&samples->db, "store-sample-prune", DB_VALUES(DB_INT(before_us)), e),
		       e);
}
