/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Selection: which migrations a plan takes, in which order, from files, history and goal. Here stand the rules for
 * files that are missing, changed, late or half done (changing.md 5).
 */
#ifndef DBTOP_MIGRATE_PLAN_SELECT_H
#define DBTOP_MIGRATE_PLAN_SELECT_H

#include "migrate/plan/planner.h"

struct selection {
	const struct plan_request *request;
	struct migration **items; /* chosen, in order of execution */
	size_t count;
	bool *chosen;				 /* by position */
	const struct applied_revision **history; /* by position of the file; NULL = not applied */
	size_t asks_before; /* `order = ask`: pending ones at positions before this; 0 = none */
	struct migration **files; /* by index in request->applied; NULL = its file is missing */
};

/* Fills plan->from, to, late_count and warnings too. Released by the caller, also after a failure. */
enum exit_code selection_make(struct selection *selection, struct plan *plan,
	const struct plan_request *request, struct err *e) MUST_CHECK;
void selection_release(struct selection *selection);

/* Steps an interrupted run of the plan's direction has behind it. */
size_t selection_steps_done(const struct selection *selection, const struct migration *migration);

/* A sentence for people, kept in the plan. */
void plan_warn(struct plan *plan, const char *fmt, ...) PRINTF(2, 3);

#endif
