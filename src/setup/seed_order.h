/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Seed order: which table's seeds come first, so that what a foreign key names is there before. Where no key says
 * anything the order is the one given. Tables without seeds count too: a key of a key is a key. A table that refers to itself is fine.
 */
#ifndef DBTOP_SETUP_SEED_ORDER_H
#define DBTOP_SETUP_SEED_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct seed_key {
	int64_t child, parent; /* oids of tables */
};

struct seed_node {
	int64_t table;	  /* oid */
	const char *name; /* for people; its seeds go by it */
};

/*
 * out: indexes of nodes in order, as many as there are. Each table once. False: tables with seeds refer to each other in
 * a circle, named in e.
 */
bool seed_order(const struct seed_node *nodes, size_t count, const struct seed_key *keys,
	size_t key_count, size_t *out, struct err *e) MUST_CHECK;

#endif
