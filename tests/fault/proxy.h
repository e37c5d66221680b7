/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Proxy: the network between dbtop and a real server or pooler, which fails when it is told to. It listens on a unix
 * socket in a directory of its own and on a port of 127.0.0.1, and hands every message on. It knows where the messages
 * of the protocol begin and end, so a fault falls before one or after it, and not anywhere. A thread with a poll loop
 * of its own: what was told is in force when the call returns.
 *
 *     struct proxy *proxy = proxy_start(servers, 0);
 *     char *conninfo = proxy_conninfo(proxy, "user=postgres dbname=shop");   or proxy_tcp_conninfo(); free it
 *     proxy_arm(proxy, "COMMIT", 1, PROXY_ORPHAN_BEFORE);
 *     … dbtop runs …
 *     proxy_wait_acted(proxy);
 *     proxy_heal(proxy);
 *     proxy_end(proxy);
 *
 * TLS is not looked into: the socket behind it offers none.
 */
#ifndef DBTOP_TESTS_FAULT_PROXY_H
#define DBTOP_TESTS_FAULT_PROXY_H

#include <stdbool.h>

#include "demo/cluster.h"

struct proxy;

/* What happens to the connection on which the awaited message comes; "before" never reaches the server. */
enum proxy_fault {
	PROXY_CUT_BEFORE,    /* both ends are hung up */
	PROXY_ORPHAN_BEFORE, /* the client is hung up; the server is told nothing, its session stays */
	PROXY_HOLE_BEFORE,  /* black hole: neither way moves, nobody is hung up */
	PROXY_CUT_AFTER,    /* the server has done it; its answer is dropped and both are hung up */
	PROXY_ORPHAN_AFTER, /* it has the message; the client is hung up without an answer */
	PROXY_MUTE_AFTER    /* it has the message; from then on no answer goes back */
};

/* What becomes of connections made from now on. */
enum proxy_way {
	PROXY_FLOWS,
	PROXY_SLOW,   /* a byte at a time */
	PROXY_SILENT, /* accepted, and that is all */
	PROXY_SHUT    /* accepted and hung up */
};

struct proxy *proxy_start(struct cluster *cluster, int node);
/* To the unix socket of anything that speaks the protocol. */
struct proxy *proxy_start_at(const char *socket_dir, int port);
void proxy_end(struct proxy *proxy);

/* "host=DIR port=N REST"; the caller frees. */
char *proxy_conninfo(const struct proxy *proxy, const char *rest);
char *proxy_tcp_conninfo(const struct proxy *proxy, const char *rest);

/*
 * Once, at the count-th message (from 1, on whatever connection) that asks for a text beginning so; "" = any. In place
 * of what was armed before.
 */
void proxy_arm(struct proxy *proxy, const char *text, int count, enum proxy_fault fault);
void proxy_disarm(struct proxy *proxy);
/* It has been done; waits for that, and fails the test after 30 s. */
void proxy_wait_acted(struct proxy *proxy);
bool proxy_has_acted(struct proxy *proxy);
/* The text it was done at; the caller frees. */
char *proxy_acted_on(struct proxy *proxy);

void proxy_set_way(struct proxy *proxy, enum proxy_way way);
/* Every connection there is: neither way moves any more, or both ends are hung up. */
void proxy_stall_all(struct proxy *proxy);
void proxy_cut_all(struct proxy *proxy);
/* What stalled moves on, also what was silent; sessions without a client end. */
void proxy_heal(struct proxy *proxy);

/* Accepted since the start; and until there are so many, or the test fails. */
int proxy_count_dials(struct proxy *proxy);
void proxy_wait_dials(struct proxy *proxy, int count);

#endif
