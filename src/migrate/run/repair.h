/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Repair: a person says what is true: `repair --mark applied|absent REV --reason …`. Takes the same connection and
 * the same locks as a run, writes one transaction with its event, and nothing else.
 */
#ifndef DBTOP_MIGRATE_RUN_REPAIR_H
#define DBTOP_MIGRATE_RUN_REPAIR_H

#include "migrate/run/executor.h"

enum repair_mark { REPAIR_APPLIED, REPAIR_ABSENT };

struct repair_request {
	const struct migration *migration;
	enum repair_mark mark;
	const char *reason;
};

/*
 * Start an executor that repairs instead of running: options->plan is NULL. It tells waiting, state and, once,
 * finished(); then free it with executor_free(). The request must outlive it.
 */
struct executor *repair_start(
	const struct executor_options *options, const struct repair_request *request);

#endif
