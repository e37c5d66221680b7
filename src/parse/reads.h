/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads: is a text that somebody typed provably a read? Judged by PostgreSQL's own parse tree, and by nothing else:
 * what the tree cannot say (is a function volatile, is a relation a view?) is left as names to be looked up in the
 * catalog. In doubt it is none: then it goes to the primary, where it does what it says.
 *
 *   text ─▶ one statement, that selects or shows ─▶ nothing in it that locks, writes or makes ─▶ names ─▶ the catalog
 */
#ifndef DBTOP_PARSE_READS_H
#define DBTOP_PARSE_READS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "parse/deep.h"

enum reads_kind {
	READS_NOT, /* it writes, or may, or nobody can say */
	READS_OWN, /* a read whose answer is each server's own: settings, statistics, positions */
	READS_ANY, /* a read, if the catalog agrees */
};

/* Without their schemas: each object so named must be harmless. In the arena. */
struct reads_names {
	const char **items;
	size_t count, capacity;
};

struct reads {
	enum reads_kind kind;
	const char *why; /* static: why it is not ANY; NULL when it is */
	bool is_control; /* it begins or ends a transaction */
	struct reads_names functions, operators, relations, types;
	struct reads_names
		shadowed; /* relations too, or parts of its own WITH: they may be missing */
	struct reads_names members; /* t.name and (row).name: a column, or a function of the row */
};

/* Blocks until done; meant for a worker thread. */
void reads_judge(struct reads *reads, const char *text, struct arena *arena, struct deep *deep);

#endif
