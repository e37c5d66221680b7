/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What statements do: fills in tag, parse, txn, is_lone, is_read_only and actions of model/statement.h.
 *
 * Tokens settle the frequent plain forms. What they cannot settle goes to PostgreSQL's own parser on the thread
 * of `deep`, up to DEEP_LIMIT_BYTES a statement; bigger ones are told by their tokens and marked PARSE_TOO_BIG,
 * newer syntax is told by its key words and marked PARSE_UNPARSED. Nothing here ever fails: the server decides.
 *
 * What the statement alone cannot say stays open: an index's table, the partner of a foreign key that is
 * dropped, the parent of a partition. Such an action has its lock and a table whose name is NULL, or the plan
 * finds the partner in the catalog.
 */
#ifndef DBTOP_PARSE_STATEMENT_H
#define DBTOP_PARSE_STATEMENT_H

#include "base/arena.h"
#include "model/statement.h"
#include "parse/deep.h"

/* Blocks until done; meant for a worker thread when scripts are long. Names and actions go to the arena. */
void statement_describe(struct statement *statement, struct arena *arena, struct deep *deep);

/* As statement_describe() for each, with one hand-over for all of them. */
void statements_describe(
	struct statement *statements, size_t count, struct arena *arena, struct deep *deep);

/*
 * ALTER COLUMN TYPE: may the rows stay as they are? Types as format_type() prints them or as a script writes
 * them: "character varying(20)" to "varchar(40)", "text". Only what is safe on 13 to 18. The zone is that of the
 * session that changes the type; NULL = not known. Indexes may have to be built anew all the same.
 */
bool type_change_is_instant(const char *from, const char *to, const char *time_zone);
/* May an index keep its order and bytes over an instant change of type? Its column's collation is not looked at. */
bool type_change_keeps_indexes(const char *from, const char *to);

/* Is the name that of one of the server's own types, so that it is no domain? */
bool type_is_builtin(const char *name);

#endif
