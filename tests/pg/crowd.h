/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Crowd: workers that share one pool on a real server. Each asks for a connection, asks its own number of the server,
 * checks that the answer is its own, gives back, and begins again until it has done its share.
 */
#ifndef DBTOP_TESTS_PG_CROWD_H
#define DBTOP_TESTS_PG_CROWD_H

#include "pg/conninfo.h"
#include "pg/pool.h"

enum { CROWD_WORKERS = 40 };

struct crowd_worker {
	struct crowd *crowd;
	int number;
	struct pool_request request;
	struct pool_lease lease;
	char text[24]; /* what is sent, and has to come back */
	int left;      /* rounds */
};

struct crowd {
	struct loop *loop;
	struct pool *pool;
	struct pool_options options;
	struct crowd_worker workers[CROWD_WORKERS];
	int worker_count, busy;
	long answered, lost, refused; /* lost: the connection broke under a question */
	bool is_settled;
};

/* options: what differs from pool_defaults is set by the caller, conninfo in words beside. */
void crowd_open(struct crowd *crowd, const char *conninfo, const struct pool_options *options);
void crowd_close(struct crowd *crowd);
/* So many workers, so many rounds each. Returns at once. */
void crowd_start(struct crowd *crowd, int workers, int rounds);
/* Turn until nobody has anything left to do; a minute without an end fails the test. */
void crowd_finish(struct crowd *crowd);
/* Turn until the figures say so, at most 20 s. */
void crowd_until(struct crowd *crowd, bool (*is_so)(const struct pool_stats *));
void crowd_turn_ms(struct crowd *crowd, int64_t ms);
struct pool_stats crowd_stats(struct crowd *crowd);
/* One lease of the test's own, waited for. */
struct pool_lease crowd_take(struct crowd *crowd);
/* One question on it, waited for; its answer's first cell is in text. False: it failed. */
bool crowd_ask(struct crowd *crowd, struct pool_lease lease, const char *sql, char text[64]);
/* Sent, and not waited for. */
void crowd_send(struct crowd *crowd, struct pool_lease lease, const char *sql);
void crowd_settled(void *arg, const struct err *e);

#endif
