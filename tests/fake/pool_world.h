/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pool world: a virtual loop, a fake server called pg-a, one pool of connections to it, and a crowd of holders.
 */
#ifndef DBTOP_TESTS_POOL_WORLD_H
#define DBTOP_TESTS_POOL_WORLD_H

#include "fake/conn_world.h"
#include "pg/pool.h"

enum { POOL_WORLD_HOLDERS = 40 };

struct holder {
	struct pool_world *world;
	struct pool_request request;
	struct pool_lease lease; /* serial 0 = holds nothing */
	int answers;		 /* done() calls, and leases had at once */
	int turn;		 /* the how manieth to be served */
	struct err error;
	bool gives_back_at_once;
};

struct pool_world {
	struct conn_world c; /* loop, server, conninfo; its own conn stays NULL */
	struct pool_options options;
	struct pool *pool;
	struct holder holders[POOL_WORLD_HOLDERS];
	int served;
	int settled; /* calls of pool_world_settled() */
	struct err settled_error;
	char *log_path; /* NULL = no log */
	char *scratch;
};

/* Of a cmocka test: *state is the world; the pool is made by pool_world_open(), from world->options. */
int pool_world_setup(void **state);
int pool_world_teardown(void **state);
void pool_world_open(struct pool_world *w);

/* Ask, and let everything happen that needs no time. True: it was served at once. */
bool pool_world_take(struct pool_world *w, int holder);
void pool_world_take_many(struct pool_world *w, int first, int count);
bool pool_world_has(const struct pool_world *w, int holder);
/* Give back, and let everything happen that needs no time. */
void pool_world_give_back(struct pool_world *w, int holder);
struct conn *pool_world_conn(const struct pool_world *w, int holder);
/* One question on its connection, answered by the script. */
void pool_world_ask(struct pool_world *w, int holder, const char *sql);
void pool_world_settled(void *arg, const struct err *e);
struct pool_stats pool_world_stats(struct pool_world *w);
/* From here on what the log says is kept. How often it says so. */
void pool_world_log(struct pool_world *w);
int pool_world_said(struct pool_world *w, const char *words);
#define pool_world_ms(w, ms) loop_advance_ms((w)->c.loop, (ms))

#endif
