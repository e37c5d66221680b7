/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Forms: what the first words of a statement say. One table of heads gives the server's command tag and, for
 * plain forms, all there is to know; for what nobody can parse it is the best guess.
 */
#ifndef DBTOP_PARSE_FORMS_H
#define DBTOP_PARSE_FORMS_H

#include "model/statement.h"
#include "parse/reader.h"

/* Where the object's name stands behind the head. */
enum form_name {
	NAME_NONE,
	NAME_FIRST,    /* [IF [NOT] EXISTS] [ONLY] name */
	NAME_RELATION, /* the same, and it is what the lock is on */
	NAME_ON,       /* [name] … ON [ONLY] table */
	NAME_PART,     /* name ON table: the table is the object, the name a part of it */
	NAME_RULE,     /* the same, with the table behind TO */
	NAME_COMMENT,  /* COMMENT ON COLUMN: the last part is the column */
};

struct form {
	const char *head; /* words in capitals */
	const char *tag;  /* NULL = the head */
	enum action_kind kind;
	enum form_name name;
	enum transaction_verb txn;
	bool is_settled; /* the head says it all: never parsed */
	bool is_lone;	 /* beyond what the kind says */
	bool is_read_only;
};

struct form_match {
	const struct form *form; /* NULL: no known head */
	/* kind, object, table, if_exists, is_temporary; lock and rest from the rule */
	struct action action;
	bool has_replace;
	struct reader rest; /* behind the head's words */
};

/* Names go to the arena. */
void form_match(struct span text, struct arena *arena, struct form_match *match);

#endif
