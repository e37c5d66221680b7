/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Acknowledgements kept with a plan: somebody read a hazard, said why it may run, and the store keeps it for that
 * database under the plan's digest: other files, or another history, make another plan, and it counts no more. They
 * answer a run without a screen as `-- dbtop: ack` in the file does; the screen shows them and asks all the same.
 */
#ifndef DBTOP_CORE_PLAN_ACKS_H
#define DBTOP_CORE_PLAN_ACKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "core/inspect.h"
#include "store/store_plan.h"

struct plan_ack {
	const char *word; /* "KIND" or "KIND:schema.name" */
	const char *reason;
};

/* Save the plan's steps for this database under its digest, unless they are there; its id in the store. */
bool plan_keep(struct app *app, const struct inspection *inspection, int64_t *id,
	struct err *e) MUST_CHECK;
/* What is stored of it; false with e->kind ERR_NONE: nothing. */
bool plan_recall(struct app *app, const struct inspection *inspection, struct arena *arena,
	struct stored_plan *found, struct err *e) MUST_CHECK;
/* Those stored with this plan, put on its hazards. */
void plan_acks_take(struct app *app, const struct inspection *inspection);
/*
 * Store one for each hazard of level 2 or 3 that the word names, and put it on them. How many those are is in *count.
 */
bool plan_acks_store(struct app *app, const struct inspection *inspection,
	const struct plan_ack *ack, size_t *count, struct err *e) MUST_CHECK;

#endif
