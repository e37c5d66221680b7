/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Functions of the server that a script may call without surprise. What is not in the table may do anything, and
 * gives another value for every row.
 */
#ifndef DBTOP_PARSE_FUNCTIONS_H
#define DBTOP_PARSE_FUNCTIONS_H

#include <stdbool.h>

struct function {
	const char *name;
	bool is_volatile; /* as a column's default it needs a value for each row: a rewrite */
	bool writes;	  /* sets something, though nobody waits for it: setval, set_config */
};

/* NULL: not known. schema may be NULL (found by search_path) or "pg_catalog". */
const struct function *function_find(const char *schema, const char *name);

#endif
