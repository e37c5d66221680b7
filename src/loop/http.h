/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HTTP: a small server for a machine that reads a page now and then: GET and HEAD of HTTP/1, one answer a connection,
 * then closed. It runs in the loop: nobody waits for a slow reader. Whoever connects is held to limits: the size of the
 * head, how long it takes, how many are there at once (more wait in the system's queue).
 *
 * The server owns its sockets; the page is made by the owner when it is asked for.
 */
#ifndef DBTOP_LOOP_HTTP_H
#define DBTOP_LOOP_HTTP_H

#include "base/str.h"
#include "loop/loop.h"

struct http_server;

/* The page of a path ("/metrics", without what follows a ?). Returns its Content-Type; NULL = there is none: 404. */
typedef const char *http_page_fn(void *arg, const char *path, struct str *body);

struct http_options {
	const char *address; /* numeric: 127.0.0.1, ::1, 0.0.0.0 */
	int port;	     /* 0 = any that is free: http_server_port() */
	int clients_max;     /* 0 = HTTP_CLIENTS_MAX; at once */
	int64_t timeout_ms; /* 0 = HTTP_TIMEOUT_MS; of a connection, from its first byte to its last */
	http_page_fn *page;
	void *arg;
};

enum { HTTP_HEAD_MAX = 8192, HTTP_CLIENTS_MAX = 16, HTTP_TIMEOUT_MS = 5000 };

/* NULL and e when the address cannot be listened on. */
struct http_server *http_server_new(
	struct loop *loop, const struct http_options *options, struct err *e) MUST_CHECK;
void http_server_free(struct http_server *server); /* NULL is fine; connections end */
int http_server_port(const struct http_server *server);

/* ---- reading a request, without a socket ---- */

struct http_request {
	int status; /* 0 = not whole yet; 200 = can be answered; else what is wrong with it */
	bool is_head;
	char path[256];
};
/* What has come so far. */
struct http_request http_request_read(struct span head);
const char *http_status_word(int status); /* "Not Found" */

#endif
