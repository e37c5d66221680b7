/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Workload: what a small shop does to its database all day, so that the demo has something to show: reads and
 * writes under a handful of application names, and now and then a transaction that stays open too long. It runs on
 * the loop of whoever watches, a score of small statements a second.
 *
 * It uses only what the first sample migration makes. Before that one, and after it is undone, its statements fail;
 * it takes a rest and tries again, so migrations may come and go under it.
 */
#ifndef DBTOP_DEMO_WORKLOAD_H
#define DBTOP_DEMO_WORKLOAD_H

#include <stdint.h>

#include "base/err.h"
#include "loop/loop.h"
#include "pg/driver.h"

struct workload;

/* Connects on later turns and keeps trying. NULL when the conninfo cannot be read. */
struct workload *workload_start(struct loop *loop, const struct driver *driver,
	const char *conninfo, struct err *e) MUST_CHECK;
/* Closes its connections; their memory goes at the end of the turn. NULL is fine. */
void workload_stop(struct workload *workload);

#endif
