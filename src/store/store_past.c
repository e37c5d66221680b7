// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What the journal knows of a migration that never came to its end: read from its intents, newest first, up to where
 * it was last complete or went the other way.
 */
#include "store/store_run.h"

#include "base/mem.h"
#include "model/value.h"
#include "store/store_private.h"

enum { STEPS_MAX = 4096 };

enum {
	COLUMN_REV,
	COLUMN_DIRECTION,
	COLUMN_ORDINAL,
	COLUMN_ORDINAL_COUNT,
	COLUMN_IS_LONE,
	COLUMN_SHA256,
	COLUMN_XID,
	COLUMN_RUN,
	COLUMN_BACKEND_PID,
	COLUMN_AT_US,
	COLUMN_RESULT,
	COLUMN_TIMELINE,
};

struct tale {
	struct stored_past open; /* the newest intent without an outcome; rev NULL = none */
	size_t open_ordinal, ordinal_count;
	const char *rev, *direction;
	bool is_done[STEPS_MAX];
};

static struct stored_past read_open(sqlite3_stmt *row, struct arena *arena)
{
	return (struct stored_past){
		.rev = db_copy(row, COLUMN_REV, arena),
		.direction = db_copy(row, COLUMN_DIRECTION, arena),
		.is_open = true,
		.is_lone = db_int(row, COLUMN_IS_LONE) == 1,
		.step_sha256 = db_copy(row, COLUMN_SHA256, arena),
		.xid = db_copy(row, COLUMN_XID, arena),
		.run_id = db_copy(row, COLUMN_RUN, arena),
		.timeline = db_int(row, COLUMN_TIMELINE),
		.backend_pid = db_int(row, COLUMN_BACKEND_PID),
		.at_us = db_int(row, COLUMN_AT_US),
	};
}

/* One intent more, an older one. False: what is older belongs to another doing. */
static bool hear(struct tale *tale, sqlite3_stmt *row, struct arena *arena)
{
	const char *rev = db_copy(row, COLUMN_REV, arena);
	const char *direction = db_copy(row, COLUMN_DIRECTION, arena);
	const char *result = db_copy(row, COLUMN_RESULT, arena);
	size_t ordinal = (size_t)db_int(row, COLUMN_ORDINAL);
	size_t count = (size_t)db_int(row, COLUMN_ORDINAL_COUNT);
	bool is_done = result && (strcmp(result, "done") == 0 || strcmp(result, "skipped") == 0);

	if (!tale->rev) {
		tale->rev = rev;
		tale->direction = direction;
		tale->ordinal_count = count;
		if (!result) {
			tale->open = read_open(row, arena);
			tale->open_ordinal = ordinal;
		}
	} else if (strcmp(rev, tale->rev) != 0 || strcmp(direction, tale->direction) != 0 ||
		   (is_done && ordinal == count)) {
		return false;
	}
	if (is_done && ordinal < STEPS_MAX)
		tale->is_done[ordinal] = true;
	return true;
}

bool store_run_past(struct store *store, const struct identity *identity, const char *rev,
	struct arena *arena, struct stored_past *past)
{
	struct tale *tale = mem_new(struct tale);

	store_waiting_show(store);
	sqlite3_stmt *row = db_query(&store->db, "store-intent-past",
		DB_VALUES(DB_TEXT(identity->system_identifier), DB_INT(identity->database_oid),
			DB_TEXT(rev)));

	bool more = true;
	while (more && db_row(row))
		more = hear(tale, row, arena);
	if (!more)
		db_done(row);
	size_t done = 0;
	while (done + 1 < STEPS_MAX && tale->is_done[done + 1])
		done++;
	bool is_unfinished =
		tale->rev && done < tale->ordinal_count && (done > 0 || tale->open.rev);
	if (is_unfinished) {
		bool is_open = tale->open.rev && tale->open_ordinal == done + 1;
		*past = is_open ? tale->open
				: (struct stored_past){ .rev = tale->rev,
					  .direction = tale->direction };
		past->steps_done = done;
	}
	free(tale);
	return is_unfinished;
}

size_t store_run_applied_before(struct store *store, const struct identity *identity,
	struct arena *arena, struct stored_applied **applied)
{
	size_t count = 0, capacity = 0;

	*applied = NULL;
	if (!value_is_known(identity->timeline) || identity->timeline < 2)
		return 0;
	store_waiting_show(store);
	sqlite3_stmt *row = db_query(&store->db, "store-intent-lost",
		DB_VALUES(DB_TEXT(identity->system_identifier), DB_INT(identity->database_oid),
			DB_INT(identity->timeline)));
	for (; db_row(row); count++) {
		*applied = arena_room(arena, *applied, count, &capacity, sizeof(**applied));
		(*applied)[count] = (struct stored_applied){
			.rev = db_copy(row, 0, arena),
			.timeline = db_int(row, 1),
			.at_us = db_int(row, 2),
		};
	}
	return count;
}
