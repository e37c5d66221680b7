// SPDX-License-Identifier: GPL-3.0-or-later
#include "pg/lease.h"

#include <utlist.h>

#include "base/mem.h"
#include "pg/conninfo.h"
#include "pg/identity.h"
#include "sql/sql.h"

enum {
	MONITOR_STATEMENT_MS = 1500,
	MONITOR_LOCK_MS = 100,
	CLEAN_UP_MS = 5000,
	PURPOSES = CONN_CHANGE + 1
};

/* Somebody in line. */
struct request {
	struct endpoint *endpoint;
	enum conn_purpose purpose;
	struct identity must_equal;
	bool has_must_equal;
	int64_t deadline_ms;
	lease_done_fn *done;
	void *arg;
	bool is_forgotten;	  /* nobody serves it any more */
	struct loop_timer *timer; /* the deadline; once forgotten, the answer */
	struct request *prev, *next;
};

struct lease {
	struct endpoint *endpoint; /* NULL once it was freed */
	enum conn_purpose purpose;
};

struct endpoint {
	struct loop *loop;
	struct endpoint_options options;
	struct conninfo *info, *monitor_info; /* owned */
	char *set_role;			      /* owned */
	conn_changed_fn *changed;
	void *arg;
	struct conn *conns[PURPOSES];	 /* owned; NULL = not there */
	struct lease *lent[PURPOSES];	 /* who holds it; freed by lease_give_back() */
	struct request *lines[PURPOSES]; /* owned; first come, first served */
	struct request *dialing;    /* the one the change connection is dialed for; in its line */
	bool is_cleaning;	    /* the watching connection is between two holders */
	struct loop_timer *serving; /* the lines are looked at on the next turn */
};

static void serve_soon(struct endpoint *endpoint);

static const struct conninfo *info_for(const struct endpoint *endpoint, enum conn_purpose purpose)
{
	return purpose == CONN_MONITOR ? endpoint->monitor_info : endpoint->info;
}

/* ---- answers ---- */

static void request_end(struct request *request, struct lease *lease, const struct err *e)
{
	struct endpoint *endpoint = request->endpoint;
	struct request answered = *request;

	DL_DELETE(endpoint->lines[request->purpose], request);
	if (endpoint->dialing == request)
		endpoint->dialing = NULL;
	loop_timer_stop(request->timer);
	free(request);
	answered.done(answered.arg, lease, e);
}

static void grant(struct request *request)
{
	struct endpoint *endpoint = request->endpoint;
	struct lease *lease = mem_new(struct lease);

	lease->endpoint = endpoint;
	lease->purpose = request->purpose;
	endpoint->lent[request->purpose] = lease;
	request_end(request, lease, NULL);
}

static void drop_change_conn(struct endpoint *endpoint)
{
	conn_free(endpoint->conns[CONN_CHANGE]);
	endpoint->conns[CONN_CHANGE] = NULL;
	serve_soon(endpoint);
}

static void on_deadline(void *arg)
{
	struct request *request = arg;
	struct endpoint *endpoint = request->endpoint;
	struct conn *conn = endpoint->conns[request->purpose];
	bool is_dialing = endpoint->dialing == request;
	struct str place = { 0 };
	struct err e;

	request->timer = NULL;
	conninfo_words(info_for(endpoint, request->purpose), &place);
	if (conn && conn_view(conn)->state != LINK_UP && conn_error(conn)->kind != ERR_NONE)
		e = *conn_error(conn);
	else
		err_set(&e, ERR_TIMEOUT, "the connection to %.120s was not free within %.1f s",
			str_c(&place), (double)request->deadline_ms / 1000);
	str_release(&place);
	if (is_dialing)
		drop_change_conn(endpoint);
	request_end(request, NULL, &e);
}

static void on_forgotten(void *arg)
{
	struct request *request = arg;
	struct err e;

	request->timer = NULL;
	err_set(&e, ERR_CANCELED, "the connection is no longer wanted");
	request_end(request, NULL, &e);
}

/* ---- the watching connection ---- */

static void on_monitor_changed(void *arg, struct conn *conn)
{
	struct endpoint *endpoint = arg;

	serve_soon(endpoint);
	if (endpoint->changed)
		endpoint->changed(endpoint->arg, conn);
}

static void open_monitor(struct endpoint *endpoint)
{
	const struct conn_options options = {
		.purpose = CONN_MONITOR,
		.keep_up = true,
		.connect_timeout_ms = endpoint->options.connect_timeout_ms,
		.statement_timeout_ms = MONITOR_STATEMENT_MS,
		.lock_timeout_ms = MONITOR_LOCK_MS,
		.pooler_is_session = endpoint->options.pooler_is_session,
	};

	endpoint->conns[CONN_MONITOR] = conn_new(endpoint->loop, endpoint->options.driver,
		endpoint->monitor_info, &options, on_monitor_changed, endpoint);
	conn_open(endpoint->conns[CONN_MONITOR]);
}

/* Why this one gets nothing although the connection may come back for others; false = keep waiting. */
static bool is_hopeless(const struct request *request, const struct conn *conn, struct err *e)
{
	enum link_state state = conn_view(conn)->state;

	if (state != LINK_STOPPED && (state != LINK_WAITING || request->deadline_ms > 0))
		return false;
	*e = *conn_error(conn);
	return true;
}

/* Each answer may change the line, so it is walked anew after each. */
static void fail_hopeless(struct endpoint *endpoint)
{
	struct request *request = endpoint->lines[CONN_MONITOR];
	struct err e;

	while (request) {
		if (request->is_forgotten ||
			!is_hopeless(request, endpoint->conns[CONN_MONITOR], &e)) {
			request = request->next;
			continue;
		}
		request_end(request, NULL, &e);
		request = endpoint->lines[CONN_MONITOR];
	}
}

static void on_cleaned(void *arg, const struct result *result, const struct err *e)
{
	struct endpoint *endpoint = arg;

	(void)result;
	(void)e; /* a link that could not be cleaned is gone, and its conn dials again */
	endpoint->is_cleaning = false;
	serve_soon(endpoint);
}

/* Between two holders: out of any transaction, and knowing who answers. True when that takes a question. */
static bool clean(struct endpoint *endpoint, struct conn *conn)
{
	const struct query rollback = {
		.sql = sql_get("unit-rollback", conn_view(conn)->identity.server_version),
		.is_simple = true,
		.deadline_ms = CLEAN_UP_MS,
	};

	if (conn_in_transaction(conn))
		conn_query(conn, &rollback, on_cleaned, endpoint);
	else if (conn_is_identity_stale(conn))
		conn_identify(conn, on_cleaned, endpoint);
	else
		return false;
	endpoint->is_cleaning = true;
	return true;
}

static struct request *first_in_line(const struct endpoint *endpoint, enum conn_purpose purpose)
{
	struct request *request = endpoint->lines[purpose];

	while (request && request->is_forgotten)
		request = request->next;
	return request;
}

static void serve_monitor(struct endpoint *endpoint)
{
	struct err e;

	if (endpoint->conns[CONN_MONITOR])
		fail_hopeless(endpoint);
	struct conn *conn = endpoint->conns[CONN_MONITOR];
	if (!conn || endpoint->lent[CONN_MONITOR] || endpoint->is_cleaning ||
		!conn_is_usable(conn) || clean(endpoint, conn))
		return;
	struct request *first = first_in_line(endpoint, CONN_MONITOR);
	if (!first)
		return;
	if (first->has_must_equal &&
		!identity_check_equal(&conn_view(conn)->identity, &first->must_equal, &e)) {
		request_end(first, NULL, &e);
		serve_soon(endpoint);
		return;
	}
	grant(first);
}

/* ---- the changing connection ---- */

static void on_change_changed(void *arg, struct conn *conn)
{
	struct endpoint *endpoint = arg;
	struct request *request = endpoint->dialing;
	struct err e;

	if (!request)
		return;
	if (conn_view(conn)->state == LINK_UP) {
		grant(request);
	} else if (conn_view(conn)->state == LINK_STOPPED) {
		e = *conn_error(conn);
		drop_change_conn(endpoint);
		request_end(request, NULL, &e);
	}
}

static void serve_change(struct endpoint *endpoint)
{
	struct request *first = first_in_line(endpoint, CONN_CHANGE);

	if (!first || endpoint->conns[CONN_CHANGE])
		return;
	const struct conn_options options = {
		.purpose = CONN_CHANGE,
		.connect_timeout_ms = endpoint->options.connect_timeout_ms,
		.pooler_is_session = endpoint->options.pooler_is_session,
		.must_be_primary = true,
		.must_equal = first->has_must_equal ? &first->must_equal : NULL,
		.set_role = endpoint->set_role,
	};
	endpoint->dialing = first;
	endpoint->conns[CONN_CHANGE] = conn_new(endpoint->loop, endpoint->options.driver,
		endpoint->info, &options, on_change_changed, endpoint);
	conn_open(endpoint->conns[CONN_CHANGE]);
}

static void serve(void *arg)
{
	struct endpoint *endpoint = arg;

	endpoint->serving = NULL;
	serve_change(endpoint);
	serve_monitor(endpoint); /* last: a holder may free the endpoint */
}

static void serve_soon(struct endpoint *endpoint)
{
	if (!endpoint->serving)
		endpoint->serving = loop_soon(endpoint->loop, serve, endpoint);
}

/* ---- public ---- */

struct endpoint *endpoint_new(struct loop *loop, const struct endpoint_options *options,
	conn_changed_fn *changed, void *arg)
{
	struct endpoint *endpoint = mem_new(struct endpoint);

	endpoint->loop = loop;
	endpoint->options = *options;
	endpoint->info = conninfo_copy(options->info);
	endpoint->monitor_info =
		conninfo_copy(options->monitor_info ? options->monitor_info : options->info);
	endpoint->set_role = mem_strdup(options->set_role);
	endpoint->changed = changed;
	endpoint->arg = arg;
	return endpoint;
}

void endpoint_free(struct endpoint *endpoint)
{
	struct err e;

	if (!endpoint)
		return;
	err_set(&e, ERR_CANCELED, "the connection was closed");
	endpoint->changed = NULL;
	for (int purpose = 0; purpose < PURPOSES; purpose++) {
		if (endpoint->lent[purpose])
			endpoint->lent[purpose]->endpoint = NULL;
		while (endpoint->lines[purpose])
			request_end(endpoint->lines[purpose], NULL, &e);
		conn_free(endpoint->conns[purpose]);
		endpoint->conns[purpose] = NULL;
	}
	loop_timer_stop(endpoint->serving);
	conninfo_free(endpoint->info);
	conninfo_free(endpoint->monitor_info);
	free(endpoint->set_role);
	loop_defer_free(endpoint->loop, endpoint);
}

void endpoint_watch(struct endpoint *endpoint)
{
	if (!endpoint->conns[CONN_MONITOR])
		open_monitor(endpoint);
}

void endpoint_retry(struct endpoint *endpoint)
{
	if (endpoint->conns[CONN_MONITOR])
		conn_retry(endpoint->conns[CONN_MONITOR]);
}

const struct link_view *endpoint_view(const struct endpoint *endpoint)
{
	static const struct link_view closed = { .state = LINK_CLOSED };
	const struct conn *conn = endpoint->conns[CONN_MONITOR];

	return conn ? conn_view(conn) : &closed;
}

void lease_take(struct endpoint *endpoint, enum conn_purpose purpose,
	const struct identity *must_equal, int64_t deadline_ms, lease_done_fn *done, void *arg)
{
	struct request *request = mem_new(struct request);

	*request = (struct request){ .endpoint = endpoint,
		.purpose = purpose,
		.has_must_equal = must_equal,
		.deadline_ms = deadline_ms,
		.done = done,
		.arg = arg };
	if (must_equal)
		request->must_equal = *must_equal;
	if (deadline_ms > 0)
		request->timer =
			loop_timer_start(endpoint->loop, deadline_ms, 0, on_deadline, request);
	DL_APPEND(endpoint->lines[purpose], request);
	if (purpose == CONN_MONITOR)
		endpoint_watch(endpoint);
	serve_soon(endpoint);
}

static struct request *find_request(
	const struct endpoint *endpoint, lease_done_fn *done, const void *arg)
{
	struct request *request;

	for (int purpose = 0; purpose < PURPOSES; purpose++)
		DL_FOREACH (endpoint->lines[purpose], request)
			if (request->done == done && request->arg == arg && !request->is_forgotten)
				return request;
	return NULL;
}

void lease_forget(struct endpoint *endpoint, lease_done_fn *done, void *arg)
{
	struct request *request = find_request(endpoint, done, arg);

	if (!request)
		return;
	if (endpoint->dialing == request) {
		endpoint->dialing = NULL;
		drop_change_conn(endpoint);
	}
	request->is_forgotten = true;
	loop_timer_stop(request->timer);
	request->timer = loop_soon(endpoint->loop, on_forgotten, request);
}

struct conn *lease_conn(struct lease *lease)
{
	return lease->endpoint ? lease->endpoint->conns[lease->purpose] : NULL;
}

void lease_give_back(struct lease *lease)
{
	struct endpoint *endpoint = lease->endpoint;
	enum conn_purpose purpose = lease->purpose;

	free(lease);
	if (!endpoint)
		return;
	struct conn *conn = endpoint->conns[purpose];
	endpoint->lent[purpose] = NULL;
	conn_on_notice(conn, NULL, NULL);
	if (purpose == CONN_CHANGE) {
		drop_change_conn(endpoint);
		return;
	}
	/* Given back in mid-question: what the next holder would read is not its answer. */
	if (conn_view(conn)->state == LINK_UP && !conn_is_usable(conn)) {
		conn_free(conn);
		open_monitor(endpoint);
	}
	serve_soon(endpoint);
}
