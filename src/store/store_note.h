/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Notes in the store. A note points at an immutable content row; an edit is a pair of contents. So undo and redo are
 * moves of the pointer, survive a restart, and are refused when somebody else moved it meanwhile.
 */
#ifndef DBTOP_STORE_STORE_NOTE_H
#define DBTOP_STORE_STORE_NOTE_H

#include "model/note.h"
#include "store/store.h"

/* Saves a new note: target, text, author, pin, object, at_us, is_todo and is_done are read; id, version and times are set. */
bool store_note_add(struct store *store, struct note *note, struct err *e) MUST_CHECK;
/*
 * Saves text, pin, object, at_us, is_todo, is_done and is_deleted of note->id, if its version is still note->version;
 * else ERR_CONFLICT, and nothing is changed. `author` is who edits. On success version and edited_us are set.
 */
bool store_note_edit(
	struct store *store, struct note *note, const char *author, struct err *e) MUST_CHECK;
/* The same, of one mark. */
bool store_note_set_done(struct store *store, struct note *note, bool is_done, const char *author,
	struct err *e) MUST_CHECK;
bool store_note_delete(
	struct store *store, struct note *note, const char *author, struct err *e) MUST_CHECK;

/* Undo the newest edit of that author on that target, redo the one undone last. *id = the note, 0 = nothing to do. */
bool store_note_undo(struct store *store, const char *target, const char *author, int64_t *id,
	struct err *e) MUST_CHECK;
bool store_note_redo(struct store *store, const char *target, const char *author, int64_t *id,
	struct err *e) MUST_CHECK;
/* How many steps each could take. */
void store_note_undo_depth(
	struct store *store, const char *target, const char *author, int64_t *undo, int64_t *redo);

struct note_filter {
	const char *target; /* NULL = all */
	enum note_pin pin;  /* PIN_NONE = any */
	const char *object; /* with a pin; NULL = any */
	const char *search; /* in text and object, whatever the case of ASCII letters; NULL = all */
	bool only_open;	    /* todos not done yet */
	bool with_deleted;
	size_t limit; /* 0 = all */
};

/* Newest first, into an empty list (note_list_release). */
bool store_note_list(struct store *store, const struct note_filter *filter, struct note_list *list,
	struct err *e) MUST_CHECK;
/* ERR_USAGE when there is no such note. Owned by the caller (note_release). */
bool store_note_get(struct store *store, int64_t id, struct note *note, struct err *e) MUST_CHECK;

#endif
