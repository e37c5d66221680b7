/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pgbouncer: a throwaway pooler before one node of a cluster, for one test program. It listens on a unix socket of
 * the cluster's own directory and ends before the cluster does. Absent pgbouncer: the test is skipped (77).
 */
#ifndef DBTOP_TESTS_PG_PGBOUNCER_H
#define DBTOP_TESTS_PG_PGBOUNCER_H

#include "demo/cluster.h"

struct pgbouncer;

struct pgbouncer_options {
	const char *pool_mode; /* "session", "transaction" or "statement" */
	int pool_size;	       /* server connections a database and user */
	bool is_without_options; /* a startup packet with `options` is refused, instead of read without them */
	int query_wait_timeout_s; /* 0 = pgbouncer's own */
};

struct pgbouncer *pgbouncer_start_as(
	struct cluster *cluster, int node, const struct pgbouncer_options *options);
/* One that drops `options` from the startup packet, as most are set up. */
struct pgbouncer *pgbouncer_start(
	struct cluster *cluster, int node, const char *pool_mode, int pool_size);
void pgbouncer_end(struct pgbouncer *pooler);
/* SIGKILL; and once more with the same settings. */
void pgbouncer_kill(struct pgbouncer *pooler);
void pgbouncer_start_again(struct pgbouncer *pooler);
/* A word to its console: PAUSE, RESUME. */
void pgbouncer_tell(const struct pgbouncer *pooler, const char *command);
/* Through the pooler to the database of the cluster, and to its own console. Live as long as it does. */
const char *pgbouncer_conninfo(const struct pgbouncer *pooler);
const char *pgbouncer_admin_conninfo(const struct pgbouncer *pooler);

#endif
