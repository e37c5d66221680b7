/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Facts: the pen that writes a statement's actions, for the readers of tokens and of trees. Of parse/ only.
 */
#ifndef DBTOP_PARSE_FACTS_H
#define DBTOP_PARSE_FACTS_H

#include "base/arena.h"
#include "model/statement.h"
#include "parse/forms.h"

struct facts {
	struct arena *arena;
	struct statement *statement;
	const struct form_match *match;
	size_t capacity; /* of statement->actions */
};

/* Forget what was found. */
void facts_clear(struct facts *facts);

/* A new action, its lock by the rule; borrowed until the next one. Sets is_lone when the kind is. */
struct action *facts_add(struct facts *facts, enum action_kind kind, struct object_name object,
	struct object_name table);
/* For a table: object and lock are the same. */
struct action *facts_add_table(
	struct facts *facts, enum action_kind kind, struct object_name table);
/* Put a copy of an action made elsewhere. */
struct action *facts_put(struct facts *facts, const struct action *action);
/* ACCESS SHARE or more on a relation that is read; one action a relation. */
void facts_add_read(struct facts *facts, struct object_name table, enum lock_mode lock);

/* Tokens that settle a statement: true when they did. */
bool quick_describe(struct facts *facts);

/* PostgreSQL's parser, on the calling thread: false when it refuses the text. */
bool tree_describe(struct facts *facts);

#endif
