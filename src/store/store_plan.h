/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Plans in the store: what somebody decided about the steps of one plan: breakpoints, skips, acknowledgements with
 * their reasons, rehearsal times. Bound to the files by the plan's digest: other files make another plan.
 */
#ifndef DBTOP_STORE_STORE_PLAN_H
#define DBTOP_STORE_STORE_PLAN_H

#include <stddef.h>

#include "base/arena.h"
#include "store/store.h"

enum plan_status { PLAN_OPEN, PLAN_RUNNING, PLAN_DONE, PLAN_ABANDONED };

struct stored_ack {
	size_t step;	    /* index in the plan */
	const char *hazard; /* "data-loss" */
	const char *object; /* NULL = the whole step */
	const char *reason, *author;
	int64_t at_us; /* wall */
};

struct stored_step {
	const char *rev, *section; /* "up", "down" */
	size_t ordinal;
	const char *digest_line;
	bool is_breakpoint;
	bool is_skipped;
	const char *skip_reason; /* NULL unless skipped */
	int64_t rehearsal_ms;	 /* -1 = never rehearsed */
};

struct stored_plan {
	int64_t id; /* 0 = not in the store */
	const char *target, *digest, *direction, *author;
	enum plan_status status;
	int64_t created_us, changed_us;
	struct stored_step *steps;
	size_t step_count;
	struct stored_ack *acks;
	size_t ack_count;
};

const char *plan_status_word(enum plan_status status); /* "open" */

/*
 * Save the steps of a plan under target and digest, unless they are there: then its marks stay. plan->id is set.
 * Reads target, digest, direction, author and of each step rev, section, ordinal, digest_line.
 */
bool store_plan_save(struct store *store, struct stored_plan *plan, struct err *e) MUST_CHECK;
/* The plan with that digest; digest NULL = the one changed last. False with e->kind ERR_NONE: there is none. */
bool store_plan_find(struct store *store, const char *target, const char *digest,
	struct arena *arena, struct stored_plan *plan, struct err *e) MUST_CHECK;

bool store_plan_set_breakpoint(
	struct store *store, int64_t plan, size_t step, bool is_set, struct err *e) MUST_CHECK;
/* reason NULL = no longer skipped. */
bool store_plan_set_skip(struct store *store, int64_t plan, size_t step, const char *reason,
	struct err *e) MUST_CHECK;
bool store_plan_set_rehearsal(
	struct store *store, int64_t plan, size_t step, int64_t took_ms, struct err *e) MUST_CHECK;
bool store_plan_set_status(
	struct store *store, int64_t plan, enum plan_status status, struct err *e) MUST_CHECK;
/* Adds one; at_us is set here. */
bool store_plan_ack(
	struct store *store, int64_t plan, const struct stored_ack *ack, struct err *e) MUST_CHECK;

#endif
