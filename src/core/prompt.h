/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Prompt: what a person must read and type before steps run: target, plan, hazards in words, what does not come back,
 * the gate. The environment raises the level here and nowhere else.
 */
#ifndef DBTOP_CORE_PROMPT_H
#define DBTOP_CORE_PROMPT_H

#include <stddef.h>

#include "core/command.h"
#include "migrate/run/executor.h"
#include "model/plan.h"

/* dev and stage add nothing; prod and unlabelled one for each level above 0, at most 3. */
int prompt_raise(const struct app *app, int level);

/* Steps [from, until) of the open run. */
void prompt_for_steps(const struct app *app, size_t from, size_t until, struct confirmation *c);
/* A whole plan at once, for the command line on a terminal. */
void prompt_for_plan(const struct app *app, const struct plan *plan, struct confirmation *c);
void prompt_for_skip(const struct app *app, struct confirmation *c);
void prompt_for_choice(const struct app *app, enum run_choice choice, struct confirmation *c);
/* The next step in words: statements, locks, sizes, hazards, level. */
void prompt_dry_run(const struct app *app, struct report *report);

/* "index-build orders_ix: builds it beside the running work"; an object its words name stands once. */
void prompt_hazard_words(const struct hazard *hazard, char *out, size_t room);

/* Several statements of a step meet the same hazard: it is told with the first of them. */
bool prompt_hazard_is_told(const struct plan_step *step, size_t hazard);

#endif
