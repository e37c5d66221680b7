/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Traffic: writers and readers that go through the whole connection layer at once, on a real cluster, and bookkeeping of
 * what they were told: what was acknowledged has to be there once, whatever happens to the servers meanwhile.
 *
 * Each writer inserts the next of its numbers as a unit of work, then reads it back from any server, with the token of its
 * commit. Each reader counts rows on any server.
 */
#ifndef DBTOP_TESTS_PG_TRAFFIC_H
#define DBTOP_TESTS_PG_TRAFFIC_H

#include "demo/cluster.h"
#include "pg/work.h"

enum { TRAFFIC_WRITERS = 4, TRAFFIC_READERS = 4, TRAFFIC_SERVERS = 3, TRAFFIC_ROWS = 20000 };

struct traffic_writer {
	struct traffic *traffic;
	int number, next;
	bool is_busy;
	struct route_token token;
	struct server_lease *lease; /* while it reads back */
	char text[2][16];	    /* parameters */
	char fate[TRAFFIC_ROWS];    /* of each number: a acknowledged, r rolled back, u unknown */
};

struct traffic_reader {
	struct traffic *traffic;
	bool is_busy;
	struct server_lease *lease;
};

struct traffic {
	struct loop *loop;
	struct driver driver; /* libpq's, unless the test changes a member before traffic_open() */
	struct servers *servers;
	struct traffic_writer writers[TRAFFIC_WRITERS];
	struct traffic_reader readers[TRAFFIC_READERS];
	bool is_stopping;
	int first_writer; /* where several share a table, each has numbers of its own */
	int64_t pause_ms; /* between two rows of a writer */
	/* figures */
	int acknowledged, rolled_back, unknown, resolved, retries;
	int reads, failed_reads, read_backs, stale; /* stale: one's own write was not there */
	int reads_of[TRAFFIC_SERVERS];
	int64_t acknowledged_us, longest_gap_us; /* between two acknowledged writes */
	int mark;			    /* the test's own: as many as were acknowledged then */
	int trouble_seen;		    /* news with words of trouble */
	struct err write_error, read_error; /* the last */
};

/* The table is made on node 0; servers in the order of the nodes. */
void traffic_open(struct traffic *t, struct cluster *cluster);
/* The same in two halves, for traffic of another process than the cluster's. */
void traffic_make_table(struct cluster *cluster);
void traffic_open_at(struct traffic *t, const char *const conninfos[TRAFFIC_SERVERS]);
/* Also once more after traffic_stop(). */
void traffic_start(struct traffic *t);
void traffic_run_ms(struct traffic *t, int64_t ms);
/* Turn until it is so; fails the test after 30 s. */
void traffic_until(struct traffic *t, bool (*is_so)(const struct traffic *t), const char *what);
/* On a worker, while traffic goes on. */
void traffic_meanwhile(struct traffic *t, void (*act)(void *arg), void *arg);
/* Let those under way come to their end. */
void traffic_stop(struct traffic *t);
void traffic_close(struct traffic *t);
/* Every number against the table on that node: acknowledged ones are there, once; rolled back ones are not. */
void traffic_check(struct traffic *t, struct cluster *cluster, int node);

#endif
