/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Replica_row: one row of the answer as numbers: its kind, the bytes of each stage, the honest time, the slot.
 * Pure: the same answer and the same ring give the same row.
 */
#ifndef DBTOP_PROBE_REPLICA_ROW_H
#define DBTOP_PROBE_REPLICA_ROW_H

#include "probe/replication.h"

void replica_row_read(const struct replication_head *head, const struct wal_ring *ring,
	const struct replication_row *row, struct replica *out);
/* A reply older than this is missing. */
int64_t reply_late_ms(int64_t sender_timeout_ms);

#endif
