/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Approve: the headless rule of changing.md 2. --yes answers level 1; each hazard of level 2 and 3 wants an
 * acknowledgement (in the file, stored with the plan, or --allow-hazard); on prod the plan's digest must be named.
 */
#ifndef DBTOP_MIGRATE_PLAN_APPROVE_H
#define DBTOP_MIGRATE_PLAN_APPROVE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "model/plan.h"
#include "model/target.h"

struct approval {
	bool says_yes; /* --yes */
	/* "KIND", "KIND:schema.name", "all": --allow-hazard and stored ones */
	const char *const *allowed;
	size_t allowed_count;
	const char *digest; /* --plan-digest, with or without "sha256:"; NULL = none */
	enum env_class env;
};

/* One thing not answered. */
struct approval_gap {
	const struct plan_step *step; /* NULL: about the whole plan */
	const struct hazard *hazard;  /* NULL: --yes or --plan-digest is missing */
	const char *words;	      /* what, and what to say to answer it */
};

/* What is still to be answered, in order of the steps; 0 = go. Gaps are in the arena. */
size_t approve_check(const struct plan *plan, const struct approval *approval, struct arena *arena,
	struct approval_gap **gaps);

/* Does "KIND", "KIND:schema.name" or "all" speak of this hazard? */
bool approve_names(const char *word, const struct hazard *hazard);
/* Is it a value for --allow-hazard? Sets e with the nearest kind when not. */
bool approve_word(const char *word, struct err *e) MUST_CHECK;

#endif
