// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/store_run.h"

#include "base/mem.h"
#include "base/secret.h"
#include "model/value.h"
#include "store/store_private.h"

/* ---- an outcome that waits for the next write ---- */

static bool outcome_write(struct store *store, const struct store_waiting *w, struct err *e)
{
	return db_run(&store->db, "store-intent-outcome",
		DB_VALUES(DB_TEXT(w->run_id), DB_TEXT(w->rev), DB_INT(w->step), DB_TEXT("done"),
			DB_TEXT(NULL), DB_INT(w->took_ms), DB_TEXT(NULL), DB_INT(w->ended_us)),
		e);
}

bool store_waiting_write(struct store *store, struct err *e)
{
	return !store->waiting.rev || outcome_write(store, &store->waiting, e);
}

void store_waiting_drop(struct store *store)
{
	free(store->waiting.run_id);
	free(store->waiting.rev);
	store->waiting = (struct store_waiting){ 0 };
}

bool store_run_flush(struct store *store, struct err *e)
{
	return !store->waiting.rev ||
	       (store_begin(store, DB_SYNC_LATER, e) && store_end(store, true, e));
}

void store_waiting_show(struct store *store)
{
	struct err ignored;

	(void)!store_run_flush(store, &ignored);
}

static bool outcome_wait(struct store *store, const struct stored_outcome *o, struct err *e)
{
	if (!store_run_flush(store, e))
		return false;
	store->waiting = (struct store_waiting){ .run_id = mem_strdup(o->run_id),
		.rev = mem_strdup(o->rev),
		.step = (int64_t)o->step,
		.took_ms = o->took_ms,
		.ended_us = store_now(store) };
	return true;
}

bool store_run_start(struct store *store, const struct stored_run *run, struct err *e)
{
	int64_t started_us = run->started_us ? run->started_us : store_now(store);

	return store_write(store, DB_SYNC_LATER, "store-run-new",
		DB_VALUES(DB_TEXT(run->id), DB_TEXT(run->target), DB_TEXT(run->digest),
			DB_TEXT(run->direction), DB_TEXT(run->actor),
			DB_TEXT(run->system_identifier), DB_INT(run->database_oid),
			DB_INT(started_us)),
		e);
}

bool store_run_end(struct store *store, const char *run_id, int64_t exit_code, int64_t steps_done,
	const char *words, struct err *e)
{
	return store_write(store, DB_SYNC_NOW, "store-run-end",
		DB_VALUES(DB_TEXT(run_id), DB_INT(store_now(store)), DB_INT(exit_code),
			DB_INT(steps_done), DB_TEXT(words)),
		e);
}

size_t store_run_list(struct store *store, const char *target, size_t limit, struct arena *arena,
	struct stored_run **runs)
{
	size_t count = 0, capacity = 0;
	sqlite3_stmt *row =
		db_query(&store->db, "store-run-list", DB_VALUES(DB_TEXT(target), DB_INT(limit)));

	for (*runs = NULL; db_row(row); count++) {
		*runs = arena_room(arena, *runs, count, &capacity, sizeof(**runs));
		int64_t ended_us = db_int(row, 8), exit_code = db_int(row, 9);
		(*runs)[count] = (struct stored_run){
			.id = db_copy(row, 0, arena),
			.target = db_copy(row, 1, arena),
			.digest = db_copy(row, 2, arena),
			.direction = db_copy(row, 3, arena),
			.actor = db_copy(row, 4, arena),
			.system_identifier = db_copy(row, 5, arena),
			.database_oid = db_int(row, 6),
			.started_us = db_int(row, 7),
			.ended_us = value_is_known(ended_us) ? ended_us : 0,
			.exit_code = value_is_known(exit_code) ? exit_code : VALUE_NONE,
			.steps_done = db_int(row, 10),
			.words = db_copy(row, 11, arena),
		};
	}
	return count;
}

/* ---- the journal ---- */

static bool intent_inside(struct store *store, const struct stored_intent *i, struct err *e)
{
	const struct identity *server = i->identity;
	int64_t now = store_now(store);

	return db_run(&store->db, "store-intent-replace",
		       DB_VALUES(DB_TEXT(i->run_id), DB_TEXT(i->rev), DB_INT(i->step), DB_INT(now)),
		       e) &&
	       db_run(&store->db, "store-intent-new",
		       DB_VALUES(DB_TEXT(i->run_id), DB_TEXT(i->rev), DB_TEXT(i->direction),
			       DB_INT(i->step), DB_INT(i->ordinal), DB_INT(i->ordinal_count),
			       DB_INT(i->is_lone), DB_INT(i->attempt), DB_TEXT(i->step_sha256),
			       DB_TEXT(i->xid), DB_INT(server->backend_pid),
			       DB_TEXT(server->system_identifier), DB_INT(server->timeline),
			       DB_INT(server->database_oid), DB_INT(now)),
		       e);
}

bool store_run_intent(struct store *store, const struct stored_intent *intent, struct err *e)
{
	enum db_sync sync = intent->may_sync_later ? DB_SYNC_LATER : DB_SYNC_NOW;

	return store_begin(store, sync, e) && store_end(store, intent_inside(store, intent, e), e);
}

bool store_run_outcome(struct store *store, const struct stored_outcome *o, struct err *e)
{
	if (o->may_wait && store->health == STORE_WRITABLE)
		return outcome_wait(store, o, e);
	if (strcmp(o->result, "unknown") == 0)
		return store_write(store, DB_SYNC_LATER, "store-intent-unknown",
			DB_VALUES(DB_TEXT(o->run_id), DB_TEXT(o->rev), DB_INT(o->step),
				DB_TEXT(o->database), DB_INT(o->took_ms), DB_TEXT(o->error)),
			e);
	return store_write(store, DB_SYNC_LATER, "store-intent-outcome",
		DB_VALUES(DB_TEXT(o->run_id), DB_TEXT(o->rev), DB_INT(o->step), DB_TEXT(o->result),
			DB_TEXT(o->database), DB_INT(o->took_ms), DB_TEXT(o->error),
			DB_INT(store_now(store))),
		e);
}

bool store_run_settle(struct store *store, const struct identity *identity, const char *rev,
	const char *result, struct err *e)
{
	return store_write(store, DB_SYNC_NOW, "store-intent-settle",
		DB_VALUES(DB_TEXT(identity->system_identifier), DB_INT(identity->database_oid),
			DB_TEXT(rev), DB_TEXT(result), DB_INT(store_now(store))),
		e);
}

bool store_run_find_open(struct store *store, const struct identity *identity, const char *rev,
	struct arena *arena, struct stored_open_intent *open)
{
	store_waiting_show(store);
	sqlite3_stmt *row = db_query(&store->db, "store-intent-open",
		DB_VALUES(DB_TEXT(identity->system_identifier), DB_INT(identity->database_oid),
			DB_TEXT(rev)));

	if (!db_row(row))
		return false;
	*open = (struct stored_open_intent){
		.run_id = db_copy(row, 0, arena),
		.target = db_copy(row, 1, arena),
		.rev = db_copy(row, 2, arena),
		.direction = db_copy(row, 3, arena),
		.step = (size_t)db_int(row, 4),
		.ordinal = (size_t)db_int(row, 5),
		.is_lone = db_int(row, 6) == 1,
		.step_sha256 = db_copy(row, 7, arena),
		.xid = db_copy(row, 8, arena),
		.actor = db_copy(row, 9, arena),
		.backend_pid = db_int(row, 10),
		.at_us = db_int(row, 11),
	};
	db_done(row);
	return true;
}

/* ---- the story ---- */

bool store_run_log(
	struct store *store, const char *run_id, const char *level, const char *text, struct err *e)
{
	char *masked = secret_mask_new(text);
	bool ok = store_write(store, DB_SYNC_LATER, "store-run-log-new",
		DB_VALUES(
			DB_TEXT(run_id), DB_INT(store_now(store)), DB_TEXT(level), DB_TEXT(masked)),
		e);

	free(masked);
	return ok;
}

size_t store_run_log_list(struct store *store, const char *run_id, struct arena *arena,
	struct stored_log_line **lines)
{
	size_t count = 0, capacity = 0;
	sqlite3_stmt *row = db_query(&store->db, "store-run-log-list", DB_VALUES(DB_TEXT(run_id)));

	for (*lines = NULL; db_row(row); count++) {
		*lines = arena_room(arena, *lines, count, &capacity, sizeof(**lines));
		(*lines)[count] = (struct stored_log_line){
			.at_us = db_int(row, 0),
			.level = db_copy(row, 1, arena),
			.text = db_copy(row, 2, arena),
		};
	}
	return count;
}

bool store_run_loss(struct store *store, const struct stored_loss *loss, struct err *e)
{
	enum db_sync sync = loss->may_sync_later ? DB_SYNC_LATER : DB_SYNC_NOW;

	return store_write(store, sync, "store-run-loss-new",
		DB_VALUES(DB_TEXT(loss->run_id), DB_TEXT(loss->rev), DB_TEXT(loss->schema),
			DB_TEXT(loss->name), DB_INT(loss->rows), DB_INT(loss->bytes),
			DB_INT(store_now(store))),
		e);
}

size_t store_run_loss_list(
	struct store *store, const char *rev, struct arena *arena, struct stored_loss **losses)
{
	size_t count = 0, capacity = 0;
	sqlite3_stmt *row = db_query(&store->db, "store-run-loss-list", DB_VALUES(DB_TEXT(rev)));

	for (*losses = NULL; db_row(row); count++) {
		*losses = arena_room(arena, *losses, count, &capacity, sizeof(**losses));
		(*losses)[count] = (struct stored_loss){
			.run_id = db_copy(row, 0, arena),
			.rev = db_copy(row, 1, arena),
			.schema = db_copy(row, 2, arena),
			.name = db_copy(row, 3, arena),
			.rows = db_int(row, 4),
			.bytes = db_int(row, 5),
			.at_us = db_int(row, 6),
		};
	}
	return count;
}
