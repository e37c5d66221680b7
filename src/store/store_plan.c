// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/store_plan.h"

#include "model/value.h"
#include "store/store_private.h"

static const char *const status_words[] = {
	[PLAN_OPEN] = "open",
	[PLAN_RUNNING] = "running",
	[PLAN_DONE] = "done",
	[PLAN_ABANDONED] = "abandoned",
};

const char *plan_status_word(enum plan_status status)
{
	return status_words[status];
}

static enum plan_status status_of(const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(status_words); i++) {
		if (word && strcmp(status_words[i], word) == 0)
			return (enum plan_status)i;
	}
	return PLAN_OPEN;
}

/* ---- saving ---- */

static bool add_steps(struct store *store, const struct stored_plan *plan, struct err *e)
{
	bool ok = true;

	for (size_t i = 0; ok && i < plan->step_count; i++) {
		const struct stored_step *s = &plan->steps[i];
		ok = db_run(&store->db, "store-plan-step-new",
			DB_VALUES(DB_INT(plan->id), DB_INT(i), DB_TEXT(s->rev), DB_TEXT(s->section),
				DB_INT(s->ordinal), DB_TEXT(s->digest_line)),
			e);
	}
	return ok;
}

static bool touch(struct store *store, int64_t plan, struct err *e)
{
	return db_run(&store->db, "store-plan-touch",
		DB_VALUES(DB_INT(plan), DB_INT(store_now(store))), e);
}

static bool save_inside(struct store *store, struct stored_plan *plan, struct err *e)
{
	plan->id = db_number(&store->db, "store-plan-find",
		DB_VALUES(DB_TEXT(plan->target), DB_TEXT(plan->digest)), 0);
	if (plan->id)
		return touch(store, plan->id, e);
	if (!db_run(&store->db, "store-plan-new",
		    DB_VALUES(DB_TEXT(plan->target), DB_TEXT(plan->digest),
			    DB_TEXT(plan->direction), DB_TEXT(plan->author),
			    DB_TEXT(plan_status_word(PLAN_OPEN)), DB_INT(store_now(store))),
		    e))
		return false;
	plan->id = sqlite3_last_insert_rowid(store->db.sqlite);
	return add_steps(store, plan, e);
}

bool store_plan_save(struct store *store, struct stored_plan *plan, struct err *e)
{
	if (store_begin(store, DB_SYNC_NOW, e) && store_end(store, save_inside(store, plan, e), e))
		return true;
	plan->id = 0;
	return false;
}

/* ---- reading ---- */

static void read_steps(struct store *store, struct arena *arena, struct stored_plan *plan)
{
	size_t capacity = 0;
	sqlite3_stmt *row = db_query(&store->db, "store-plan-steps", DB_VALUES(DB_INT(plan->id)));

	while (db_row(row)) {
		plan->steps = arena_room(
			arena, plan->steps, plan->step_count, &capacity, sizeof(*plan->steps));
		int64_t rehearsal_ms = db_int(row, 6);
		plan->steps[plan->step_count++] = (struct stored_step){
			.rev = db_copy(row, 0, arena),
			.section = db_copy(row, 1, arena),
			.ordinal = (size_t)db_int(row, 2),
			.digest_line = db_copy(row, 3, arena),
			.is_breakpoint = db_int(row, 4) == 1,
			.is_skipped = db_text(row, 5) != NULL,
			.skip_reason = db_copy(row, 5, arena),
			.rehearsal_ms = value_is_known(rehearsal_ms) ? rehearsal_ms : -1,
		};
	}
}

static void read_acks(struct store *store, struct arena *arena, struct stored_plan *plan)
{
	size_t capacity = 0;
	sqlite3_stmt *row = db_query(&store->db, "store-plan-acks", DB_VALUES(DB_INT(plan->id)));

	while (db_row(row)) {
		plan->acks = arena_room(
			arena, plan->acks, plan->ack_count, &capacity, sizeof(*plan->acks));
		plan->acks[plan->ack_count++] = (struct stored_ack){
			.step = (size_t)db_int(row, 0),
			.hazard = db_copy(row, 1, arena),
			.object = db_copy(row, 2, arena),
			.reason = db_copy(row, 3, arena),
			.author = db_copy(row, 4, arena),
			.at_us = db_int(row, 5),
		};
	}
}

bool store_plan_find(struct store *store, const char *target, const char *digest,
	struct arena *arena, struct stored_plan *plan, struct err *e)
{
	sqlite3_stmt *row = db_query(
		&store->db, "store-plan-find", DB_VALUES(DB_TEXT(target), DB_TEXT(digest)));

	*plan = (struct stored_plan){ 0 };
	*e = (struct err){ 0 };
	if (!db_row(row)) {
		int code = store->db.sqlite ? sqlite3_errcode(store->db.sqlite) & 0xff : SQLITE_OK;
		return code == SQLITE_OK || code == SQLITE_DONE ? false : db_fail(&store->db, e);
	}
	*plan = (struct stored_plan){
		.id = db_int(row, 0),
		.target = arena_strdup(arena, target),
		.digest = db_copy(row, 1, arena),
		.direction = db_copy(row, 2, arena),
		.author = db_copy(row, 3, arena),
		.status = status_of(db_text(row, 4)),
		.created_us = db_int(row, 5),
		.changed_us = db_int(row, 6),
	};
	db_done(row);
	read_steps(store, arena, plan);
	read_acks(store, arena, plan);
	return true;
}

/* ---- marks ---- */

static bool mark_inside(
	struct store *store, const char *name, int64_t plan, struct db_values values, struct err *e)
{
	if (!db_run(&store->db, name, values, e))
		return false;
	if (sqlite3_changes(store->db.sqlite) != 1)
		return err_set(e, ERR_USAGE, "the plan has no such step");
	return touch(store, plan, e);
}

static bool mark(
	struct store *store, const char *name, int64_t plan, struct db_values values, struct err *e)
{
	return store_begin(store, DB_SYNC_NOW, e) &&
	       store_end(store, mark_inside(store, name, plan, values, e), e);
}

bool store_plan_set_breakpoint(
	struct store *store, int64_t plan, size_t step, bool is_set, struct err *e)
{
	return mark(store, "store-plan-breakpoint", plan,
		DB_VALUES(DB_INT(plan), DB_INT(step), DB_INT(is_set)), e);
}

bool store_plan_set_skip(
	struct store *store, int64_t plan, size_t step, const char *reason, struct err *e)
{
	return mark(store, "store-plan-skip", plan,
		DB_VALUES(DB_INT(plan), DB_INT(step), DB_TEXT(reason)), e);
}

bool store_plan_set_rehearsal(
	struct store *store, int64_t plan, size_t step, int64_t took_ms, struct err *e)
{
	return mark(store, "store-plan-rehearsal", plan,
		DB_VALUES(DB_INT(plan), DB_INT(step), DB_INT(took_ms)), e);
}

bool store_plan_set_status(
	struct store *store, int64_t plan, enum plan_status status, struct err *e)
{
	return mark(store, "store-plan-status", plan,
		DB_VALUES(
			DB_INT(plan), DB_TEXT(plan_status_word(status)), DB_INT(store_now(store))),
		e);
}

bool store_plan_ack(struct store *store, int64_t plan, const struct stored_ack *ack, struct err *e)
{
	return mark(store, "store-plan-ack-new", plan,
		DB_VALUES(DB_INT(plan), DB_INT(ack->step), DB_TEXT(ack->hazard),
			DB_TEXT(ack->object), DB_TEXT(ack->reason), DB_TEXT(ack->author),
			DB_INT(store_now(store))),
		e);
}
