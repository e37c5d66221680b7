/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Note: an operator's text, pinned to a time and optionally to an object. Owned by the store, which hands
 * out copies.
 */
#ifndef DBTOP_MODEL_NOTE_H
#define DBTOP_MODEL_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum note_pin { PIN_NONE, PIN_MIGRATION, PIN_TARGET, PIN_SLOT, PIN_REPLICA };

struct note {
	int64_t id;	 /* 0 = not saved yet */
	int64_t version; /* compare-and-set: grows with each edit */
	char *target;	 /* name of the target; owned like all below */
	char *text;
	char *author; /* osuser@host */
	enum note_pin pin;
	char *object;  /* revision, slot …; NULL = none */
	int64_t at_us; /* the moment it is pinned to, wall */
	int64_t created_us, edited_us;
	bool is_todo, is_done, is_deleted;
};

struct note_list {
	struct note *items;
	size_t count, capacity;
};

const char *note_pin_word(enum note_pin pin); /* "migration"; "" for none */
void note_release(struct note *note);
void note_list_release(struct note_list *list);

#endif
