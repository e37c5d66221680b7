/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Verdict: what an action costs on the server at hand. By the statement alone it is the worst there is. The catalog
 * knows what a column was, what rests on it, and what is proved already: it gets better only when that says so surely,
 * and standing.c says that it is still true. The rules are the server's own, each tried by tests/pg/test_locks_live.c.
 */
#ifndef DBTOP_MIGRATE_PLAN_VERDICT_H
#define DBTOP_MIGRATE_PLAN_VERDICT_H

#include "migrate/plan/created.h"
#include "migrate/plan/standing.h"
#include "model/plan.h"

struct verdict {
	struct action action; /* as the statement has it, but for kind, scan and rewrite */
	const char *why;      /* as of struct action_cost */
};

/* What the verdict rests on. All of it borrowed; sentences go to the plan's arena. */
struct verdict_ground {
	struct plan *plan;
	const struct created *created;
	const struct standing *standing;
};

/* Does the statement have an action that is worth asking about? */
bool verdict_is_open(const struct statement *sql);
struct verdict verdict_of(
	const struct verdict_ground *ground, const struct statement *sql, size_t action);

#endif
