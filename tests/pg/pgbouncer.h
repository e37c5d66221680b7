/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pgbouncer: a throwaway pooler before one node of a cluster, for one test program. It listens on a unix socket of
 * the cluster's own directory and ends before the cluster does. Absent pgbouncer: the test is skipped (77).
 */
#ifndef DBTOP_TESTS_PG_PGBOUNCER_H
#define DBTOP_TESTS_PG_PGBOUNCER_H

#include "demo/cluster.h"

struct pgbouncer;

/* pool_mode: "session", "transaction" or "statement"; pool_size: server connections a database and user. */
struct pgbouncer *pgbouncer_start(
	struct cluster *cluster, int node, const char *pool_mode, int pool_size);
void pgbouncer_end(struct pgbouncer *pooler);
/* Through the pooler to the database of the cluster, and to its own console. Live as long as it does. */
const char *pgbouncer_conninfo(const struct pgbouncer *pooler);
const char *pgbouncer_admin_conninfo(const struct pgbouncer *pooler);

#endif
