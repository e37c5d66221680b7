/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lease: callers take a connection and give it back; what stands behind is not theirs to know. Behind it stand two
 * things: a pool of monitoring connections, of which one is kept up for ever once somebody watches, and a pinned
 * connection for changes, never pooled, which exists only while somebody holds it.
 */
#ifndef DBTOP_PG_LEASE_H
#define DBTOP_PG_LEASE_H

#include "pg/conn.h"
#include "pg/pool.h"

struct endpoint; /* one server address, and its connections */
struct lease;

struct endpoint_options {
	const struct driver *driver;
	const struct conninfo *info;	     /* copied */
	const struct conninfo *monitor_info; /* NULL = info; copied */
	const struct pool_options
		*pool; /* sizes and times of the pool; NULL = pool_defaults; copied */
	int64_t connect_timeout_ms;
	bool pooler_is_session;
	const char *set_role;
};

/* Told on a later turn whenever the view of the endpoint changed. */
typedef void endpoint_changed_fn(void *arg, struct endpoint *endpoint);

struct endpoint *endpoint_new(struct loop *loop, const struct endpoint_options *options,
	endpoint_changed_fn *changed, void *arg);
/* Leases still out lose their connection, and are given back all the same; requests end with ERR_CANCELED. */
void endpoint_free(struct endpoint *endpoint);
/* Start watching: opens a monitoring connection and keeps it up. */
void endpoint_watch(struct endpoint *endpoint);
void endpoint_retry(struct endpoint *endpoint);
/* Up while there is a monitoring connection; the identity is of the one that spoke last of itself. */
const struct link_view *endpoint_view(const struct endpoint *endpoint);
/* Of the monitoring connections: for its figures, and to drain, suspend and resize it. */
struct pool *endpoint_pool(const struct endpoint *endpoint);

typedef void lease_done_fn(void *arg, struct lease *lease, const struct err *e);

struct lease_wish {
	enum conn_purpose purpose;
	const char *tag;		   /* who asks; a literal; NULL = the purpose */
	enum pool_band band;		   /* MONITOR: who waits behind whom */
	const struct identity *must_equal; /* the server that is meant; NULL = any; copied */
	int64_t deadline_ms;
};

/*
 * Ask for a connection; done() on a later turn, exactly once; on failure lease is NULL. MONITOR waits in line for one of
 * the pool until deadline_ms, through failed dials too; with 0 it waits only while there is a connection or a dial, and
 * otherwise fails with the reason there is none. A pool that stopped fails at once. CHANGE dials a new one, checks
 * identity, standby and pooler; there is one at a time, others wait in line until deadline_ms (0 = for ever).
 */
void lease_ask(
	struct endpoint *endpoint, const struct lease_wish *wish, lease_done_fn *done, void *arg);
/* The same for somebody who wants nothing special. */
void lease_take(struct endpoint *endpoint, enum conn_purpose purpose,
	const struct identity *must_equal, int64_t deadline_ms, lease_done_fn *done, void *arg);
/* Drop a request that was not answered yet: done() comes with ERR_CANCELED. */
void lease_forget(struct endpoint *endpoint, lease_done_fn *done, void *arg);
/* NULL once the endpoint is gone. */
struct conn *lease_conn(struct lease *lease);
/* A transaction on it took so long, BEGIN to end; of a monitoring connection its pool keeps count. */
void lease_note_transaction(struct lease *lease, int64_t took_us);
/* Once. A monitoring connection given back inside a transaction is rolled back first. A change connection closes. */
void lease_give_back(struct lease *lease);

#endif
