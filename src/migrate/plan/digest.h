/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Digest of a plan (changing.md 9): SHA-256 over these lines, each ended by LF:
 *
 *   dbtop-plan 1
 *   project
 *   format
 *   applied revisions, numbers first and by value, with a blank between
 *   up | down
 *   for each step: revision section ordinal G|L sha256
 *
 * where sha256 is that of the step's statements: for each the hex digest of its bytes (fingerprint_bytes), LF. A group's
 * own BEGIN and COMMIT are not among its statements. No times, sizes, levels or versions.
 */
#ifndef DBTOP_MIGRATE_PLAN_DIGEST_H
#define DBTOP_MIGRATE_PLAN_DIGEST_H

#include "migrate/plan/planner.h"

/* Fills each step's sha256 and digest_line, and the plan's digest. */
void plan_digest(struct plan *plan, const struct plan_request *request);

#endif
