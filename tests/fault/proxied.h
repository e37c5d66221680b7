/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Proxied: the built dbtop as a person or a pipeline runs it (cli/shell.h), its way to the database leading through a
 * proxy (fault/proxy.h), and two migrations a and b that make tables of these names. The group's state is the server.
 */
#ifndef DBTOP_TESTS_FAULT_PROXIED_H
#define DBTOP_TESTS_FAULT_PROXIED_H

#include "cli/shell.h"
#include "fault/proxy.h"
#include "screen/pty.h"

struct proxied {
	struct shell *sh;
	struct proxy *proxy;
};

/* What a run says of a connection that was lost. */
#define BROKE_BEFORE "the connection was lost before COMMIT was sent: not applied"
#define BROKE_AT     "the connection was lost at COMMIT: not applied (the server rolled it back)"
#define CONFIRMED    "applied (confirmed after reconnect)"
#define STILL_OPEN   "the transaction is still open on the server as pid "

/* The texts a group goes out in, without COMMIT: those of migration a, whose history row is the last. */
enum { PROXIED_TEXTS = 4 };
extern const char *const proxied_texts[PROXIED_TEXTS];

int proxied_up(void **state);
int proxied_down(void **state);

/* So many of the two are there, as the tables, the history and the journal of the last run tell. */
void proxied_expect(struct proxied *p, const char *count);
/* The network is well again, and a run brings both; no session of it is left, and no lock. */
void proxied_go_on(struct proxied *p);
/* The first cell of a question to the store; the caller frees. */
char *proxied_stored(struct proxied *p, const char *sql);

/* The console at the step view of migration a; a step of level 1; q. */
void proxied_open_step(struct proxied *p, struct pty *pty);
void proxied_step(struct pty *pty, const char *awaited);
void proxied_leave(struct pty *pty);

#endif
