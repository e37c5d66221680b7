// SPDX-License-Identifier: GPL-3.0-or-later
#include "pg/caller.h"

#include "test.h"

#include "pg/conninfo.h"

enum { PATIENCE_MS = 20000 };

static void keep_notice(void *arg, const char *severity, const char *text)
{
	struct caller *c = arg;
	snprintf(c->notice, sizeof(c->notice), "%s: %s", severity, text);
}

void caller_take_answer(void *arg, const struct result *result, const struct err *e)
{
	struct caller *c = arg;
	const char *cell = result && result_rows(result) > 0 ? result_text(result, 0, 0) : NULL;

	c->answers++;
	c->error = e ? *e : (struct err){ .kind = ERR_NONE };
	snprintf(c->cell, sizeof(c->cell), "%s", cell ? cell : "");
}

void caller_dial(struct caller *c, const char *conninfo)
{
	struct err e;
	struct conninfo *info = conninfo_new(conninfo, NULL, &e);

	assert_non_null(info);
	if (c->options.connect_timeout_ms == 0)
		c->options.connect_timeout_ms = 5000;
	c->loop = loop_new();
	c->conn = conn_new(c->loop, &driver_libpq, info, &c->options, NULL, NULL);
	conn_on_notice(c->conn, keep_notice, c);
	conn_open(c->conn);
	conninfo_free(info);
}

void caller_hang_up(struct caller *c)
{
	conn_free(c->conn);
	loop_free_deferred(c->loop);
	loop_free(c->loop);
}

static void give_up(void *arg)
{
	fail_msg("waited in vain: %s", (const char *)arg);
}

static void turn(struct caller *c)
{
	loop_turn(c->loop, true);
	loop_free_deferred(c->loop);
}

const struct link_view *caller_until(struct caller *c, enum link_state state)
{
	struct loop_timer *patience = loop_timer_start(
		c->loop, PATIENCE_MS, 0, give_up, (void *)(uintptr_t) "the state of the link");

	while (conn_view(c->conn)->state != state)
		turn(c);
	loop_timer_stop(patience);
	return conn_view(c->conn);
}

void caller_finish(struct caller *c, int answers)
{
	struct loop_timer *patience =
		loop_timer_start(c->loop, PATIENCE_MS, 0, give_up, (void *)(uintptr_t) "an answer");

	while (c->answers < answers)
		turn(c);
	loop_timer_stop(patience);
}

void caller_ask(struct caller *c, const struct query *query)
{
	int before = c->answers;

	conn_query(c->conn, query, caller_take_answer, c);
	caller_finish(c, before + 1);
}

void caller_sql(struct caller *c, const char *sql)
{
	caller_ask(c, &(const struct query){ .sql = sql });
}
