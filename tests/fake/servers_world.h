/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Servers world: a virtual loop and three fake servers, pg-a the primary, pg-b and pg-c its standbys; holders of
 * connections to them, and one unit of work with what came of it.
 */
#ifndef DBTOP_TESTS_SERVERS_WORLD_H
#define DBTOP_TESTS_SERVERS_WORLD_H

#include "fake/fake_driver.h"
#include "pg/conninfo.h"
#include "pg/work.h"

enum { SERVERS_WORLD_COUNT = 3, SERVERS_WORLD_HOLDERS = 8 };

struct servers_holder {
	struct server_lease *lease;
	int answers;
	struct err error;
};

struct servers_world {
	struct loop *loop;
	struct fake *fakes[SERVERS_WORLD_COUNT];
	struct conninfo *infos[SERVERS_WORLD_COUNT];
	struct pool_options pool;
	struct servers_options options; /* places are filled in by servers_world_open() */
	struct servers *servers;
	struct servers_holder holders[SERVERS_WORLD_HOLDERS];
	int changes;

	/* of the work */
	struct work_options work;
	int bodies, ends; /* calls */
	const char *sql;  /* what the body asks; NULL = nothing */
	struct work *under_way;
	bool is_canceled_at_commit; /* somebody wants it to end once COMMIT is out */
	struct work_end end;
	struct err error; /* of the work */
};

/* Of a cmocka test: *state is the world; the servers are made by servers_world_open(), from world->options. */
int servers_world_setup(void **state);
int servers_world_teardown(void **state);
void servers_world_open(struct servers_world *w, int count);

/* Ask, and let everything happen that needs no time. The server it got; SERVERS_NONE = none yet. */
int servers_world_ask(struct servers_world *w, int holder, const struct servers_wish *wish);
void servers_world_give_back(struct servers_world *w, int holder);
void servers_world_forget(struct servers_world *w, int holder);
/* The wish of that class, and nothing special. */
struct servers_wish servers_world_wish(enum route_class class);
/* Everybody is asked who he is. */
void servers_world_look(struct servers_world *w);
/* From now on that server is the primary, on that timeline; nobody is told. */
void servers_world_promote(struct servers_world *w, int server, int64_t timeline);
void servers_world_demote(struct servers_world *w, int server);
/* All links to it break, and dials are refused so many times. */
void servers_world_kill(struct servers_world *w, int server, int dials);

/* One unit of work that asks `sql` and commits, until everything has happened that needs no time. */
void servers_world_work(struct servers_world *w, const char *sql);
/* What the script of that server answers to a unit of one INSERT that goes well up to its COMMIT. */
void servers_world_expect_insert(struct servers_world *w, int server);
void servers_world_expect_commit(struct servers_world *w, int server);
#define servers_world_ms(w, ms) loop_advance_ms((w)->loop, (ms))

#endif
