/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Actions: the one table of what each action locks, reads and writes anew, as measured on PostgreSQL 13 to 18.
 */
#ifndef DBTOP_PARSE_ACTIONS_H
#define DBTOP_PARSE_ACTIONS_H

#include "model/statement.h"

struct action_rule {
	const char *word;    /* "create-index": for JSON, tests and logs */
	enum lock_mode lock; /* on action.table */
	/* on the other table of the same deed: referenced, attached, referencing */
	enum lock_mode partner;
	bool scan, rewrite;
	bool is_lone; /* may not stand in a transaction block */
	bool needs_table; /* the lock is there only if a relation is named: a COMMENT ON FUNCTION has none */
};

const struct action_rule *action_rule(enum action_kind kind);

/* Fill lock, scan and rewrite of an action whose kind and table are known. */
void action_apply_rule(struct action *action);

#endif
