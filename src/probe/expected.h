/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Expected: the standbys the configuration names, and which row of the server's list each of them is. A standby is
 * known best by what it says itself when it is asked (its slot, the name it goes by); else by its configured name, else
 * by the addresses its host name leads to, where just one follower comes from there. The port tells nothing: a standby
 * connects from another one than it listens on.
 */
#ifndef DBTOP_PROBE_EXPECTED_H
#define DBTOP_PROBE_EXPECTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/replicas.h"

enum { EXPECTED_ADDRESSES = 4, EXPECTED_NONE = -1 };

enum expected_state {
	EXPECTED_UNASKED,
	EXPECTED_UNREACHED, /* nobody answers there: `error` */
	EXPECTED_REFUSED,   /* somebody answers and does not let us in: `error` */
	EXPECTED_ANSWERED,
};

/* Any of name, slot and addresses that is not empty is enough to know it by. */
struct replica_expected {
	char name[64], address[64], slot[64];
	char place[96];				/* as configured: "pg-b.prod:5432"; "" = not said */
	char addresses[EXPECTED_ADDRESSES][46]; /* of its host name; "" = no more */
	enum expected_state state;
	char error[128];
	/* what it says itself, once ANSWERED; stays as it was last known */
	char system_identifier[24]; /* "" = it may not say */
	int64_t started_us;
	bool is_primary;
	int64_t timeline; /* VALUE_UNKNOWN while it receives nothing and may not read the control data */
	char receiver_status[24]; /* "" = it receives nothing */
	char upstream[96];	  /* host:port it receives from */
	char replay_lsn[24];
};

/* What is shown of it while no row of the server's says a name. */
const char *expected_name(const struct replica_expected *expected);
/* row_of[i] becomes the row that is list[i], or EXPECTED_NONE. A row is claimed once. */
void expected_match(const struct replica_expected *list, size_t count, const struct replica *rows,
	size_t row_count, int *row_of);
/* It receives from another server than the one that was asked for its followers. */
bool expected_is_elsewhere(const struct replica_expected *expected);

#endif
