/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Hazards: one table of what the actions of a statement may hurt (changing.md 2). The steps of a plan are looked at in
 * order, so that what an earlier step creates is known to be new: nobody else can be waiting for it.
 */
#ifndef DBTOP_MIGRATE_PLAN_HAZARDS_H
#define DBTOP_MIGRATE_PLAN_HAZARDS_H

#include <stdbool.h>

#include "model/plan.h"

struct hazard_scene; /* what the steps so far have created */

struct hazard_scene *hazard_scene_new(struct plan *plan, int64_t hazard_size_bytes);
void hazard_scene_free(struct hazard_scene *scene);

/* Fills hazards, their count and the level of the step; call it for each step, in order. */
void hazards_find(struct hazard_scene *scene, struct plan_step *step);

/* Does the size of the action's table decide its level? */
bool hazard_asks_size(const struct action *action);

#endif
