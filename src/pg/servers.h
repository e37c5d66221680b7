/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Servers: the servers of one target, and which of them is the primary now. It owns an endpoint for each of them,
 * a circuit for each, and the list: libpq never sees more than one host at a time.
 *
 *   answers ──role, timeline──┐
 *   failed dials, lost links ─┼─▶ circuit of each ─▶ route_choose() ─▶ a connection of the one that fits
 *   looks ──positions, lag────┘        │
 *                                      └─▶ no primary left: all of them are asked at once, who answers first counts
 *
 * A look is one cheap question (role, timeline, position). It is asked when something has to be known, and on a timer
 * where one was asked for. Who asks for a connection says what it is for: the primary and nothing else, a standby
 * inside the lag limit, any, or one certain server, since statistics are each server's own. Whoever reads after a
 * write of its own brings the token that came with the commit, and never gets a connection that is behind it.
 *
 * Of two primaries the one on the older timeline is fenced; on the same timeline nobody can say which one is right, and
 * no primary is given out until a person has settled it. A server of another cluster behind one of the addresses is
 * never used. One server under two names of the list is no split: the later name is left unused while the earlier one
 * serves.
 */
#ifndef DBTOP_PG_SERVERS_H
#define DBTOP_PG_SERVERS_H

#include "pg/lease.h"
#include "pg/route.h"

struct servers;

enum { SERVERS_NONE = -1 };

/* How one gets to a server. All borrowed for the call, but the driver for ever. */
struct server_place {
	const struct driver *driver;
	const struct conninfo *info;
	const struct conninfo *monitor_info; /* NULL = info */
};

/* Told on a later turn: the view of one endpoint changed (its number), or who is what (SERVERS_NONE). */
typedef void servers_changed_fn(void *arg, int server);

struct servers_options {
	const struct server_place *places; /* those that are likelier the primary first */
	size_t count;
	const struct pool_options *pool; /* NULL = pool_defaults; copied */
	int64_t connect_timeout_ms;
	bool pooler_is_session;
	const char *set_role;	 /* borrowed for as long as the servers live; NULL = none */
	int64_t lag_limit_bytes; /* a standby further behind is not read from; 0 = any will do */
	int64_t look_ms; /* look at those in use that often; 0 = only when something must be known */
	int64_t token_wait_ms; /* on a standby, for one's own last write; then the primary is asked; 0 = 50 */
	servers_changed_fn *changed; /* NULL = nobody */
	void *arg;
	uint64_t seed; /* of choices and pauses; 0 = random */
};

/* Nothing is dialed before somebody asks. */
struct servers *servers_new(struct loop *loop, const struct servers_options *options);
/* Who waits is told ERR_CANCELED; leases still out lose their connection, and are given back all the same. */
void servers_free(struct servers *servers);

size_t servers_count(const struct servers *servers);
struct endpoint *servers_endpoint(const struct servers *servers, int server);
const struct circuit *servers_circuit(const struct servers *servers, int server);
/* Who answered there last; server_version 0 = nobody yet. */
const struct identity *servers_identity(const struct servers *servers, int server);
/* The last failure since somebody answered there; kind NONE = none. */
const struct err *servers_failure(const struct servers *servers, int server);
/* Of its units of work; NULL until the first one. */
struct pool *servers_work_pool(const struct servers *servers, int server);
/* The one that is the primary as far as is known, also while it is away; SERVERS_NONE = nobody said so yet. */
int servers_primary(struct servers *servers);
/* What is wrong with the servers together, in words: two primaries, a stranger; "" = nothing. */
const char *servers_trouble(const struct servers *servers);

/* A person says: try again, also those that refused us. */
void servers_retry(struct servers *servers);
/* Ask all of them at once who they are. */
void servers_look(struct servers *servers);
/* A person takes it out, or back in. */
void servers_drain(struct servers *servers, int server, bool is_draining);
/* Learned elsewhere (the probes): positions of primary or standby. */
void servers_hear_position(struct servers *servers, int server, uint64_t lsn);

/* ---- asking for a connection ---- */

struct servers_wish {
	enum route_class class;
	int server;	      /* ROUTE_THIS: the one that is meant */
	bool prefers_primary; /* ROUTE_ANY: a standby only while no primary is to be had */
	bool is_work; /* a connection for a unit of work; else for one question of monitoring */
	const struct route_token *token; /* NULL = no write of one's own; copied */
	const char *tag;		 /* who asks; a literal */
	enum pool_band band;
	int64_t deadline_ms; /* of all of it; 0 = the pool's timeout */
};

struct server_lease;

/* e is NULL exactly when lease is not. */
typedef void servers_done_fn(void *arg, struct server_lease *lease, const struct err *e);

/*
 * done() on a later turn, exactly once. Failed dials are gone round until the deadline, another server first; what no
 * dial can cure is told at once when no other server is left.
 */
void servers_ask(
	struct servers *servers, const struct servers_wish *wish, servers_done_fn *done, void *arg);
/* Drop a request that was not answered yet: done() comes with ERR_CANCELED. */
void servers_forget(struct servers *servers, servers_done_fn *done, void *arg);
/* The same for all who wait for that one server (ROUTE_THIS): nobody cares for its answer any more. */
void servers_leave(struct servers *servers, int server);

/* NULL when the connection was closed under the holder. */
struct conn *server_lease_conn(const struct server_lease *lease);
/* SERVERS_NONE once the servers are gone. */
int server_lease_server(const struct server_lease *lease);
/* Once. What the connection's last answer said of the server's role is heard here. */
void server_lease_give_back(struct server_lease *lease);
/*
 * An error of a question on that lease: what does it mean for the question, and for everybody? An endpoint that is no
 * primary any more loses all its connections here, and the primary is looked for.
 */
struct retry_verdict server_lease_hear_error(
	struct server_lease *lease, const struct err *e, enum retry_phase phase);
/* A unit of work on that lease took so long from BEGIN to its end. */
void server_lease_note_transaction(struct server_lease *lease, int64_t took_us);

struct loop *servers_loop(const struct servers *servers);
struct dice *servers_dice(struct servers *servers);
/* Retries are paid from here, so that they never multiply an outage. */
struct retry_budget *servers_budget(struct servers *servers);

#endif
