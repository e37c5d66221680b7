/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Steps: the statements of one section as groups and lone steps (changing.md 1). What a file says itself with BEGIN and
 * COMMIT is understood: they bound groups and are not sent; unbalanced ones are refused where they stand.
 */
#ifndef DBTOP_MIGRATE_PLAN_STEPS_H
#define DBTOP_MIGRATE_PLAN_STEPS_H

#include <stdbool.h>

#include "base/err.h"
#include "model/plan.h"

/*
 * Append the steps of a loaded section, without hazards and digests; steps up to `done` are left out. A section
 * without statements is one empty group: the history row alone. `is_joined`: what stands before the file's first BEGIN is
 * part of its transaction, as in tools that send the file as one.
 */
bool steps_add(struct plan *plan, const struct migration *migration, enum migration_section section,
	size_t done, bool is_joined, struct err *e) MUST_CHECK;

#endif
