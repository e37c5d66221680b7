/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keymap: which key says which command line, in which scope. The defaults are a text (keys.txt, built in) in the
 * same grammar the user's keys.conf has:
 *
 *	# scope		key	command line		# what the footer says
 *	global		q	app.quit		# quit
 *	migrations	Enter	step.open		# step through
 *	global		1	view.go overview	# [1-7] view
 *
 * A scope is a panel, `list`, `text` or `global`: looked up in that order. The footer shows the bindings with words, in
 * the order of the file; `[…]` at their start stands for the key, what follows `|` for the words in a narrow one. `none` as command takes a key away. A bad line is
 * reported and skipped.
 */
#ifndef DBTOP_UI_KEYMAP_H
#define DBTOP_UI_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/span.h"
#include "ui/key.h"

struct binding {
	const char *scope;
	struct key key;
	const char *command; /* "" = taken away */
	const char *shown;   /* the key as the footer writes it */
	const char *words;   /* NULL = not in the footer */
	const char *brief;   /* the same in a narrow footer; NULL = words */
};

struct keymap {
	struct arena arena;
	struct binding *items;
	size_t count, capacity;
	const char **problems; /* "keys.conf:3: …" */
	size_t problem_count, problem_capacity;
};

/* With the built-in keys. */
void keymap_init(struct keymap *map);
void keymap_release(struct keymap *map);
/* Add a text of bindings; a later one of the same scope and key wins. */
void keymap_read(struct keymap *map, const char *file, struct span text);
/* NULL when the key says nothing in any of the scopes (ended by NULL). */
const struct binding *keymap_find(
	const struct keymap *map, const char *const *scopes, struct key key);
/* The first binding of a command line in these scopes; NULL = none. For hints: "r retries". */
const struct binding *keymap_find_command(
	const struct keymap *map, const char *const *scopes, const char *command);

#endif
