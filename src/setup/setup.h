/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Setup: from an empty cluster to a running shop, and again without changing anything. The machine walks the checklist
 * (checklist.h) stage by stage; each item is looked at, made where it is missing and that is wanted, and looked at again:
 * a GRANT by somebody who may not only warns.
 *
 *   setup_new()    reads the seed directory's names; nothing is asked of a server
 *   setup_run()    one stage, on a connection of its own; the migrations between are core's
 *   setup_free()   what runs is canceled
 *
 * A right that is missing never stops it: the item holds the command for the administrator, what depends on it waits. Any
 * other failure does: what was made stands, and the next run goes on from there.
 *
 * Roles and the database are made as whoever connects, so is everything else that is not a table's row; seeds and checks
 * run as the owner. Only a look is rolled back (a seed's temporary table), so that nothing stays of it.
 */
#ifndef DBTOP_SETUP_SETUP_H
#define DBTOP_SETUP_SETUP_H

#include "base/err.h"
#include "loop/loop.h"
#include "parse/deep.h"
#include "pg/conninfo.h"
#include "pg/driver.h"
#include "setup/checklist.h"

struct setup;

struct setup_options {
	struct loop *loop;
	const struct driver *driver;
	const struct conninfo *info;   /* of the target; copied */
	const struct setup_spec *spec; /* borrowed */
	struct deep *deep;	       /* borrowed */
	const char *seed_dir;	       /* NULL = no seeds; borrowed */
	const char *acts_as; /* role for seeds and checks; NULL = who connects; borrowed */
	bool owner_logs_in;
	int64_t connect_timeout_ms;
};

/* The stage is over; e: a stage that could not be begun, or the failure that stopped it. */
typedef void setup_done_fn(void *arg, const struct err *e);
/* An item was made, or could not be: for those who watch. */
typedef void setup_tell_fn(void *arg, const struct setup_item *item);

/* NULL and e when the directory of seeds cannot be read. */
struct setup *setup_new(const struct setup_options *options, setup_tell_fn *tell, void *arg,
	struct err *e) MUST_CHECK;
/* Not from a callback of its own. NULL is fine. */
void setup_free(struct setup *setup);

struct checklist *setup_checklist(struct setup *setup);
bool setup_has_database(const struct setup *setup);
/* Who connects may act as the owner, where there is one. */
bool setup_may_act(const struct setup *setup);
/* One stage at a time; done() on a later turn. */
void setup_run(
	struct setup *setup, enum setup_stage stage, bool makes, setup_done_fn *done, void *arg);
/* Give it up: what runs is canceled, a server that does not answer to that is left, and done() tells. */
void setup_cancel(struct setup *setup);
bool setup_is_canceled(const struct setup *setup);

#endif
