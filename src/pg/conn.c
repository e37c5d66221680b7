// SPDX-License-Identifier: GPL-3.0-or-later
#include "pg/conn.h"

#include "base/log.h"
#include "base/mem.h"
#include "pg/cancel.h"
#include "pg/conn_log.h"
#include "pg/conn_private.h"
#include "pg/error.h"

#define BIT(state) (1u << (state))
enum { DEAD_ENDS = BIT(CONN_CLOSED) | BIT(CONN_WAITING) | BIT(CONN_STOPPED) };

/* The legal steps, and what the world sees of each state. */
static const struct state_row {
	const char *word;
	unsigned to;
	enum link_state shown;
} states[CONN_STATES] = {
	[CONN_CLOSED] = { "closed", BIT(CONN_RESOLVING) | BIT(CONN_DIALING), LINK_CLOSED },
	[CONN_RESOLVING] = { "resolving", BIT(CONN_DIALING) | DEAD_ENDS, LINK_CONNECTING },
	[CONN_DIALING] = { "dialing", BIT(CONN_GREETING) | BIT(CONN_DIALING) | DEAD_ENDS,
		LINK_CONNECTING },
	[CONN_GREETING] = { "greeting", BIT(CONN_IDLE) | DEAD_ENDS, LINK_CONNECTING },
	[CONN_IDLE] = { "idle", BIT(CONN_BUSY) | DEAD_ENDS, LINK_UP },
	[CONN_BUSY] = { "busy", BIT(CONN_IDLE) | DEAD_ENDS, LINK_UP },
	[CONN_WAITING] = { "waiting", BIT(CONN_RESOLVING) | BIT(CONN_DIALING) | BIT(CONN_CLOSED),
		LINK_WAITING },
	[CONN_STOPPED] = { "stopped", BIT(CONN_RESOLVING) | BIT(CONN_DIALING) | BIT(CONN_CLOSED),
		LINK_STOPPED },
};

/* Seconds between dials; the last one for ever. */
static const int backoff_s[] = { 1, 2, 4, 8, 15, 30 };
enum { JITTER_PERCENT = 20 };

static void tell_changed(void *arg)
{
	struct conn *conn = arg;

	conn->notifying = NULL;
	if (conn->changed)
		conn->changed(conn->changed_arg, conn);
}

void conn_notify(struct conn *conn)
{
	if (!conn->notifying && !conn->is_freed)
		conn->notifying = loop_soon(conn->loop, tell_changed, conn);
}

void conn_enter(struct conn *conn, enum conn_state state)
{
	const struct state_row *row = &states[conn->state];

	assert_always(row->to & BIT(state), "a conn takes a step that is not in its table");
	conn->state = state;
	if (states[state].shown == row->shown)
		return;
	log_write(LOG_LEVEL_DEBUG, "conn", "%s → %s", row->word, states[state].word);
	conn->view.state = states[state].shown;
	conn_notify(conn);
}

static void copy_options(struct conn *conn, const struct conn_options *options)
{
	conn->options = *options;
	conn->set_role = mem_strdup(options->set_role);
	conn->options.set_role = conn->set_role;
	if (!options->must_equal)
		return;
	conn->must_equal = *options->must_equal;
	conn->options.must_equal = &conn->must_equal;
}

struct conn *conn_new(struct loop *loop, const struct driver *driver, const struct conninfo *info,
	const struct conn_options *options, conn_changed_fn *changed, void *arg)
{
	struct conn *conn = mem_new(struct conn);

	dice_init(&conn->dice);
	conn->loop = loop;
	conn->driver = driver;
	conn->info = conninfo_copy(info);
	copy_options(conn, options);
	conn->changed = changed;
	conn->changed_arg = arg;
	return conn;
}

void conn_on_notice(struct conn *conn, conn_notice_fn *fn, void *arg)
{
	conn->notice = fn;
	conn->notice_arg = arg;
}

static void close_link(struct conn *conn)
{
	dial_release(conn);
	loop_watch_stop(conn->watch);
	loop_timer_stop(conn->failing);
	loop_timer_stop(conn->timer);
	if (conn->cancel)
		cancel_orphan(conn->cancel);
	if (conn->link)
		conn->driver->finish(conn->link);
	exchange_forget_prepared(conn);
	conn->watch = NULL;
	conn->failing = conn->timer = NULL;
	conn->cancel = NULL;
	conn->link = NULL;
	conn->has_fatal = false;
}

/* Take what runs out of the conn, so that its done() finds the conn in its new state. */
static struct exchange take_exchange(struct conn *conn)
{
	struct exchange taken = conn->exchange;

	loop_timer_stop(taken.deadline);
	if (taken.last)
		conn->driver->free_result(taken.last);
	conn->exchange = (struct exchange){ .step = EXCHANGE_NONE };
	return taken;
}

static void redial(void *arg)
{
	struct conn *conn = arg;

	conn->timer = NULL;
	conn_dial(conn);
}

static int64_t backoff_ms(struct conn *conn)
{
	size_t tries = conn->view.attempt > 0 ? (size_t)conn->view.attempt - 1 : 0;
	size_t last = ARRAY_SIZE(backoff_s) - 1;
	int64_t ms = backoff_s[tries < last ? tries : last] * INT64_C(1000);

	return ms * (100 - JITTER_PERCENT + dice_below(&conn->dice, 2 * JITTER_PERCENT + 1)) / 100;
}

static void wait_for_redial(struct conn *conn)
{
	int64_t ms = backoff_ms(conn);

	conn_enter(conn, CONN_WAITING);
	conn->view.retry_at_us = loop_now_us(conn->loop) + ms * 1000;
	conn->timer = loop_timer_start(conn->loop, ms, 0, redial, conn);
}

static void show_failure(struct conn *conn, const struct err *e)
{
	struct link_view *view = &conn->view;

	conn->failure = *e;
	if (view->state == LINK_UP)
		view->lost_at_us = loop_now_us(conn->loop);
	snprintf(view->error, sizeof(view->error), "%s", e->text);
	snprintf(view->sqlstate, sizeof(view->sqlstate), "%s", e->sqlstate);
	snprintf(view->hint, sizeof(view->hint), "%s", e->hint);
	conn_log_closed(conn, e);
	conn_notify(conn);
}

void conn_fail(struct conn *conn, const struct err *e, enum conn_after after)
{
	struct err why = *e; /* may live in what is closed here */
	bool is_asked = conn->state == CONN_BUSY;
	struct exchange exchange = take_exchange(conn);

	show_failure(conn, &why);
	close_link(conn);
	conn->is_refused = after == CONN_STOP;
	if (after == CONN_STOP || !conn->options.keep_up)
		conn_enter(conn, CONN_STOPPED);
	else
		wait_for_redial(conn);
	if (is_asked && exchange.done)
		exchange.done(exchange.arg, NULL, &why);
}

bool conn_check_alive(struct conn *conn)
{
	struct err e;

	if (!conn->has_fatal && conn->driver->is_alive(conn->link))
		return true;
	if (conn->has_fatal)
		e = conn->fatal;
	else
		error_from_loss(conn->driver, conn->link, conn->info, &e);
	conn_fail(conn, &e, CONN_TRY_AGAIN);
	return false;
}

void conn_open(struct conn *conn)
{
	if (conn->state == CONN_CLOSED)
		conn_dial(conn);
}

void conn_retry(struct conn *conn)
{
	if (conn->state == CONN_CLOSED || conn->state == CONN_WAITING ||
		conn->state == CONN_STOPPED)
		conn_dial(conn);
}

void conn_free(struct conn *conn)
{
	struct err e;

	if (!conn || conn->is_freed)
		return;
	bool is_asked = conn->state == CONN_BUSY;
	struct exchange exchange = take_exchange(conn);

	conn->is_freed = true;
	if (conn->state == CONN_IDLE || conn->state == CONN_BUSY)
		conn_log_closed(conn, NULL);
	close_link(conn);
	if (conn->state != CONN_CLOSED)
		conn_enter(conn, CONN_CLOSED);
	loop_timer_stop(conn->notifying);
	conninfo_free(conn->info);
	free(conn->set_role);
	err_set(&e, ERR_CANCELED, "the connection was closed");
	if (is_asked && exchange.done)
		exchange.done(exchange.arg, NULL, &e);
	exchange_end_unsent(conn, &e);
	loop_defer_free(conn->loop, conn);
}

const struct link_view *conn_view(const struct conn *conn)
{
	return &conn->view;
}

const struct err *conn_error(const struct conn *conn)
{
	return &conn->failure;
}

bool conn_is_usable(const struct conn *conn)
{
	return conn->state == CONN_IDLE;
}

bool conn_is_refused(const struct conn *conn)
{
	return conn->is_refused;
}

bool conn_in_transaction(const struct conn *conn)
{
	if (!conn->link || (conn->state != CONN_IDLE && conn->state != CONN_BUSY))
		return false;
	enum driver_txn txn = conn->driver->txn(conn->link);
	return txn == DRIVER_TXN_INTRANS || txn == DRIVER_TXN_INERROR;
}

void conn_cancel(struct conn *conn)
{
	if (conn->state == CONN_BUSY && !conn->cancel && !conn->exchange.is_answered)
		conn->cancel = cancel_start(conn);
}
