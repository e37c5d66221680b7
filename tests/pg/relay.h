/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Relay: a port that hands every connection on to a server's, byte for byte, and keeps what each connection began with:
 * so a test knows what left dbtop in plain. A process of its own.
 */
#ifndef DBTOP_TESTS_PG_RELAY_H
#define DBTOP_TESTS_PG_RELAY_H

#include <sys/types.h>

/* The first words of a connection to a server, as the protocol numbers them. */
enum { RELAY_ASKS_TLS = 80877103, RELAY_CANCELS = 80877102 };

struct relay {
	pid_t pid; /* and the number of its process group */
	int port;
	int openings;			/* pipe: the number each connection began with */
	int tls, plain_cancels, others; /* counted by relay_count() */
};

/* To that port of this machine. */
void relay_start(struct relay *relay, int to_port);
/* What has been begun up to now; a connection that was answered has been counted. */
void relay_count(struct relay *relay);
/* Until so many connections have begun with a question for TLS. */
void relay_wait_tls(struct relay *relay, int count);
void relay_end(struct relay *relay);

#endif
