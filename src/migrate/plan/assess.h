/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Assess: hazards and level of each step, in the order of the plan, so that what an earlier step creates is known to be
 * new, and what an earlier statement of a group has locked is known to be locked still.
 */
#ifndef DBTOP_MIGRATE_PLAN_ASSESS_H
#define DBTOP_MIGRATE_PLAN_ASSESS_H

#include "model/plan.h"

/* Fills hazards, their count and the level of every step, by the sizes in the plan. */
void assess_plan(struct plan *plan, int64_t hazard_size_bytes);

#endif
