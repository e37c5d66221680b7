/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Caller: one connection of pg/conn.h to a real server, and what came of its last question. Time is real; waiting
 * means turning the loop until what is waited for is there, and fails the test after 20 s.
 *
 *     struct caller c = { .options = { .purpose = CONN_MONITOR } };
 *     caller_dial(&c, cluster_conninfo(servers, 0));
 *     caller_until(&c, LINK_UP);
 *     caller_sql(&c, "SELECT 1");            c.cell, or c.error
 *     caller_hang_up(&c);
 */
#ifndef DBTOP_TESTS_PG_CALLER_H
#define DBTOP_TESTS_PG_CALLER_H

#include "pg/conn.h"

struct caller {
	struct loop *loop;
	struct conn *conn;
	struct conn_options options; /* connect timeout 0 = 5 s */
	int answers;
	char cell[256]; /* the first one; "" for none and for null */
	struct err error;
	char notice[256];
};

void caller_dial(struct caller *c, const char *conninfo);
void caller_hang_up(struct caller *c);
const struct link_view *caller_until(struct caller *c, enum link_state state);
void caller_ask(struct caller *c, const struct query *query);
void caller_sql(struct caller *c, const char *sql);
/* For a question asked with conn_query(), and until so many were answered in all. */
void caller_take_answer(void *arg, const struct result *result, const struct err *e);
void caller_finish(struct caller *c, int answers);

#endif
