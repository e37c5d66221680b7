// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/store_note.h"

#include "base/mem.h"
#include "base/str.h"
#include "store/store_private.h"

static int64_t last_id(struct store *store)
{
	return sqlite3_last_insert_rowid(store->db.sqlite);
}

static bool add_content(
	struct store *store, const struct note *note, bool is_deleted, int64_t *id, struct err *e)
{
	const char *object = note->pin == PIN_NONE ? NULL : note->object;

	if (!db_run(&store->db, "store-note-content",
		    DB_VALUES(DB_TEXT(note->text ? note->text : ""),
			    DB_TEXT(note_pin_word(note->pin)), DB_TEXT(object), DB_INT(note->at_us),
			    DB_INT(note->is_todo), DB_INT(note->is_done), DB_INT(is_deleted)),
		    e))
		return false;
	*id = last_id(store);
	return true;
}

struct change {
	int64_t note, from, to;
	const char *target, *author;
	int64_t at_us;
};

/* What was undone before cannot be redone after a new edit. */
static bool remember(struct store *store, const struct change *c, struct err *e)
{
	return db_run(&store->db, "store-note-forget-undone",
		       DB_VALUES(DB_TEXT(c->target), DB_TEXT(c->author)), e) &&
	       db_run(&store->db, "store-note-edit-new",
		       DB_VALUES(DB_INT(c->note), DB_TEXT(c->target), DB_TEXT(c->author),
			       DB_INT(c->at_us), DB_INT(c->from), DB_INT(c->to)),
		       e);
}

/* Undoing the making of a note deletes it, so its first edit comes from a deleted content. */
static bool add_inside(struct store *store, struct note *note, int64_t now, struct err *e)
{
	struct change c = { .target = note->target, .author = note->author, .at_us = now };

	if (!add_content(store, note, true, &c.from, e) ||
		!add_content(store, note, false, &c.to, e) ||
		!db_run(&store->db, "store-note-new",
			DB_VALUES(DB_TEXT(note->target), DB_TEXT(note->author), DB_INT(now),
				DB_INT(c.to)),
			e))
		return false;
	c.note = last_id(store);
	if (!remember(store, &c, e))
		return false;
	note->id = c.note;
	return true;
}

bool store_note_add(struct store *store, struct note *note, struct err *e)
{
	int64_t now = store_now(store);

	assert_always(note->target && note->author, "a note without target or author");
	if (!store_begin(store, DB_SYNC_NOW, e) ||
		!store_end(store, add_inside(store, note, now, e), e)) {
		note->id = 0;
		return false;
	}
	note->version = 1;
	note->created_us = note->edited_us = now;
	return true;
}

struct state {
	int64_t version, content;
};

static bool read_state(struct store *store, int64_t id, struct state *state, struct err *e)
{
	sqlite3_stmt *row = db_query(&store->db, "store-note-state", DB_VALUES(DB_INT(id)));

	if (!db_row(row))
		return err_set(e, ERR_USAGE, "there is no note #%lld", (long long)id);
	state->version = db_int(row, 0);
	state->content = db_int(row, 1);
	db_done(row);
	return true;
}

static bool fails_changed(int64_t id, struct err *e)
{
	err_set(e, ERR_CONFLICT, "note #%lld was changed by somebody else", (long long)id);
	return err_hint(e, "look at it again, then repeat the edit");
}

/* Moves the pointer; whoever moved it since keeps what he did. */
static bool point(struct store *store, int64_t id, int64_t from, int64_t to, struct err *e)
{
	if (!db_run(&store->db, "store-note-point",
		    DB_VALUES(DB_INT(id), DB_INT(from), DB_INT(to), DB_INT(store_now(store))), e))
		return false;
	return sqlite3_changes(store->db.sqlite) == 1 || fails_changed(id, e);
}

static bool edit_inside(
	struct store *store, const struct note *note, const char *author, struct err *e)
{
	struct change c = { .note = note->id, .target = note->target, .author = author };
	struct state state = { 0 };

	if (!read_state(store, note->id, &state, e))
		return false;
	if (state.version != note->version)
		return fails_changed(note->id, e);
	c.from = state.content;
	c.at_us = store_now(store);
	return add_content(store, note, note->is_deleted, &c.to, e) &&
	       point(store, note->id, c.from, c.to, e) && remember(store, &c, e);
}

bool store_note_edit(struct store *store, struct note *note, const char *author, struct err *e)
{
	if (!store_begin(store, DB_SYNC_NOW, e) ||
		!store_end(store, edit_inside(store, note, author, e), e))
		return false;
	note->version++;
	note->edited_us = store_now(store);
	return true;
}

bool store_note_set_done(
	struct store *store, struct note *note, bool is_done, const char *author, struct err *e)
{
	bool was_done = note->is_done, was_todo = note->is_todo;

	note->is_done = is_done;
	note->is_todo = true;
	if (store_note_edit(store, note, author, e))
		return true;
	note->is_done = was_done;
	note->is_todo = was_todo;
	return false;
}

bool store_note_delete(struct store *store, struct note *note, const char *author, struct err *e)
{
	note->is_deleted = true;
	if (store_note_edit(store, note, author, e))
		return true;
	note->is_deleted = false;
	return false;
}

/* ---- undo and redo ---- */

struct turn {
	/* the text that finds the edit, with the content to leave and the one to take */
	const char *next;
	bool is_undone; /* afterwards */
};

static const struct turn turn_undo = { "store-note-undo-next", true };
static const struct turn turn_redo = { "store-note-redo-next", false };

static bool turn_inside(struct store *store, const struct turn *turn, struct db_values whose,
	int64_t *id, struct err *e)
{
	sqlite3_stmt *row = db_query(&store->db, turn->next, whose);

	if (!db_row(row))
		return true;
	int64_t edit = db_int(row, 0), note = db_int(row, 1);
	int64_t from = db_int(row, 2), to = db_int(row, 3);
	db_done(row);
	if (!point(store, note, from, to, e) ||
		!db_run(&store->db, "store-note-edit-mark",
			DB_VALUES(DB_INT(edit), DB_INT(turn->is_undone)), e))
		return false;
	*id = note;
	return true;
}

static bool take_turn(struct store *store, const struct turn *turn, struct db_values whose,
	int64_t *id, struct err *e)
{
	*id = 0;
	return store_begin(store, DB_SYNC_NOW, e) &&
	       store_end(store, turn_inside(store, turn, whose, id, e), e);
}

bool store_note_undo(
	struct store *store, const char *target, const char *author, int64_t *id, struct err *e)
{
	return take_turn(store, &turn_undo, DB_VALUES(DB_TEXT(target), DB_TEXT(author)), id, e);
}

bool store_note_redo(
	struct store *store, const char *target, const char *author, int64_t *id, struct err *e)
{
	return take_turn(store, &turn_redo, DB_VALUES(DB_TEXT(target), DB_TEXT(author)), id, e);
}

void store_note_undo_depth(
	struct store *store, const char *target, const char *author, int64_t *undo, int64_t *redo)
{
	sqlite3_stmt *row = db_query(
		&store->db, "store-note-depth", DB_VALUES(DB_TEXT(target), DB_TEXT(author)));

	*undo = *redo = 0;
	if (!db_row(row))
		return;
	*undo = db_int(row, 0);
	*redo = db_int(row, 1);
	db_done(row);
}

/* ---- reading ---- */

static enum note_pin pin_of(const char *word)
{
	for (int pin = PIN_MIGRATION; pin <= PIN_REPLICA; pin++) {
		if (word && strcmp(note_pin_word((enum note_pin)pin), word) == 0)
			return (enum note_pin)pin;
	}
	return PIN_NONE;
}

static char *own(sqlite3_stmt *row, int column)
{
	return mem_strdup(db_text(row, column));
}

static struct note read_note(sqlite3_stmt *row)
{
	return (struct note){
		.id = db_int(row, 0),
		.version = db_int(row, 1),
		.target = own(row, 2),
		.text = own(row, 3),
		.author = own(row, 4),
		.pin = pin_of(db_text(row, 5)),
		.object = own(row, 6),
		.at_us = db_int(row, 7),
		.created_us = db_int(row, 8),
		.edited_us = db_int(row, 9),
		.is_todo = db_int(row, 10) == 1,
		.is_done = db_int(row, 11) == 1,
		.is_deleted = db_int(row, 12) == 1,
	};
}

/* "50%" is searched as it is written. */
static char *like_pattern(const char *search)
{
	struct str out = { 0 };

	str_add_char(&out, '%');
	for (; *search; search++) {
		if (strchr("%_!", *search))
			str_add_char(&out, '!');
		str_add_char(&out, *search);
	}
	str_add_char(&out, '%');
	return str_detach(&out);
}

static bool list(struct store *store, const struct note_filter *f, int64_t id,
	struct note_list *list, struct err *e)
{
	char *pattern = f->search ? like_pattern(f->search) : NULL;
	sqlite3_stmt *row = db_query(&store->db, "store-note-list",
		DB_VALUES(DB_TEXT(f->target), DB_TEXT(note_pin_word(f->pin)), DB_TEXT(f->object),
			DB_TEXT(pattern), DB_INT(f->only_open), DB_INT(f->with_deleted),
			DB_INT(f->limit ? (int64_t)f->limit : -1), DB_INT(id)));

	while (db_row(row)) {
		list->items =
			mem_room(list->items, list->count, &list->capacity, sizeof(*list->items));
		list->items[list->count++] = read_note(row);
	}
	free(pattern);
	/* A closed store has no notes; one that cannot be read says so. */
	if (!store->db.sqlite)
		return true;
	int code = sqlite3_errcode(store->db.sqlite) & 0xff;
	return code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW ||
	       db_fail(&store->db, e);
}

bool store_note_list(struct store *store, const struct note_filter *filter, struct note_list *notes,
	struct err *e)
{
	return list(store, filter, 0, notes, e);
}

bool store_note_get(struct store *store, int64_t id, struct note *note, struct err *e)
{
	struct note_list found = { 0 };
	bool ok = list(store, &(struct note_filter){ .with_deleted = true }, id, &found, e);

	if (ok && !found.count)
		ok = err_set(e, ERR_USAGE, "there is no note #%lld", (long long)id);
	if (ok) {
		*note = found.items[0];
		free(found.items);
	} else {
		note_list_release(&found);
	}
	return ok;
}
