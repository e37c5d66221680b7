/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Seeds: the stage of the seed files: which table each is for, in the order of foreign keys, one file after another, each
 * in a transaction of its own.
 */
#ifndef DBTOP_SETUP_SEEDS_H
#define DBTOP_SETUP_SEEDS_H

#include "setup/setup_private.h"

struct seed_table {
	int64_t oid;
	const char *schema, *name;
	bool is_visible; /* found by the search_path alone */
};

/* A file is through: its item has a state. e: it failed. */
typedef void seed_done_fn(void *arg, const struct err *e);

/*
 * NAME.csv: header = columns. Rows are told apart by the primary key, where the header has all of it, else by the first
 * unique constraint it has. New rows are added, changed ones updated, others left alone. done() on a later turn.
 */
struct seed_request {
	const char *path;		/* borrowed for good: errors name it */
	const struct seed_table *table; /* borrowed until done() */
};
void seed_csv_start(struct setup *setup, struct setup_item *item,
	const struct seed_request *request, seed_done_fn *done, void *arg);

#endif
