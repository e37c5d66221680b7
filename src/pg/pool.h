/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pool: connections to one endpoint, lent out one task at a time. The pool owns every conn and every dial; who asks owns
 * the request, who got a lease gives it back exactly once, also after a failure.
 *
 *   request = { .tag = "probes", .done = leased, .arg = me };
 *   if (pool_take(pool, &request, &lease))      one was free: it is yours at once, done() will not come
 *           leased(me, lease, NULL);
 *   … conn_query(pool_conn(pool, lease), …) …
 *   pool_give_back(pool, lease);
 *
 * Order. Who waits is served strictly in order of asking, interactive requests before background ones; what comes back
 * goes straight to the first in line and nobody can step in between. Of the idle the last used one is lent first, so
 * that the others grow old and are closed. A dial belongs to the pool: who asked may go, the connection stays.
 *
 * Strictly before means that a stream of interactive requests which never ends keeps background ones waiting until
 * their own time is up: they are told so then, and their askers come again with the next interval. None of them waits
 * for ever, whatever it asks for: POOL_FOR_EVER is for the interactive, a background request gets the pool's timeout.
 *
 * Life. Idle connections stay watched, so a dead one leaves the pool when it dies and not when it is wanted. One given
 * back inside a transaction is rolled back; one given back in mid-question is closed. Connections retire at pool_recycle,
 * less up to a tenth, and one after another, never all at once: at most one in each pool_recycle / pool_size. Where
 * all were dialed together the last one so lives for up to two lifetimes, once; from then on they are spread.
 *
 * Failures. One function (pool_judge, or another one given by options) says what a failed dial or a lost connection
 * means; the pool only does what the verdict says. Waiting goes on through failed dials until the deadline of the
 * request, unless it is hasty or the verdict is that no dial can succeed. A server that has no room for more makes the
 * pool content with what it has: it tries one connection more every ten seconds, until it may have all again.
 *
 * Taking and giving back cost no allocation, no system call and no hashing: times are the loop's, leases live in the
 * members, requests in their owners' memory, and all deadlines share one timer that is armed only when a nearer one
 * comes up. A pool belongs to the process that made it: in a forked child every call is refused.
 */
#ifndef DBTOP_PG_POOL_H
#define DBTOP_PG_POOL_H

#include "model/pool_stats.h"
#include "pg/conn.h"

struct pool;

enum pool_ping {
	POOL_PING_AUTO, /* after the endpoint became suspect, and after 30 s idle over a network */
	POOL_PING_OFF,
	POOL_PING_ALWAYS /* before each lease, unless it is fresh or straight from a holder */
};

/* What happened to a connection, and what follows from it. */
enum pool_mishap { POOL_DIAL_FAILED, POOL_LINK_LOST };
enum pool_verdict {
	POOL_AGAIN, /* a dial: tried again with backoff */
	POOL_FULL, /* a dial: the server has no room; tried again, but with fewer connections for a while */
	POOL_STOP,    /* a dial: no more of them before pool_retry(); who waits is told */
	POOL_REPLACE, /* a link: only this one is gone */
	POOL_SUSPECT, /* a link: the idle ones are asked before they are lent again */
	POOL_EVICT,   /* a link: no connection of today is lent again */
};
/* is_final: a person has to change something first (conn_is_refused()). */
typedef enum pool_verdict pool_judge_fn(
	void *arg, enum pool_mishap mishap, const struct err *e, bool is_final);
/* The usual judge, after the table of pg/retry.h; arg is not looked at. */
enum pool_verdict pool_judge(
	void *arg, enum pool_mishap mishap, const struct err *e, bool is_final);

/* Told on a later turn when the pool's view of the endpoint changed. */
typedef void pool_changed_fn(void *arg, struct pool *pool);

struct pool_options {
	const struct driver *driver;
	const struct conninfo *info; /* copied */
	struct conn_options conn;    /* keep_up is the pool's own business */
	int size, max_overflow; /* at most so many connections; overflow closes soon when idle */
	int min_size;		/* that many are kept up although nobody asks */
	int waiters_max;	/* more requests in line are refused */
	int64_t timeout_ms;	/* a request's, unless it says otherwise */
	int64_t recycle_ms, idle_timeout_ms, overflow_idle_ms; /* 0 = never */
	int64_t leak_ms; /* held longer: a line in the log; 0 = never */
	enum pool_ping ping;
	pool_judge_fn *judge; /* NULL = pool_judge */
	void *judge_arg;
	pool_changed_fn *changed; /* NULL = nobody */
	void *changed_arg;
	uint64_t seed; /* of jitter and backoff; 0 = random */
};
extern const struct pool_options pool_defaults;

/* NULL and e when the numbers make no pool. Nothing is dialed before somebody asks, or pool_open(). */
struct pool *pool_new(
	struct loop *loop, const struct pool_options *options, struct err *e) MUST_CHECK;
/*
 * At once: requests end with ERR_CANCELED before this returns, leases lose their connection, and may not be given back
 * any more. NULL is fine. In a forked child it leaves the sockets alone.
 */
void pool_free(struct pool *pool);
/* Dial the minimum that is kept up. */
void pool_open(struct pool *pool);
/* The minimum is that many from now on, as far as the pool has room, and they are dialed. */
void pool_keep(struct pool *pool, int min_size);

/* A connection on loan. Values: copy them freely, but give back once. */
struct pool_lease {
	uint64_t serial; /* 0 = none */
	uint32_t slot;
};

enum pool_band { POOL_INTERACTIVE, POOL_BACKGROUND, POOL_BANDS };
enum { POOL_FOR_EVER = -1 };

/* On success e is NULL; on failure lease.serial is 0. */
typedef void pool_done_fn(void *arg, struct pool_lease lease, const struct err *e);

/* Of the asker; not to be touched between pool_take() and done(), nor moved or freed. */
struct pool_request {
	const char *tag; /* who asks: a literal, named in the log when the lease leaks */
	enum pool_band band;
	int64_t timeout_ms; /* of the waiting; 0 = the pool's, POOL_FOR_EVER */
	int64_t hold_ms;    /* of the lease: held longer, its connection is closed; 0 = no limit */
	bool is_hasty;	    /* ends with the first failed dial when nothing else can serve it */
	pool_done_fn *done;
	void *arg;
	struct { /* the pool's own */
		struct pool *pool;
		int state;
		uint64_t turn;
		int64_t asked_us, due_us;
		struct pool_lease lease;
		struct pool_request *prev, *next;
	} own;
};

/*
 * True: *lease is yours now. False: the request waits, and done() comes on a later turn, exactly once, with a lease or
 * with the reason: ERR_TIMEOUT, ERR_CANCELED, what the dial said, or ERR_CONFLICT when the line is full.
 */
bool pool_take(
	struct pool *pool, struct pool_request *request, struct pool_lease *lease) MUST_CHECK;
/* Take a request back, in line or already granted: done() comes with ERR_CANCELED. False: it has been answered. */
bool pool_cancel(struct pool_request *request);
/* False and an error in the log: it was not out, or is another pool's; nothing happens then. */
bool pool_give_back(struct pool *pool, struct pool_lease lease);
/* NULL when the lease is not out, or its connection was closed since. It may be lost: see conn_view(). */
struct conn *pool_conn(const struct pool *pool, struct pool_lease lease);
/* The connection is not to be lent again: it is closed when it comes back. */
void pool_condemn(struct pool *pool, struct pool_lease lease);

/* ---- for all connections of the endpoint ---- */

/* Told once when it is done, on a later turn; e is ERR_CANCELED when something else came over it. */
typedef void pool_settled_fn(void *arg, const struct err *e);

/* Try again now, also after POOL_STOP. */
void pool_retry(struct pool *pool);
/* Where new connections go: another password, another address. Those there are stay. */
void pool_set_info(struct pool *pool, const struct conninfo *info);
/* No connection of today is lent again; done() when the last of them is closed. done may be NULL, here and below. */
void pool_drain(struct pool *pool, enum pool_reason why, pool_settled_fn *done, void *arg);
/* What is too much closes now when idle, else when it comes back. */
bool pool_resize(
	struct pool *pool, int size, int max_overflow, pool_settled_fn *done, void *arg) MUST_CHECK;
/* Nobody is served and nothing dialed until pool_resume(); done() when no lease is out. Waiting goes on. */
void pool_suspend(struct pool *pool, pool_settled_fn *done, void *arg);
void pool_resume(struct pool *pool);
/*
 * No more leases: who waits is told ERR_CANCELED, idle connections and dials end now, leases when they come back, but
 * after grace_ms (POOL_FOR_EVER) their connections are closed under them. done() when no connection is left.
 */
void pool_close(struct pool *pool, int64_t grace_ms, pool_settled_fn *done, void *arg);

/* Of the endpoint as a whole: up while there is a connection, waiting between dials; who answered last. */
const struct link_view *pool_view(const struct pool *pool);
/* Why the last dial failed, or the last link was lost; ERR_NONE while there is nothing to say. */
const struct err *pool_error(const struct pool *pool);
void pool_stats(struct pool *pool, struct pool_stats *stats);
/* The same without the quantiles, which cost some 10 µs to read. */
void pool_counts(const struct pool *pool, struct pool_stats *stats);
/* Counters and histograms start anew; what is there now stays. */
void pool_stats_reset(struct pool *pool);
/* A unit of work took that long from BEGIN to its end. */
void pool_note_transaction(struct pool *pool, int64_t took_us);

#endif
