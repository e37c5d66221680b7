/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Followers: what is remembered of each thing that followed this server, so that a standby that goes away becomes a
 * row that says so, a rate has something to be measured from, and a mark needs more than one sample.
 *
 * A follower is known by its slot, else by name and address. One that comes back under another address takes
 * its old place. Gone followers are kept for a day.
 */
#ifndef DBTOP_PROBE_FOLLOWER_H
#define DBTOP_PROBE_FOLLOWER_H

#include "model/replicas.h"
#include "model/series.h"
#include "probe/mark.h"

enum { FOLLOWER_MARKS = 14, FOLLOWER_POINTS = 8, FOLLOWERS_MAX = 256 };
#define FOLLOWER_KEPT_US (INT64_C(24) * 3600 * 1000000)

struct follower {
	char name[64], address[64], slot[64];
	enum replica_kind kind; /* as it was last seen */
	int64_t first_us;	/* mono: first noticed */
	int64_t seen_us;	/* mono: when its walsender was last here; 0 = never */
	int64_t catchup_us;	/* mono: in catchup since; 0 = it is not */
	int64_t falling_us;	/* mono: behind grows since; 0 = it does not */
	struct series behind;	/* bytes, by mono time */
	struct series_point points[FOLLOWER_POINTS];
	struct mark marks[FOLLOWER_MARKS];
	bool is_here; /* in the sample at hand */
};

struct followers {
	struct follower *list[FOLLOWERS_MAX]; /* owned */
	size_t count;
};

void followers_release(struct followers *followers);
/* Before a sample: nobody is here yet; who is gone for a day is forgotten. */
void followers_begin(struct followers *followers, int64_t now_us);
/*
 * The follower a row speaks of, by slot or by name and address; NULL = not known under these. has_sender: a
 * walsender says its name and address; without one only the slot is known.
 */
struct follower *follower_find(
	struct followers *followers, const struct replica *row, bool has_sender);
/* The row's follower after every row had its chance to be found: one of that name that is not here, else a new one.
   NULL when too many are remembered: the row then has no past. */
struct follower *follower_make(
	struct followers *followers, const struct replica *row, bool has_sender, int64_t now_us);
/* It is here: its names and, with a walsender, the time are brought up to date. */
void follower_touch(
	struct follower *follower, const struct replica *row, bool has_sender, int64_t now_us);

/* Behind, as it changes: fills drain, catch-up and falling behind of the row. */
void follower_measure(struct follower *follower, struct replica *row, int64_t now_us);
/* The last three samples each were larger than the one before. */
bool follower_is_growing(const struct follower *follower);

#endif
