/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Assess: hazards and level of each step, in the order of the plan, so that what an earlier step creates is known to be
 * new, and what an earlier statement of a group has locked is known to be locked still.
 */
#ifndef DBTOP_MIGRATE_PLAN_ASSESS_H
#define DBTOP_MIGRATE_PLAN_ASSESS_H

#include "model/plan.h"

/* Fills costs, hazards, their count and the level of every step, by what the plan knows of the catalog. */
void assess_plan(struct plan *plan);

#endif
