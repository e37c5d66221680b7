/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lease: callers take a connection and give it back; what stands behind is not theirs to know. Behind it
 * stand two fixed connections: one that watches, kept up for ever, and one for changes, which exists only
 * while somebody holds it.
 */
#ifndef DBTOP_PG_LEASE_H
#define DBTOP_PG_LEASE_H

#include "pg/conn.h"

struct endpoint; /* one server address, and its connections */
struct lease;

struct endpoint_options {
	const struct driver *driver;
	const struct conninfo *info;	     /* copied */
	const struct conninfo *monitor_info; /* NULL = info; copied */
	int64_t connect_timeout_ms;
	bool pooler_is_session;
	const char *set_role;
};

struct endpoint *endpoint_new(struct loop *loop, const struct endpoint_options *options,
	conn_changed_fn *changed, void *arg);
/* Leases still out lose their connection, and are given back all the same; requests end with ERR_CANCELED. */
void endpoint_free(struct endpoint *endpoint);
/* Start watching: opens the monitoring connection and keeps it up. */
void endpoint_watch(struct endpoint *endpoint);
void endpoint_retry(struct endpoint *endpoint);
const struct link_view *endpoint_view(const struct endpoint *endpoint);

typedef void lease_done_fn(void *arg, struct lease *lease, const struct err *e);
/*
 * Ask for a connection; done() on a later turn, exactly once; on failure lease is NULL. MONITOR waits in line for the
 * watching connection until deadline_ms, through lost links too; with 0 it waits only while the link is up or being
 * dialed, and otherwise fails with the reason it is down. A link that stopped fails at once. CHANGE dials a new
 * one, checks identity, standby and pooler; there is one at a time, others wait in line until deadline_ms (0 = for
 * ever). must_equal: the server the plan was made for; NULL = any; copied.
 */
void lease_take(struct endpoint *endpoint, enum conn_purpose purpose,
	const struct identity *must_equal, int64_t deadline_ms, lease_done_fn *done, void *arg);
/* Drop a request that was not answered yet: done() comes with ERR_CANCELED. */
void lease_forget(struct endpoint *endpoint, lease_done_fn *done, void *arg);
struct conn *lease_conn(struct lease *lease);
/* Once. A monitoring connection given back inside a transaction is rolled back first. A change connection closes. */
void lease_give_back(struct lease *lease);

#endif
