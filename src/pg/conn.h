/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Conn: one link to one server, as a machine. States and legal steps stand in conn.c; only conn_enter()
 * moves between them. Reconnecting with backoff is the conn's own business when it is told to keep itself up.
 *
 * Names are resolved off the loop; libpq is used asynchronously only; each query has a deadline of our own, so a
 * frozen server never freezes dbtop. A first FATAL keeps its SQLSTATE although libpq reports a second error.
 *
 * Through a pooler the server's session is not ours: there a monitoring question is a READ ONLY transaction of its own
 * that brings its settings along and ends with its answer, in one round trip, and nothing is prepared by name. So the
 * first question of all is asked, while nobody knows yet who answers. It works in every mode of a pooler.
 */
#ifndef DBTOP_PG_CONN_H
#define DBTOP_PG_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"
#include "loop/loop.h"
#include "model/link.h"
#include "pg/driver.h"
#include "pg/result.h"

struct conn;
struct conninfo; /* pg/conninfo.h */

enum conn_purpose {
	CONN_MONITOR, /* read-only, search_path empty, short statements; also through a pooler */
	CONN_CHANGE,  /* direct, to the primary, one operator */
	CONN_WORK,    /* units of work of our own, pooled: search_path empty, may write */
};

struct conn_options {
	enum conn_purpose purpose;
	bool keep_up; /* reconnect for ever: 1 2 4 8 15 30 s ± 20 % */
	int64_t connect_timeout_ms;
	int64_t statement_timeout_ms, lock_timeout_ms; /* 0 = the server's own */
	bool pooler_is_session;			       /* a pooler is accepted for changes */
	bool must_be_primary;			       /* a standby is refused */
	const struct identity *must_equal; /* another server is refused; NULL = any; copied */
	const char *set_role;		   /* NULL = none; copied */
};

/* Told on a later turn whenever the link's state or identity changed. */
typedef void conn_changed_fn(void *arg, struct conn *conn);
/* A NOTICE of the server; text is raw: show it through the display function only. */
typedef void conn_notice_fn(void *arg, const char *severity, const char *text);

struct conn *conn_new(struct loop *loop, const struct driver *driver, const struct conninfo *info,
	const struct conn_options *options, conn_changed_fn *changed, void *arg);
/* Ends what runs with ERR_CANCELED, closes, frees at the end of the turn. */
void conn_free(struct conn *conn);
void conn_on_notice(struct conn *conn, conn_notice_fn *fn, void *arg);

void conn_open(struct conn *conn);
/* Try now, also after STOPPED. */
void conn_retry(struct conn *conn);
const struct link_view *conn_view(const struct conn *conn);
bool conn_is_usable(const struct conn *conn); /* up, and nothing runs */
/* Why it is not up, or why it was last lost; kind ERR_NONE while there is nothing to say. */
const struct err *conn_error(const struct conn *conn);
/*
 * Why a dial that still goes on has not come to its end: who is let in and then hears nothing has a pooler before it that
 * waits itself, or a server that hangs.
 */
void conn_explain_silence(const struct conn *conn, int64_t waited_ms, struct err *e);
/* It was turned away for good: no dial succeeds before a person has changed something. */
bool conn_is_refused(const struct conn *conn);
bool conn_in_transaction(const struct conn *conn);

struct query {
	const char *sql;	   /* borrowed until done() */
	const char *const *params; /* text; borrowed for the call, until done() when is_prepared */
	int param_count;
	bool is_simple; /* simple protocol: several statements, no parameters, no settings brought along */
	bool is_prepared;      /* prepare once per connection under a name made from the text */
	struct span copy_data; /* what COPY … FROM stdin gets; borrowed until done */
	int64_t deadline_ms;   /* ours; 0 = none. Passed: the conn is dropped, ERR_TIMEOUT */
	size_t sql_offset; /* bytes that we put before the user's text: for the error position */
};

/*
 * Exactly one of result and e is NULL, except that a simple query of several statements gives its last result.
 * e->line and e->column count in the query's own text; the caller adds where that text stands in a file.
 */
typedef void query_done_fn(void *arg, const struct result *result, const struct err *e);
/*
 * One query at a time: a second one while one runs is a bug. done() comes on a later turn, once. On a connection that is
 * lost nothing is sent, and done() hears what it was lost by.
 */
void conn_query(struct conn *conn, const struct query *query, query_done_fn *done, void *arg);
/*
 * Questions that travel together, in one flight: each is sent without waiting for the answer of the one before it, and
 * of those behind one that fails the server runs none. So the first may be a condition of the others. None is simple,
 * none is a COPY.
 */
enum { TRAIN_MAX = 4 };
struct train {
	struct query queries[TRAIN_MAX];
	size_t count;
	size_t pushed; /* so many are answered while the server works on the rest; 0 = all at the end */
	/* Every answer but the last, in order. The conn is still busy: cancel it or free it, but ask nothing. */
	void (*answered)(void *arg, size_t index, const struct result *result);
};
/*
 * The train is borrowed until done(), which comes on a later turn, once: with the last answer, or with the first error,
 * which belongs to the first question that answered() did not tell of.
 */
void conn_train(struct conn *conn, const struct train *train, query_done_fn *done, void *arg);
/* The server itself says with each answer whether it is in recovery: since 14, and not through a pooler. */
bool conn_tells_role(const struct conn *conn);
/* A session that a pooler shares out: each transaction of our own on it begins by bringing its settings along. */
bool conn_is_shared(const struct conn *conn);
void conn_set_local(struct conn *conn, int64_t deadline_ms, query_done_fn *done, void *arg);
/* What was prepared on it is not asked for by name any more. */
void conn_forget_prepared(struct conn *conn);
/* Ask again who answers, after a promotion: the view's identity is fresh when done() comes. */
void conn_identify(struct conn *conn, query_done_fn *done, void *arg);
/* The server's role changed since it was asked, or (before 14, which does not tell) may have. */
bool conn_is_identity_stale(const struct conn *conn);
/* Ask the server to cancel what runs, on a worker thread; done() of the query tells how it ended (57014). */
void conn_cancel(struct conn *conn);

#endif
