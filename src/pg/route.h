/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Route: which endpoint answers. Every query of dbtop's own carries its class; the primary is whoever says so on the
 * newest timeline; a read goes to one of two standbys thrown by dice, the one with less to do, and never behind
 * the caller's own last write. The last endpoint is never thrown out: where nothing better is left, a suspect one is
 * asked, and its error is the answer.
 */
#ifndef DBTOP_PG_ROUTE_H
#define DBTOP_PG_ROUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pg/circuit.h"

enum route_class {
	ROUTE_PRIMARY, /* writes, and whatever is not provably a read */
	ROUTE_ANY,     /* reads: a standby inside the lag limit, else the primary */
	ROUTE_REPLICA, /* a standby and nothing else */
	ROUTE_THIS,    /* one endpoint: statistics are each server's own */
};

/*
 * Read your writes: the primary's insert position, asked after COMMIT (the write and flush positions miss commits
 * that are asynchronous). It means something on its own timeline only.
 */
struct route_token {
	int64_t timeline;
	uint64_t lsn; /* 0 = nothing was written */
};

struct route_stop {
	const struct circuit *circuit; /* borrowed */
	int outstanding;	       /* leases out and waiters */
	uint64_t replayed_lsn;	       /* as last polled; 0 = not known */
};

enum { ROUTE_NOWHERE = -1 };
struct route_choice {
	int stop;	      /* index, or ROUTE_NOWHERE */
	bool must_ask_replay; /* the token is newer than what was polled: ask this standby, wait a little */
	bool is_last_resort; /* suspect, or down: nothing better is left */
};

/* For ROUTE_PRIMARY, ROUTE_ANY, ROUTE_REPLICA. token NULL = no writes of one's own. */
struct route_choice route_choose(const struct route_stop *stops, size_t count,
	enum route_class class, const struct route_token *token, struct dice *dice, int64_t now_us);
/* May that standby still lack what the token stands for? */
bool route_is_behind(const struct route_stop *stop, const struct route_token *token);
/* The stop that is the primary: of the newest timeline when several say so; ROUTE_NOWHERE = none does. */
int route_primary(const struct route_stop *stops, size_t count);
/* Does a second one say it is primary too (and may we not know which is right)? Both are named. */
bool route_find_split(const struct route_stop *stops, size_t count, int *newer, int *older);

/* "16/B374D848" to a number; 0 = not a position. */
uint64_t route_parse_lsn(const char *text);

#endif
