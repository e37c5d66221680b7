/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lock statements: one or more for each kind of action that locks something, on the tables of tests/pg/test_locks_live.c,
 * which runs them on a server.
 */
#ifndef DBTOP_TESTS_LOCK_STATEMENTS_H
#define DBTOP_TESTS_LOCK_STATEMENTS_H

#include <stddef.h>

struct lock_statement {
	const char *sql;
	/* locks on relations it does not name, which only the catalog knows: "orders Share, a AccExcl" */
	const char *also;
};

extern const struct lock_statement lock_statements[];
extern const size_t lock_statement_count;

#endif
