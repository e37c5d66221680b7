/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Plan: what would happen, and how risky. Pure: files and history in, steps out; no server, no clock, no screen.
 *
 *   select.c    which migrations, in which order; missing, changed, late, half done
 *   planner.c   puts it together; downs that are missing or empty
 *   steps.c     their statements as groups and lone steps, own BEGIN and COMMIT understood
 *   hazards.c   one table: what each action of a statement may hurt, its level, its words, its remedy
 *   assess.c    hazards and level of each step, knowing what the steps before created and locked (created.c)
 *   forecast.c  which tables' sizes decide something; hazards and levels once they are known
 *   digest.c    one line a step, one digest a plan: the same on every machine
 *   approve.c   headless: what is not yet answered by --yes, acknowledgements, --allow-hazard, --plan-digest
 *
 * The usual way: source_open, history_read_start, history_applied, plan_make, forecast_tables, ask the catalog,
 * forecast_apply, then approve_check or the screen, then the executor. Sections are read on demand by plan_make, so
 * the set changes; afterwards plan and executor only look at it. The plan borrows statements from the set: release
 * the plan first. A plan without steps is one with nothing to do.
 *
 * plan_make answers with the exit code a command ends with: EXIT_USAGE for a goal that makes no sense, EXIT_GRAPH for
 * several heads, EXIT_MISMATCH for files missing, changed or late, EXIT_FAILED_PARTWAY for an interrupted migration that
 * must be settled the other way first, EXIT_ERROR for files that cannot be planned.
 */
#ifndef DBTOP_MIGRATE_PLAN_PLANNER_H
#define DBTOP_MIGRATE_PLAN_PLANNER_H

#include <stdbool.h>

#include "base/err.h"
#include "migrate/source/graph.h"
#include "model/plan.h"
#include "model/report.h"
#include "model/target.h"

struct plan_request {
	struct migration_set *set; /* opened; its sections are loaded as needed */
	const struct applied_revision *applied;
	size_t applied_count; /* oldest first, in order of application */
	enum plan_direction direction;
	struct goal goal;
	/* ASK plans late ones and counts them in plan->late_count; DEFAULT counts as REFUSE. */
	enum late_order late;
	const char *project;
};

/* On failure the plan is empty and may be released or not. */
enum exit_code plan_make(
	struct plan *plan, const struct plan_request *request, struct err *e) MUST_CHECK;
void plan_release(struct plan *plan);

/* Revisions in reach: how many of the set are neither applied nor half done. For `--check` and status. */
size_t plan_count_pending(const struct plan_request *request);

#endif
