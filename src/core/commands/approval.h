/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Approval of a headless run: --yes, --allow-hazard and --plan-digest against the plan; a person at a terminal is asked
 * what they leave open. Nothing runs before it is given.
 */
#ifndef DBTOP_CORE_COMMANDS_APPROVAL_H
#define DBTOP_CORE_COMMANDS_APPROVAL_H

#include "core/command.h"
#include "model/plan.h"

/* False: the target is read-only, whatever else is said. */
bool approval_may_write(const struct call *call, struct err *e) MUST_CHECK;
/* False: the call's report says what is missing, and how to say it. */
bool approval_given(struct call *call, const struct plan *plan);
/* Is it the plan of --plan-digest, where that is given? False: the report says it is not. */
bool approval_digest_fits(struct call *call, const struct plan *plan);
/* Are the words after --allow-hazard hazards at all? */
bool approval_words_check(const struct call *call, struct err *e) MUST_CHECK;

#endif
