/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Store world: a store in a folder of a test's own, and a clock that goes a second with each look.
 */
#ifndef DBTOP_TESTS_STORE_WORLD_H
#define DBTOP_TESTS_STORE_WORLD_H

#include "base/arena.h"
#include "store/store.h"

struct store_world {
	char *dir, *path; /* path: dir/dbtop.db */
	struct clock clock;
	int64_t now_us; /* wall */
	struct store *store;
	struct arena arena;
	struct err e;
};

/* cmocka's setup and teardown; *state is the world, its store open and writable. */
int store_world_open(void **state);
int store_world_close(void **state);
/* Close the store and open it again, as a restart does. */
void store_world_restart(struct store_world *w);

#endif
