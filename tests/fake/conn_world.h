/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Conn world: a virtual loop, a fake server called pg-a, one connection to it, and what came of the last question.
 */
#ifndef DBTOP_TESTS_CONN_WORLD_H
#define DBTOP_TESTS_CONN_WORLD_H

#include "fake/fake_driver.h"
#include "pg/conn.h"
#include "pg/conninfo.h"

struct conn_world {
	struct loop *loop;
	struct fake *fake;
	struct conninfo *info;
	struct conn_options options;
	struct conn *conn;
	int changes; /* changed() calls */
	/* of the last question */
	int answers;	/* done() calls */
	char cell[256]; /* first one; "" for none */
	char tag[64];
	struct err error; /* ERR_NONE when it went well */
	char notice[256];
};

void conn_world_init(struct conn_world *w);
void conn_world_release(struct conn_world *w);
/* Open the connection and let everything that follows happen. */
void conn_world_open(struct conn_world *w);
/* Of a cmocka test: *state is an open world; at its end everything expected was asked. */
int conn_world_setup(void **state);
int conn_world_teardown(void **state);
/* Ask, and let everything happen that needs no time. */
void conn_world_ask(struct conn_world *w, const struct query *query);
void conn_world_done(void *arg, const struct result *result, const struct err *e);
#define conn_world_sql(w, text) \
	conn_world_ask((w), &(const struct query){ .sql = (text), .deadline_ms = 5000 })

#endif
