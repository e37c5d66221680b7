// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * One question and its answer: send, flush, read, done. The hot path of a run of thousands of small statements:
 * the watch stays armed for reading, writing is waited for only when the socket is full, nothing is allocated
 * beyond the deadline's timer.
 */
#include "base/mem.h"
#include "pg/conn_log.h"
#include "pg/conn_private.h"
#include "pg/error.h"
#include "pg/result_private.h"
#include "pg/retry.h"

enum { COPY_CHUNK_BYTES = 64 * 1024, CANCEL_WAIT_MS = 5000 };

static void on_failing(void *arg)
{
	struct conn *conn = arg;
	struct err e;

	conn->failing = NULL;
	if (!conn_check_alive(conn))
		return;
	error_from_loss(conn->driver, conn->link, conn->info, &e);
	conn_fail(conn, &e, CONN_TRY_AGAIN);
}

/* Never at once: who asks learns it on a later turn. */
static void fail_soon(struct conn *conn)
{
	if (!conn->failing)
		conn->failing = loop_soon(conn->loop, on_failing, conn);
}

static void flush_more(struct conn *conn)
{
	int left = conn->driver->flush(conn->link);

	if (left < 0)
		fail_soon(conn);
	else
		loop_watch_set(conn->watch, left > 0 ? LOOP_READ | LOOP_WRITE : LOOP_READ);
}

static bool is_named(const struct conn *conn)
{
	return conn->exchange.query.is_prepared && !conn->view.identity.is_pooled;
}

/* Send what comes next for this question. */
static void exchange_send(struct conn *conn)
{
	const struct driver *driver = conn->driver;
	struct exchange *x = &conn->exchange;
	const struct query *query = &x->query;
	char name[PREPARED_NAME_BYTES];
	bool is_sent;

	x->step = EXCHANGE_RUNNING;
	if (query->is_simple) {
		is_sent = driver->send_simple(conn->link, query->sql);
	} else if (session_is_shared(conn)) {
		is_sent = session_send_local(conn, &(const struct driver_text){ query->sql,
							   query->param_count, query->params });
	} else if (!is_named(conn)) {
		is_sent = driver->send(conn->link, query->sql, query->param_count, query->params);
	} else {
		prepared_name(conn, x->text_hash, name);
		if (prepared_is_known(conn, x->text_hash)) {
			is_sent = driver->send_prepared(
				conn->link, name, query->param_count, query->params);
		} else {
			x->step = EXCHANGE_PREPARING;
			is_sent = driver->prepare(conn->link, name, query->sql, query->param_count);
		}
	}
	if (is_sent)
		flush_more(conn);
	else
		fail_soon(conn);
}

static void exchange_deliver(struct exchange *x, const struct driver *driver)
{
	const struct result result = { driver, x->last };

	if (!x->has_error && !x->last)
		x->has_error = !err_set(&x->error, ERR_CONNECT, "the server gave no answer");
	x->done(x->arg, x->has_error ? NULL : &result, x->has_error ? &x->error : NULL);
	if (x->last)
		driver->free_result(x->last);
}

/* An answer that waits for its cancel request is told as it is, the request's link closes all the same. */
static void on_deadline(void *arg)
{
	struct conn *conn = arg;
	struct exchange x = conn->exchange;
	struct err e;

	conn->exchange.deadline = NULL;
	if (x.is_answered)
		conn->exchange = (struct exchange){ .step = EXCHANGE_NONE };
	err_set(&e, ERR_TIMEOUT, "no answer within %.1f s, so the connection was dropped",
		(double)x.query.deadline_ms / 1000);
	conn_fail(conn, &e, CONN_TRY_AGAIN);
	if (x.is_answered)
		exchange_deliver(&x, conn->driver);
}

void exchange_start(struct conn *conn, const struct query *query, query_done_fn *done, void *arg)
{
	struct exchange *x = &conn->exchange;

	x->query = *query;
	x->started_us = loop_now_us(conn->loop);
	x->done = done;
	x->arg = arg;
	if (query->is_prepared)
		x->text_hash = prepared_hash(query->sql);
	if (query->deadline_ms > 0)
		x->deadline =
			loop_timer_start(conn->loop, query->deadline_ms, 0, on_deadline, conn);
	exchange_send(conn);
}

void exchange_end_unsent(struct conn *conn, const struct err *e)
{
	struct unsent unsent = conn->unsent;

	if (!unsent.timer)
		return;
	loop_timer_stop(unsent.timer);
	conn->unsent.timer = NULL;
	unsent.done(unsent.arg, NULL, e ? e : &unsent.error);
}

static void on_unsent(void *arg)
{
	struct conn *conn = arg;

	exchange_end_unsent(conn, NULL);
}

/* Who holds a connection may ask before he has heard that it is lost. */
static void refuse_soon(struct conn *conn, query_done_fn *done, void *arg)
{
	struct unsent *unsent = &conn->unsent;

	assert_always(!unsent->timer, "a second query on a connection that is lost");
	*unsent = (struct unsent){ .done = done, .arg = arg, .error = conn->failure };
	if (unsent->error.kind == ERR_NONE)
		err_set(&unsent->error, ERR_CONNECT, "there is no connection");
	unsent->timer = loop_soon(conn->loop, on_unsent, conn);
}

void conn_query(struct conn *conn, const struct query *query, query_done_fn *done, void *arg)
{
	assert_always(conn->state != CONN_BUSY, "a query on a connection that is not free");
	if (conn->state != CONN_IDLE) {
		refuse_soon(conn, done, arg);
		return;
	}
	conn_enter(conn, CONN_BUSY);
	exchange_start(conn, query, done, arg);
}

/* ---- several questions in one flight ---- */

static bool train_send_one(struct conn *conn, size_t index)
{
	const struct driver *driver = conn->driver;
	const struct query *query = &conn->exchange.train->queries[index];
	uint64_t text_hash;
	char name[PREPARED_NAME_BYTES];

	if (!query->is_prepared || conn->view.identity.is_pooled)
		return driver->send(conn->link, query->sql, query->param_count, query->params);
	text_hash = prepared_hash(query->sql);
	prepared_name(conn, text_hash, name);
	if (!prepared_is_known(conn, text_hash)) {
		conn->exchange.train_preparing |= 1u << index;
		if (!driver->prepare(conn->link, name, query->sql, query->param_count))
			return false;
	}
	return driver->send_prepared(conn->link, name, query->param_count, query->params);
}

static bool train_send(struct conn *conn)
{
	const struct train *train = conn->exchange.train;
	bool is_sent = conn->driver->train_start(conn->link);

	for (size_t i = 0; is_sent && i < train->count; i++) {
		is_sent = train_send_one(conn, i);
		if (is_sent && i + 1 == train->pushed)
			is_sent = conn->driver->train_push(conn->link);
	}
	return is_sent && conn->driver->train_end(conn->link);
}

void conn_train(struct conn *conn, const struct train *train, query_done_fn *done, void *arg)
{
	struct exchange *x = &conn->exchange;

	assert_always(conn->state == CONN_IDLE, "a train on a connection that is not free");
	assert_always(train->count > 0 && train->count <= TRAIN_MAX, "a train is short");
	conn_enter(conn, CONN_BUSY);
	x->query = train->queries[0];
	x->train = train;
	x->started_us = loop_now_us(conn->loop);
	x->done = done;
	x->arg = arg;
	x->step = EXCHANGE_RUNNING;
	if (train_send(conn))
		flush_more(conn);
	else
		fail_soon(conn);
}

/*
 * An answer came; unless it is the last, it is passed on. False: whoever got it has closed the conn, or it is one that
 * cannot stand in a train and the link is given up.
 */
static bool train_pass(struct conn *conn)
{
	struct exchange *x = &conn->exchange;
	const struct train *train = x->train;
	const struct result result = { conn->driver, x->last };
	size_t index = x->train_answered;
	bool is_preparation = x->train_preparing & 1u << index;

	if (!is_preparation && index + 1 == train->count)
		return true;
	x->last = NULL;
	if (is_preparation) {
		x->train_preparing &= ~(1u << index);
		prepared_remember(conn, prepared_hash(x->query.sql));
	} else {
		conn_log_query(conn, x);
		x->started_us = loop_now_us(conn->loop);
		x->train_answered++;
		x->query = train->queries[x->train_answered];
		train->answered(x->arg, index, &result);
	}
	conn->driver->free_result((struct driver_result *)result.answer);
	return conn->state == CONN_BUSY && x->train == train;
}

/* A promotion shows at once; no session of a primary lives on as one of a standby. */
static void watch_role(struct conn *conn)
{
	if (!conn->view.identity.is_standby || !conn_tells_role(conn))
		return;
	const char *value = conn->driver->parameter(conn->link, "in_hot_standby");
	bool is_standby = value && strcmp(value, "on") == 0;
	if (!value || is_standby == conn->view.identity.is_standby)
		return;
	conn->view.identity.is_standby = is_standby;
	conn->identified_us = 0;
	conn_log_role(conn);
	conn_notify(conn);
}

/* The conn is free for the next question. Without an error its kilobyte is neither copied nor wiped. */
static void exchange_move(struct exchange *to, struct exchange *from)
{
	memcpy(to, from, from->has_error ? sizeof(*to) : offsetof(struct exchange, error));
	memset(from, 0, offsetof(struct exchange, error));
}

/* The whole answer is here: the conn is free, or closed, before done() hears of it. */
static void exchange_finish(struct conn *conn)
{
	struct exchange x;

	exchange_move(&x, &conn->exchange);
	loop_timer_stop(x.deadline);
	conn_log_query(conn, &x);
	if (conn->state == CONN_BUSY && conn_check_alive(conn)) {
		watch_role(conn);
		conn_enter(conn, CONN_IDLE);
	}
	exchange_deliver(&x, conn->driver);
}

/* A statement the server has lost, or whose columns changed, is prepared again: once, and never inside a
 * transaction, which has failed with it. */
static bool prepare_again(struct conn *conn)
{
	struct exchange *x = &conn->exchange;

	if (x->train || !is_named(conn) || x->is_retried ||
		conn->driver->txn(conn->link) != DRIVER_TXN_IDLE)
		return false;
	if (retry_judge(&x->error, RETRY_READING).link != RETRY_LINK_FORGET)
		return false;
	conn_forget_prepared(conn);
	x->is_retried = true;
	x->has_error = false;
	exchange_send(conn);
	return true;
}

/* Prepared, or there already under the same name: then made from the same text. */
static bool run_prepared(struct conn *conn)
{
	struct exchange *x = &conn->exchange;

	if (x->has_error && (strcmp(x->error.sqlstate, "42P05") != 0 ||
				    conn->driver->txn(conn->link) != DRIVER_TXN_IDLE))
		return false;
	if (x->last)
		conn->driver->free_result(x->last);
	x->last = NULL;
	x->has_error = false;
	prepared_remember(conn, x->text_hash);
	exchange_send(conn);
	return true;
}

static void exchange_step_done(struct conn *conn)
{
	struct exchange *x = &conn->exchange;

	if (!conn->has_fatal && x->step == EXCHANGE_PREPARING && run_prepared(conn))
		return;
	if (!conn->has_fatal && x->has_error && prepare_again(conn))
		return;
	/* A late cancel request must not hit the next question. */
	x->is_answered = conn->cancel;
	if (!x->is_answered) {
		exchange_finish(conn);
		return;
	}
	if (x->deadline)
		return;
	x->query.deadline_ms = CANCEL_WAIT_MS;
	x->deadline = loop_timer_start(conn->loop, CANCEL_WAIT_MS, 0, on_deadline, conn);
}

void exchange_after_cancel(struct conn *conn)
{
	if (conn->exchange.is_answered)
		exchange_finish(conn);
}

static void take_error(struct conn *conn, const struct driver_result *answer)
{
	struct exchange *x = &conn->exchange;
	const struct error_source source = { x->query.sql, x->query.sql_offset };

	if (x->has_error)
		return;
	x->has_error = true;
	error_from_result(conn->driver, answer, &source, &x->error);
	if (!error_is_fatal(conn->driver, answer))
		return;
	error_advise(&x->error);
	conn->has_fatal = true;
	conn->fatal = x->error;
}

static void copy_finish(struct conn *conn)
{
	const char *refusal =
		conn->exchange.query.copy_data.data ? NULL : "no rows are given for this COPY";

	if (conn->driver->copy_end(conn->link, refusal) < 0) {
		fail_soon(conn);
		return;
	}
	conn->exchange.query.copy_data = (struct span){ 0 }; /* a second COPY gets none */
	conn->exchange.step = EXCHANGE_RUNNING;
	flush_more(conn);
}

/* Hand over rows until the socket is full. */
static void copy_more(struct conn *conn)
{
	struct exchange *x = &conn->exchange;
	struct span data = x->query.copy_data;

	while (x->copied < data.len) {
		size_t bytes = data.len - x->copied;
		if (bytes > COPY_CHUNK_BYTES)
			bytes = COPY_CHUNK_BYTES;
		int taken = conn->driver->copy_data(conn->link, data.data + x->copied, bytes);
		if (taken < 0)
			break;
		x->copied += taken > 0 ? bytes : 0;
		if (taken == 0 || conn->driver->flush(conn->link) > 0) {
			loop_watch_set(conn->watch, LOOP_READ | LOOP_WRITE);
			return;
		}
	}
	copy_finish(conn);
}

static void take_answer(struct conn *conn, struct driver_result *answer)
{
	struct exchange *x = &conn->exchange;
	enum driver_kind kind = conn->driver->kind(answer);

	if (x->train && (kind == DRIVER_COPY_IN || kind == DRIVER_COPY_OUT)) {
		conn->driver->free_result(answer);
		fail_soon(conn); /* there is no way back from it in a flight */
		return;
	}
	if (kind == DRIVER_COPY_IN)
		x->step = EXCHANGE_COPYING;
	if (kind == DRIVER_ERROR)
		take_error(conn, answer);
	if (kind == DRIVER_ERROR || kind == DRIVER_COPY_IN) {
		conn->driver->free_result(answer);
		return;
	}
	if (x->last)
		conn->driver->free_result(x->last);
	x->last = answer;
}

/* On a link that is gone nothing blocks any more, and what was read before is still there. */
static bool has_answer(struct conn *conn)
{
	return !conn->driver->is_busy(conn->link) || !conn->driver->is_alive(conn->link);
}

static void exchange_read(struct conn *conn)
{
	if (conn->exchange.step == EXCHANGE_COPYING) {
		copy_more(conn);
		return;
	}
	while (has_answer(conn)) {
		struct driver_result *answer = conn->driver->next_result(conn->link);
		if (!answer) {
			exchange_step_done(conn);
			return;
		}
		take_answer(conn, answer);
		if (conn->exchange.step == EXCHANGE_COPYING) {
			copy_more(conn);
			return;
		}
		if (conn->exchange.train && conn->exchange.last && !train_pass(conn))
			return;
	}
}

void conn_on_ready(void *arg, int events)
{
	struct conn *conn = arg;
	struct exchange *x = &conn->exchange;

	if (events & LOOP_READ)
		(void)!conn->driver->consume(conn->link); /* what it cannot read shows below */
	if (events & LOOP_WRITE && x->step != EXCHANGE_COPYING)
		flush_more(conn);
	if (x->step != EXCHANGE_NONE && !x->is_answered) {
		exchange_read(conn);
		return;
	}
	if (conn->driver->is_alive(conn->link))
		(void)conn->driver->is_busy(conn->link); /* reads what came: notices, a goodbye */
	if (!x->is_answered)
		(void)!conn_check_alive(conn);
}
