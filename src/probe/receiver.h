/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Receiver: a standby's own way to its upstream. "Everything received is replayed" is no health: a cut link looks
 * the same. So silence counts:
 *
 *   walreceiver  replay      last message  shown
 *   streaming    level       fresh         0
 *   streaming    level       old           at least that age
 *   streaming    behind      fresh         age of the first byte not replayed; "paused" or "delayed" if so
 *   none         any                       "disconnected", at least since it was last here; or "archive"
 */
#ifndef DBTOP_PROBE_RECEIVER_H
#define DBTOP_PROBE_RECEIVER_H

#include "probe/replication.h"

/* Fills the own part of out and tells the verdict of this sample; words: why, MARK_WORDS_BYTES. */
enum status receiver_read(struct replication *replication, const struct replication_head *head,
	int64_t now_us, struct replicas *out, char *words);

#endif
