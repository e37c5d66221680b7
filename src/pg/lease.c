// SPDX-License-Identifier: GPL-3.0-or-later
#include "pg/lease.h"

#include <utlist.h>

#include "base/mem.h"
#include "pg/conninfo.h"
#include "pg/identity.h"

enum { MONITOR_STATEMENT_MS = 1500, MONITOR_LOCK_MS = 100 };

/* A request until it is answered, and what was granted after that. */
struct lease {
	struct endpoint *endpoint; /* NULL once it was freed */
	enum conn_purpose purpose;
	struct identity must_equal;
	bool has_must_equal;
	int64_t deadline_ms;
	lease_done_fn *done;
	void *arg;
	bool is_forgotten;	     /* nobody serves it any more */
	struct loop_timer *timer;    /* the deadline of a change; else the answer */
	struct pool_request request; /* MONITOR */
	struct pool_lease loan;
	struct lease *prev, *next; /* among those asked, or those out */
};

struct endpoint {
	struct loop *loop;
	struct endpoint_options options;
	struct conninfo *info; /* owned */
	char *set_role;	       /* owned */
	endpoint_changed_fn *changed;
	void *arg;
	struct pool *pool;	    /* owned; of the monitoring connections */
	bool is_watched;	    /* until then nothing is kept up */
	int kept;		    /* from then on so many are */
	struct conn *change;	    /* owned; NULL = not there */
	struct lease *dialing;	    /* the one it is dialed for; among those asked */
	struct lease *asked, *out;  /* first come, first served; freed by lease_give_back() */
	struct loop_timer *serving; /* the line for changes is looked at on the next turn */
};

/* ---- answers ---- */

static void answer(struct lease *lease, const struct err *e)
{
	struct endpoint *endpoint = lease->endpoint;

	DL_DELETE(endpoint->asked, lease);
	if (endpoint->dialing == lease)
		endpoint->dialing = NULL;
	loop_timer_stop(lease->timer);
	lease->timer = NULL;
	if (!e) {
		DL_APPEND(endpoint->out, lease);
		lease->done(lease->arg, lease, NULL);
		return;
	}
	lease_done_fn *done = lease->done;
	void *arg = lease->arg;
	free(lease);
	done(arg, NULL, e);
}

static void on_forgotten(void *arg)
{
	struct lease *lease = arg;
	struct err e;

	lease->timer = NULL;
	err_set(&e, ERR_CANCELED, "the connection is no longer wanted");
	answer(lease, &e);
}

/* ---- monitoring: from the pool ---- */

static void ask_pool(struct lease *lease);

/* The server may be another one than was meant. */
static void on_loan(struct lease *lease)
{
	struct pool *pool = lease->endpoint->pool;
	const struct conn *conn = pool_conn(pool, lease->loan);
	struct err e;

	if (!lease->has_must_equal ||
		identity_check_equal(&conn_view(conn)->identity, &lease->must_equal, &e)) {
		answer(lease, NULL);
		return;
	}
	pool_give_back(pool, lease->loan);
	answer(lease, &e);
}

/* Had at once, told a turn later: it may be lost by now. */
static void on_loan_at_once(void *arg)
{
	struct lease *lease = arg;
	struct pool *pool = lease->endpoint->pool;
	const struct conn *conn = pool_conn(pool, lease->loan);

	lease->timer = NULL;
	if (conn && conn_is_usable(conn)) {
		on_loan(lease);
		return;
	}
	pool_give_back(pool, lease->loan);
	ask_pool(lease);
}

static void on_pool_answer(void *arg, struct pool_lease loan, const struct err *e)
{
	struct lease *lease = arg;

	lease->loan = loan;
	if (e)
		answer(lease, e);
	else
		on_loan(lease);
}

static void ask_pool(struct lease *lease)
{
	struct endpoint *endpoint = lease->endpoint;

	if (pool_take(endpoint->pool, &lease->request, &lease->loan))
		lease->timer = loop_soon(endpoint->loop, on_loan_at_once, lease);
}

static void on_pool_changed(void *arg, struct pool *pool)
{
	struct endpoint *endpoint = arg;

	(void)pool;
	if (endpoint->changed)
		endpoint->changed(endpoint->arg, endpoint);
}

static struct pool *make_pool(
	struct endpoint *endpoint, const struct conninfo *info, const struct pool_options *like)
{
	struct pool_options options = like ? *like : pool_defaults;
	struct err e;

	options.driver = endpoint->options.driver;
	options.info = info;
	options.conn = (struct conn_options){
		.purpose = CONN_MONITOR,
		.connect_timeout_ms = endpoint->options.connect_timeout_ms,
		.statement_timeout_ms = MONITOR_STATEMENT_MS,
		.lock_timeout_ms = MONITOR_LOCK_MS,
		.pooler_is_session = endpoint->options.pooler_is_session,
	};
	endpoint->kept = options.min_size > 0 ? options.min_size : 1;
	options.min_size = 0; /* who only asks now and then keeps nothing up */
	options.changed = on_pool_changed;
	options.changed_arg = endpoint;
	struct pool *pool = pool_new(endpoint->loop, &options, &e);
	assert_always(pool, "the sizes of a pool are checked where they are read");
	return pool;
}

/* ---- changing: a connection of its own ---- */

static void serve_soon(struct endpoint *endpoint);

static void drop_change(struct endpoint *endpoint)
{
	conn_free(endpoint->change);
	endpoint->change = NULL;
	serve_soon(endpoint);
}

static void on_deadline(void *arg)
{
	struct lease *lease = arg;
	struct endpoint *endpoint = lease->endpoint;
	const struct conn *conn = endpoint->change;
	bool is_dialing = endpoint->dialing == lease;
	struct str place = { 0 };
	struct err e;

	lease->timer = NULL;
	conninfo_words(endpoint->info, &place);
	if (conn && conn_view(conn)->state != LINK_UP && conn_error(conn)->kind != ERR_NONE)
		e = *conn_error(conn);
	else
		err_set(&e, ERR_TIMEOUT, "the connection to %.120s was not free within %.1f s",
			str_c(&place), (double)lease->deadline_ms / 1000);
	str_release(&place);
	if (is_dialing)
		drop_change(endpoint);
	answer(lease, &e);
}

static void on_change_changed(void *arg, struct conn *conn)
{
	struct endpoint *endpoint = arg;
	struct lease *lease = endpoint->dialing;
	struct err e;

	if (!lease)
		return;
	if (conn_view(conn)->state == LINK_UP) {
		answer(lease, NULL);
	} else if (conn_view(conn)->state == LINK_STOPPED) {
		e = *conn_error(conn);
		drop_change(endpoint);
		answer(lease, &e);
	}
}

static struct lease *first_for_change(const struct endpoint *endpoint)
{
	struct lease *lease;

	DL_FOREACH (endpoint->asked, lease)
		if (lease->purpose == CONN_CHANGE && !lease->is_forgotten)
			return lease;
	return NULL;
}

static void serve_change(void *arg)
{
	struct endpoint *endpoint = arg;
	struct lease *first = first_for_change(endpoint);

	endpoint->serving = NULL;
	if (!first || endpoint->change)
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
	endpoint->change = conn_new(endpoint->loop, endpoint->options.driver, endpoint->info,
		&options, on_change_changed, endpoint);
	conn_open(endpoint->change);
}

static void serve_soon(struct endpoint *endpoint)
{
	if (!endpoint->serving)
		endpoint->serving = loop_soon(endpoint->loop, serve_change, endpoint);
}

/* ---- public ---- */

struct endpoint *endpoint_new(struct loop *loop, const struct endpoint_options *options,
	endpoint_changed_fn *changed, void *arg)
{
	struct endpoint *endpoint = mem_new(struct endpoint);

	endpoint->loop = loop;
	endpoint->options = *options;
	endpoint->info = conninfo_copy(options->info);
	endpoint->set_role = mem_strdup(options->set_role);
	endpoint->changed = changed;
	endpoint->arg = arg;
	endpoint->pool = make_pool(endpoint,
		options->monitor_info ? options->monitor_info : options->info, options->pool);
	return endpoint;
}

void endpoint_free(struct endpoint *endpoint)
{
	struct lease *lease;
	struct err e;

	if (!endpoint)
		return;
	endpoint->changed = NULL;
	DL_FOREACH (endpoint->out, lease)
		lease->endpoint = NULL;
	pool_free(endpoint->pool); /* answers those it has */
	err_set(&e, ERR_CANCELED, "the connection was closed");
	while (endpoint->asked)
		answer(endpoint->asked, &e);
	conn_free(endpoint->change);
	endpoint->change = NULL;
	loop_timer_stop(endpoint->serving);
	conninfo_free(endpoint->info);
	free(endpoint->set_role);
	loop_defer_free(endpoint->loop, endpoint);
}

void endpoint_watch(struct endpoint *endpoint)
{
	if (!endpoint->is_watched)
		pool_keep(endpoint->pool, endpoint->kept);
	endpoint->is_watched = true;
}

void endpoint_retry(struct endpoint *endpoint)
{
	if (endpoint->is_watched)
		pool_retry(endpoint->pool);
}

const struct link_view *endpoint_view(const struct endpoint *endpoint)
{
	return pool_view(endpoint->pool);
}

struct pool *endpoint_pool(const struct endpoint *endpoint)
{
	return endpoint->pool;
}

static void ask_for_monitor(struct lease *lease, const struct lease_wish *wish)
{
	lease->request = (struct pool_request){
		.tag = wish->tag ? wish->tag : "monitor",
		.band = wish->band,
		.timeout_ms = wish->deadline_ms > 0 ? wish->deadline_ms : POOL_FOR_EVER,
		.is_hasty = wish->deadline_ms == 0,
		.done = on_pool_answer,
		.arg = lease,
	};
	endpoint_watch(lease->endpoint);
	ask_pool(lease);
}

void lease_ask(
	struct endpoint *endpoint, const struct lease_wish *wish, lease_done_fn *done, void *arg)
{
	struct lease *lease = mem_new(struct lease);

	lease->endpoint = endpoint;
	lease->purpose = wish->purpose;
	lease->deadline_ms = wish->deadline_ms;
	lease->done = done;
	lease->arg = arg;
	lease->has_must_equal = wish->must_equal;
	if (wish->must_equal)
		lease->must_equal = *wish->must_equal;
	DL_APPEND(endpoint->asked, lease);
	if (wish->purpose == CONN_MONITOR) {
		ask_for_monitor(lease, wish);
		return;
	}
	if (wish->deadline_ms > 0)
		lease->timer =
			loop_timer_start(endpoint->loop, wish->deadline_ms, 0, on_deadline, lease);
	serve_soon(endpoint);
}

void lease_take(struct endpoint *endpoint, enum conn_purpose purpose,
	const struct identity *must_equal, int64_t deadline_ms, lease_done_fn *done, void *arg)
{
	const struct lease_wish wish = {
		.purpose = purpose, .must_equal = must_equal, .deadline_ms = deadline_ms
	};

	lease_ask(endpoint, &wish, done, arg);
}

static struct lease *find_asked(
	const struct endpoint *endpoint, lease_done_fn *done, const void *arg)
{
	struct lease *lease;

	DL_FOREACH (endpoint->asked, lease)
		if (lease->done == done && lease->arg == arg && !lease->is_forgotten)
			return lease;
	return NULL;
}

void lease_forget(struct endpoint *endpoint, lease_done_fn *done, void *arg)
{
	struct lease *lease = find_asked(endpoint, done, arg);

	if (!lease)
		return;
	lease->is_forgotten = true;
	if (lease->purpose == CONN_MONITOR && pool_cancel(&lease->request))
		return; /* the pool answers */
	if (lease->loan.serial)
		pool_give_back(endpoint->pool, lease->loan);
	if (endpoint->dialing == lease) {
		endpoint->dialing = NULL;
		drop_change(endpoint);
	}
	loop_timer_stop(lease->timer);
	lease->timer = loop_soon(endpoint->loop, on_forgotten, lease);
}

struct conn *lease_conn(struct lease *lease)
{
	const struct endpoint *endpoint = lease->endpoint;

	if (!endpoint)
		return NULL;
	return lease->purpose == CONN_CHANGE ? endpoint->change
					     : pool_conn(endpoint->pool, lease->loan);
}

void lease_note_transaction(struct lease *lease, int64_t took_us)
{
	if (lease->endpoint && lease->purpose == CONN_MONITOR)
		pool_note_transaction(lease->endpoint->pool, took_us);
}

void lease_give_back(struct lease *lease)
{
	struct endpoint *endpoint = lease->endpoint;
	struct conn *conn = lease_conn(lease);

	if (!endpoint) {
		free(lease);
		return;
	}
	DL_DELETE(endpoint->out, lease);
	if (conn)
		conn_on_notice(conn, NULL, NULL);
	if (lease->purpose == CONN_CHANGE)
		drop_change(endpoint);
	else
		assert_always(
			pool_give_back(endpoint->pool, lease->loan), "a lease is given back once");
	free(lease);
}
