// SPDX-License-Identifier: GPL-3.0-or-later
#include "fake/toy_conn.h"

#include <utlist.h>

#include "base/mem.h"

static void tell(void *arg)
{
	struct conn *conn = arg;

	conn->telling = NULL;
	if (!conn->is_told && conn->state != TOY_DIALING) {
		conn->is_told = true;
		if (strcmp(conn->error.sqlstate, "53300") == 0)
			conn->toys->full_step = conn->toys->step;
		*(conn->state == TOY_STOPPED ? &conn->toys->refused : &conn->toys->admitted) += 1;
	}
	conn->changed(conn->arg, conn);
}

static void enter(struct conn *conn, enum toy_state state)
{
	static const enum link_state shown[] = {
		[TOY_CLOSED] = LINK_CLOSED,
		[TOY_DIALING] = LINK_CONNECTING,
		[TOY_UP] = LINK_UP,
		[TOY_BUSY] = LINK_UP,
		[TOY_STOPPED] = LINK_STOPPED,
	};

	conn->state = state;
	if (conn->view.state == shown[state])
		return;
	conn->view.state = shown[state];
	if (!conn->telling)
		conn->telling = loop_soon(conn->toys->loop, tell, conn);
}

struct conn *conn_new(struct loop *loop, const struct driver *driver, const struct conninfo *info,
	const struct conn_options *options, conn_changed_fn *changed, void *arg)
{
	struct conn *conn = mem_new(struct conn);

	(void)loop;
	(void)info;
	(void)options;
	conn->toys = driver->state;
	conn->changed = changed;
	conn->arg = arg;
	conn->holder = -1;
	conn->born = conn->toys->step;
	DL_APPEND(conn->toys->list, conn);
	conn->toys->count++;
	return conn;
}

static void end_question(struct conn *conn, const struct err *e)
{
	query_done_fn *done = conn->done;

	conn->done = NULL;
	if (done)
		done(conn->done_arg, NULL, e);
}

void conn_free(struct conn *conn)
{
	struct err e = { .kind = ERR_CANCELED };

	if (!conn)
		return;
	DL_DELETE(conn->toys->list, conn);
	conn->toys->count--;
	loop_timer_stop(conn->telling);
	conn->state = TOY_CLOSED;
	end_question(conn, &e);
	loop_defer_free(conn->toys->loop, conn);
}

void conn_open(struct conn *conn)
{
	enter(conn, TOY_DIALING);
}

const struct link_view *conn_view(const struct conn *conn)
{
	return &conn->view;
}

const struct err *conn_error(const struct conn *conn)
{
	return &conn->error;
}

bool conn_is_usable(const struct conn *conn)
{
	return conn->state == TOY_UP;
}

bool conn_is_refused(const struct conn *conn)
{
	return conn->is_final;
}

void conn_explain_silence(const struct conn *conn, int64_t waited_ms, struct err *e)
{
	(void)conn;
	err_set(e, ERR_TIMEOUT, "no answer within %lld ms", (long long)waited_ms);
}

bool conn_in_transaction(const struct conn *conn)
{
	return conn->is_in_transaction && (conn->state == TOY_UP || conn->state == TOY_BUSY);
}

bool conn_is_identity_stale(const struct conn *conn)
{
	return conn->is_stale;
}

void conn_query(struct conn *conn, const struct query *query, query_done_fn *done, void *arg)
{
	(void)query;
	assert_always(conn->state == TOY_UP, "a question on a connection that is not free");
	conn->done = done;
	conn->done_arg = arg;
	enter(conn, TOY_BUSY);
}

void conn_identify(struct conn *conn, query_done_fn *done, void *arg)
{
	conn_query(conn, NULL, done, arg);
}

void conn_cancel(struct conn *conn)
{
	(void)conn;
}

void conn_on_notice(struct conn *conn, conn_notice_fn *fn, void *arg)
{
	(void)conn;
	(void)fn;
	(void)arg;
}

void toy_admit(struct conn *conn)
{
	enter(conn, TOY_UP);
}

void toy_refuse(struct conn *conn, bool is_final, const char *sqlstate)
{
	conn->is_final = is_final;
	err_set(&conn->error, ERR_CONNECT, "refused");
	snprintf(conn->error.sqlstate, sizeof(conn->error.sqlstate), "%s", sqlstate);
	enter(conn, TOY_STOPPED);
}

void toy_lose(struct conn *conn, const char *sqlstate)
{
	err_set(&conn->error, ERR_CONNECT, "lost");
	snprintf(conn->error.sqlstate, sizeof(conn->error.sqlstate), "%s", sqlstate);
	enter(conn, TOY_STOPPED);
	end_question(conn, &conn->error);
}

void toy_answer(struct conn *conn, bool is_good)
{
	struct err e = { .kind = ERR_SERVER };

	if (is_good)
		conn->is_in_transaction = conn->is_stale = false;
	enter(conn, TOY_UP);
	end_question(conn, is_good ? NULL : &e);
}
