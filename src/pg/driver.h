/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Driver: the seam between connections and libpq. driver_libpq.c is the real one; tests/fake/fake_driver.c
 * plays a script. Names and meanings follow libpq's asynchronous interface.
 */
#ifndef DBTOP_PG_DRIVER_H
#define DBTOP_PG_DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct driver;
struct driver_conn;   /* one link, the driver's own */
struct driver_result; /* one answer, the driver's own */

enum driver_poll { DRIVER_POLL_FAILED, DRIVER_POLL_READING, DRIVER_POLL_WRITING, DRIVER_POLL_OK };
enum driver_txn {
	DRIVER_TXN_IDLE,
	DRIVER_TXN_ACTIVE,
	DRIVER_TXN_INTRANS,
	DRIVER_TXN_INERROR,
	DRIVER_TXN_UNKNOWN
};
enum driver_kind {
	DRIVER_EMPTY,
	DRIVER_COMMAND,
	DRIVER_ROWS,
	DRIVER_COPY_IN,
	DRIVER_COPY_OUT,
	DRIVER_ERROR
};

/* Fields of an error or notice, by the letters of the protocol. */
enum driver_field {
	DRIVER_FIELD_SEVERITY = 'S',	  /* in the server's language */
	DRIVER_FIELD_SEVERITY_WORD = 'V', /* in English; poolers leave it out */
	DRIVER_FIELD_SQLSTATE = 'C',
	DRIVER_FIELD_TEXT = 'M',
	DRIVER_FIELD_DETAIL = 'D',
	DRIVER_FIELD_HINT = 'H',
	DRIVER_FIELD_POSITION = 'P', /* in characters of what was sent, from 1 */
	DRIVER_FIELD_CONTEXT = 'W',
};

/* One text and its parameters, all borrowed for the call. */
struct driver_text {
	const char *sql;
	int count;
	const char *const *params;
};

typedef void driver_notice_fn(
	void *arg, const struct driver *driver, const struct driver_result *notice);

struct driver {
	/* keywords and values end with NULL. Never NULL: a bad start shows in poll and error. */
	struct driver_conn *(*start)(
		void *state, const char *const *keywords, const char *const *values);
	enum driver_poll (*poll)(struct driver_conn *);
	void (*finish)(struct driver_conn *);
	int (*socket)(struct driver_conn *);
	bool (*is_alive)(struct driver_conn *);
	/* May hold secrets: only pg/error.c shows it, redacted. A FATAL while dialing reads
	 * "…: FATAL:  28P01: words", since no other way leads to its SQLSTATE. */
	const char *(*error)(struct driver_conn *);
	bool (*needs_password)(struct driver_conn *); /* refused for want of one */
	/* The next poll would send the password as it is, and nothing encrypts the way. */
	bool (*shows_password)(struct driver_conn *);
	enum driver_txn (*txn)(struct driver_conn *);
	int (*backend_pid)(struct driver_conn *);
	int (*server_version)(struct driver_conn *);
	const char *(*parameter)(struct driver_conn *, const char *name); /* NULL = not reported */
	const char *(*host)(struct driver_conn *);
	const char *(*port)(struct driver_conn *);
	/* Read back: "TLSv1.3 TLS_AES_256_GCM_SHA384"; "" = none. After a failed dial: of what was said last. */
	const char *(*tls)(struct driver_conn *);
	void (*set_notice)(struct driver_conn *, driver_notice_fn *, void *arg);

	/* Extended protocol, text parameters. What COPY … TO stdout sends is thrown away. */
	bool (*send)(struct driver_conn *, const char *sql, int count, const char *const *params);
	/* Both in one transaction that ends with the second, however it ends, and in one round trip: what the
	 * first sets locally holds for the second and for nobody else. Answers are the second's; the first's
	 * only when it failed, and then the second was not run. */
	bool (*send_pair)(struct driver_conn *, const struct driver_text *first,
		const struct driver_text *second);
	bool (*prepare)(struct driver_conn *, const char *name, const char *sql, int count);
	bool (*send_prepared)(
		struct driver_conn *, const char *name, int count, const char *const *params);
	bool (*send_simple)(struct driver_conn *, const char *sql); /* several statements allowed */
	/* Between start and end, what is sent by send, prepare and send_prepared travels together: the server runs
	 * it in order, and nothing of what stands behind one that fails. Then next_result gives one answer a text,
	 * up to the first error, and NULL after the last. COPY is not allowed. */
	bool (*train_start)(struct driver_conn *);
	bool (*train_push)(struct driver_conn *); /* what stands before it is answered at once */
	bool (*train_end)(struct driver_conn *);
	int (*flush)(struct driver_conn *); /* 0 done, 1 more to write, -1 lost */
	bool (*consume)(struct driver_conn *);
	bool (*is_busy)(struct driver_conn *);
	struct driver_result *(*next_result)(
		struct driver_conn *); /* NULL = no more; owned by the caller */
	int (*copy_data)(struct driver_conn *, const char *data,
		size_t len); /* 1 taken, 0 again later, -1 lost */
	int (*copy_end)(struct driver_conn *, const char *error);

	/* A way to cancel that may be used on another thread; blocking, for 5 s at most where it is by SQL. Where
	 * encryption is a condition and the driver's own request would be plain, by_sql does it over a second link
	 * like this one: one row, true = sent. by_sql NULL = it cannot. Answers NULL where there is no way. */
	void *(*cancel_new)(struct driver_conn *, const struct driver_text *by_sql);
	bool (*cancel_send)(void *cancel, char *text, size_t bytes);
	void (*cancel_free)(void *cancel);

	enum driver_kind (*kind)(const struct driver_result *);
	int (*rows)(const struct driver_result *);
	int (*columns)(const struct driver_result *);
	int (*column)(const struct driver_result *, const char *name); /* -1 = absent */
	const char *(*column_name)(const struct driver_result *, int column);
	const char *(*value)(
		const struct driver_result *, int row, int column); /* NULL = SQL null */
	size_t (*value_bytes)(const struct driver_result *, int row, int column);
	const char *(*tag)(const struct driver_result *); /* "INSERT 0 1" */
	const char *(*error_field)(
		const struct driver_result *, enum driver_field); /* NULL = absent */
	void (*free_result)(struct driver_result *);
	void *state; /* given to start */
};

extern const struct driver driver_libpq;
/* Version of libpq, for --version: 150018. */
int driver_libpq_version(void);

#endif
