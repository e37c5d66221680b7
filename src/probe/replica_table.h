/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Replica_table: all rows of one sample: those of the answer, those that were here and are gone, and the expected
 * ones that are missing; each with its past, judged, worst first.
 */
#ifndef DBTOP_PROBE_REPLICA_TABLE_H
#define DBTOP_PROBE_REPLICA_TABLE_H

#include "probe/replication.h"

/* Fills rows, counts, status and reason of out; its wal_bytes_s and is_restricted are set before. */
void replica_table_read(struct replication *replication, const struct replication_answer *answer,
	int64_t now_us, struct replicas *out);

#endif
