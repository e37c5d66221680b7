/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Replica_rules: what is wrong with a row, in words. A table: each rule judges by its threshold, its words say
 * why; the worst steadied mark is the row's status and reason.
 */
#ifndef DBTOP_PROBE_REPLICA_RULES_H
#define DBTOP_PROBE_REPLICA_RULES_H

#include "probe/replication.h"

struct replica_case {
	const struct replication_head *head;
	const struct replica *row;
	const struct follower *follower;	 /* NULL = it has no past */
	const struct replica_expected *expected; /* NULL = the configuration does not name it */
	/* of the server that was asked */
	const char *system_identifier;
	int64_t started_us; /* wall; 0 = not known */
	int64_t now_us;	    /* mono */
};

/* marks: FOLLOWER_MARKS of them. Sets status and reason of row. */
void replica_judge(
	const struct replica_case *given, struct mark *marks, int raise_after, struct replica *row);
/* Milliseconds until the slot is lost at the present rate; VALUE_NONE without a limit or a rate. */
int64_t slot_to_lost_ms(const struct replica *row, int64_t wal_bytes_s);

#endif
