/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * World of a story: a real cluster, an operator's home with a project in it, and the built dbtop on a pseudo terminal.
 * Keys are typed and cells waited for (screen/pty.h); the catalog is asked beside it (pg/server.h).
 *
 *     struct world *w = world_new(2);                            a primary, two standbys
 *     world_conf(w, "stage", "gate.lag = 1MB\n");                the project's dbtop.conf
 *     world_migration(w, "20240101000000_a.sql", "…");
 *     world_open(w, 120, 36, "4 Migrations 1 to run");           dbtop, until that is seen
 *     world_step(w, "done   step 1 of 1");                       s, and y to its prompt
 *     world_close(w);                                            q, exit 0, terminal given back
 */
#ifndef DBTOP_TESTS_STORY_WORLD_H
#define DBTOP_TESTS_STORY_WORLD_H

#include "pg/server.h"
#include "screen/pty.h"

struct world {
	struct cluster *servers;
	char *home, *dir; /* of the operator; the sample migrations unless the world has its own */
	struct pty pty;
	bool is_open;
};

struct world *world_new(int standbys);
/* On servers of the test's own; ended with the world. */
struct world *world_new_on(struct cluster *servers);
void world_free(struct world *w);
/* The same as cmocka's setup and teardown: a primary by itself, or with one standby. */
int world_open_alone(void **state);
int world_open_with_standby(void **state);
int world_close_all(void **state);

void world_conf(struct world *w, const char *env, const char *lines);
/* The same by another way to it than the first node's socket. */
void world_conf_dsn(struct world *w, const char *dsn, const char *env, const char *lines);
/* The first one takes the place of the sample migrations. Before world_conf(). */
void world_migration(struct world *w, const char *name, const char *text);
void world_open(struct world *w, int columns, int rows, const char *awaited);
void world_open_beside(struct world *w, struct pty *pty, const char *awaited);
/* A table shop (id, name) made by a first migration, and the steps of one change of it, at 120x36. */
void world_begin(struct world *w, const char *change, const char *conf);
/* kill -9 of the console. */
void world_kill(struct world *w);
/* Without a screen, beside it: `dbtop WORDS` with nobody to answer; what it wrote is in pty->bytes. pty_stop() it. */
int world_run(struct world *w, struct pty *pty, const char *words);
void world_close(struct world *w);
/* The step view of the next migration. */
void world_enter(struct world *w);
/* A step of level 1: s, y, and wait for what it ends with. */
void world_step(struct world *w, const char *awaited);
/* Opens a question of level 2 and types the words it asks for, which begin with the letter. */
void world_answer(struct world *w, const char *key, const char *words);
/* The first cell of a question to the store; the caller frees. */
char *world_stored(struct world *w, const char *sql);

#endif
