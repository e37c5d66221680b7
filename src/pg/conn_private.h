/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inside of a conn. Four files share it: conn.c (the machine, its states, loss and backoff), conn_dial.c (from a
 * name to a server that is known and admitted), conn_session.c (the settings it works under), conn_query.c (one
 * question and its answer).
 */
#ifndef DBTOP_PG_CONN_PRIVATE_H
#define DBTOP_PG_CONN_PRIVATE_H

#include "base/dice.h"
#include "pg/conn.h"
#include "pg/conninfo.h"

enum conn_state {
	CONN_CLOSED,
	CONN_RESOLVING, /* the host's name, off the loop */
	CONN_DIALING,	/* libpq shakes hands */
	CONN_GREETING,	/* we ask who answers, and set the session up */
	CONN_IDLE,
	CONN_BUSY,
	CONN_WAITING, /* lost or refused; dialed again when the timer rings */
	CONN_STOPPED, /* only conn_retry() dials again */
	CONN_STATES
};

enum exchange_step { EXCHANGE_NONE, EXCHANGE_PREPARING, EXCHANGE_RUNNING, EXCHANGE_COPYING };

/* One question on its way. */
struct exchange {
	enum exchange_step step;
	struct query query;
	const struct train *train; /* query is its next to be answered; NULL = it is asked alone */
	size_t train_answered;
	unsigned train_preparing; /* bits: it is prepared on the way, and that answer comes first */
	query_done_fn *done;
	void *arg;
	uint64_t text_hash;	    /* of a prepared query */
	bool is_retried;	    /* prepared a second time */
	bool is_answered;	    /* held back until a cancel request is through */
	size_t copied;		    /* bytes of copy_data handed over */
	struct driver_result *last; /* owned */
	struct loop_timer *deadline;
	int64_t started_us; /* mono */
	bool has_error;	    /* the first one, in `error`: libpq reports a loss behind it */
	struct err error;   /* last, since it is a kilobyte that is seldom looked at */
};

/* Asked on a link that was lost. */
struct unsent {
	struct loop_timer *timer; /* NULL = none */
	query_done_fn *done;
	void *arg;
	struct err error;
};

struct conn {
	struct loop *loop;
	const struct driver *driver;
	struct conninfo *info; /* owned */
	struct conn_options options;
	struct identity must_equal;
	char *set_role; /* owned */
	conn_changed_fn *changed;
	void *changed_arg;
	conn_notice_fn *notice;
	void *notice_arg;

	enum conn_state state;
	struct link_view view;
	struct err failure;	      /* the last one */
	struct loop_timer *notifying; /* changed() is due */
	bool is_freed;
	bool is_refused;  /* STOPPED, and not for want of keep_up */
	struct dice dice; /* jitter */

	/* dialing */
	struct loop_timer *timer; /* the dial's deadline, or the next dial */
	struct lookup *lookup;	  /* under way; lives on without us */
	struct conninfo *dialed;  /* owned; info with what this dial adds */
	char **addresses;	  /* owned; of the host */
	size_t address_count, address_next;
	bool is_without_options; /* a pooler refused them in the startup packet */
	bool is_plain;		 /* the role may not read the control data */
	int64_t identified_us;
	int64_t dialed_us, opened_us; /* mono; of this link; opened 0 = not yet */

	/* the link */
	struct driver_conn *link; /* owned */
	struct loop_watch *watch;
	struct loop_timer *failing; /* a send failed: told on a later turn */
	bool has_fatal;		    /* the server said goodbye, in `fatal` */
	struct err fatal;
	struct exchange exchange;
	struct unsent unsent;
	struct prepared *prepared; /* owned; hashes of the texts this link has prepared */
	int generation;		   /* part of their names; grows when they are forgotten */
	struct cancel *cancel;	   /* request under way; lives on without us */
};

/* conn.c */
void conn_enter(struct conn *conn, enum conn_state state);
void conn_notify(struct conn *conn);
enum conn_after { CONN_TRY_AGAIN, CONN_STOP };
/*
 * The link is of no use: close it, end what runs with e, then wait or stop. A question already taken out of
 * conn->exchange is the caller's to end.
 */
void conn_fail(struct conn *conn, const struct err *e, enum conn_after after);
/* Is the link over? Then fails the conn with what the server said last, else with what libpq says. */
bool conn_check_alive(struct conn *conn);

/* conn_dial.c */
void conn_dial(struct conn *conn);
/* Let go of everything a dial holds. */
void dial_release(struct conn *conn);

/* conn_session.c */
const char *conn_purpose_word(enum conn_purpose purpose); /* "monitor" */
/* What the startup packet carries of the settings, into conn->dialed. */
void session_set_startup(struct conn *conn);
/* Is there something the startup packet could not carry, and a session of our own to set it in? */
bool session_wants_setup(const struct conn *conn);
void session_setup(struct conn *conn, query_done_fn *done);
/* The session may be others' too: settings travel with the question and hold for it alone. */
bool session_is_shared(const struct conn *conn);
bool session_send_local(struct conn *conn, const struct driver_text *question);

/* conn_prepared.c */
enum { PREPARED_NAME_BYTES = 48 };
uint64_t prepared_hash(const char *text);
bool prepared_is_known(struct conn *conn, uint64_t text_hash);
void prepared_remember(struct conn *conn, uint64_t text_hash);
const char *prepared_name(
	const struct conn *conn, uint64_t text_hash, char name[PREPARED_NAME_BYTES]);
/* The link is gone, and what it had prepared with it. */
void exchange_forget_prepared(struct conn *conn);

/* conn_query.c */
/* Who asked on a lost link is told now. */
void exchange_end_unsent(struct conn *conn, const struct err *e);
void exchange_start(struct conn *conn, const struct query *query, query_done_fn *done, void *arg);
/* The link's descriptor is ready. */
void conn_on_ready(void *arg, int events);
/* cancel.c: the cancel request is through; a held back answer may go out. */
void exchange_after_cancel(struct conn *conn);

#endif
