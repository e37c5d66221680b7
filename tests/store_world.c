// SPDX-License-Identifier: GPL-3.0-or-later
#include "store_world.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/path.h"
#include "scratch.h"

static int64_t wall_us(void *state)
{
	struct store_world *w = state;

	return w->now_us += 1000000;
}

int store_world_open(void **state)
{
	struct store_world *w = mem_new(struct store_world);

	w->dir = scratch_new();
	w->path = path_join(w->dir, "dbtop.db");
	w->now_us = INT64_C(1700000000) * 1000000;
	w->clock =
		(struct clock){ .mono_us = clock_system.mono_us, .wall_us = wall_us, .state = w };
	w->store = store_open(w->path, &w->clock);
	*state = w;
	return store_health(w->store) != STORE_WRITABLE;
}

int store_world_close(void **state)
{
	struct store_world *w = *state;

	store_close(w->store);
	arena_release(&w->arena);
	scratch_remove(w->dir);
	free(w->path);
	free(w);
	return 0;
}

void store_world_restart(struct store_world *w)
{
	store_close(w->store);
	w->store = store_open(w->path, &w->clock);
}
