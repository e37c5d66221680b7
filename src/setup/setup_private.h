/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the files of this folder share. Private to it.
 */
#ifndef DBTOP_SETUP_SETUP_PRIVATE_H
#define DBTOP_SETUP_SETUP_PRIVATE_H

#include "pg/lease.h"
#include "setup/setup.h"

enum { SETUP_DEADLINE_MS = 600000 };

/* Work of a stage that is not a question an item: seeds.c, check.c. */
struct seeds;

struct setup {
	struct setup_options options;
	struct conninfo *info, *maintenance; /* owned */
	char *database, *user;		     /* owned */
	struct checklist list;
	struct setup_names seed_files; /* in the list's arena */
	struct seeds *seeds;	       /* of the stage under way; owned */
	struct endpoint *endpoint;     /* of the stage under way; owned */
	struct lease *lease;
	/* the stage under way */
	enum setup_stage stage;
	bool makes, is_canceled, is_busy;
	struct loop_timer *deadline; /* of a cancel: then the connection is dropped */
	size_t at;		     /* the item */
	bool was_made;
	char *sql; /* owned: the text that makes it */
	int64_t started_us;
	struct err error;
	setup_done_fn *done;
	void *done_arg;
	setup_tell_fn *tell;
	void *tell_arg;
};

struct conn *setup_conn(const struct setup *setup);
int setup_server_version(const struct setup *setup);
/* The item is done with: logged, told where it was made or failed. */
void setup_settle(struct setup *setup, struct setup_item *item);
/* It failed for this reason: the administrator's, or the end of the stage. True: go on with the next. */
bool setup_item_fail(struct setup *setup, struct setup_item *item, const struct err *e);
/* It was given up: e says so. To be asked before anything new is begun. */
bool setup_is_given_up(const struct setup *setup, struct err *e);
/* The stage is over. */
void setup_stage_end(struct setup *setup);

/* Stages of their own; each ends with setup_stage_end(). */
void seeds_start(struct setup *setup);
void seeds_free(struct seeds *seeds);
void checks_start(struct setup *setup);

#endif
