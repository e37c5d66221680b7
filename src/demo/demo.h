/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Demo: a shop to try dbtop on: a real primary with streaming standbys, part of the sample migrations applied, and a
 * workload. It is thrown away at the end, unless a directory was named to keep it in.
 *
 *   demo_start()            servers are up (a second or two; nothing else runs meanwhile)
 *   demo_goal()             the revision to upgrade to; whoever owns the engine does it, so that the history
 *                           is made as every history is. NULL: a kept demo goes on where it was.
 *   demo_describe()         what setup makes around it: roles, rights, seeds; it is the caller's too
 *   demo_work()             the shop opens
 *   demo_free()             servers stop, everything is removed
 */
#ifndef DBTOP_DEMO_DEMO_H
#define DBTOP_DEMO_DEMO_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "loop/loop.h"
#include "model/setup.h"
#include "pg/driver.h"

struct cluster;
struct demo;

enum { DEMO_STANDBYS = 2 };

struct demo_options {
	int standbys;
	const char *keep_dir; /* NULL = thrown away */
};

struct demo *demo_start(const struct demo_options *options, struct err *e) MUST_CHECK;
/* After everything that is connected to it. NULL is fine. */
void demo_free(struct demo *demo);

/* For a target: the primary, and the standbys from 0 on. Live as long as the demo. */
const char *demo_primary(const struct demo *demo);
const char *demo_standby(const struct demo *demo, int standby);
int demo_standby_count(const struct demo *demo);
/* The directory of the sample migrations: beside the program that runs, or where it was installed. */
const char *demo_migrations_dir(const struct demo *demo);
const char *demo_goal(const struct demo *demo);
/* What the shop shall be, for setup: its roles, and its seeds beside the sample migrations. Released by the caller. */
void demo_describe(const struct demo *demo, struct setup_spec *out);
/* To stop a server, freeze it, and so on. */
struct cluster *demo_cluster(struct demo *demo);

bool demo_work(struct demo *demo, struct loop *loop, const struct driver *driver,
	struct err *e) MUST_CHECK;

#endif
