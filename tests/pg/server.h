/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Server: a throwaway PostgreSQL for one test program, and plain synchronous SQL to look at it. A failure of
 * the server is a failure of the test; a machine without server programs skips it (exit 77, saying so).
 *
 *     struct cluster *servers = server_start(NULL);                     one node
 *     struct cluster *servers = server_start(&(struct cluster_options){ .standbys = 2 });
 *     server_run(servers, 0, "create table t (i int)");
 *     char *cell = server_cell(servers, 0, "select count(*) from t");   free it
 *     server_wait(servers, 1, "select to_regclass('t') is not null");
 *     server_end(servers);                                              in the group's teardown
 *
 * Each program has its own directory and sockets, so live tests run side by side. Whatever is still there when
 * the program exits is ended and removed.
 */
#ifndef DBTOP_TESTS_PG_SERVER_H
#define DBTOP_TESTS_PG_SERVER_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#include "demo/cluster.h"

/*
 * Ready, and every standby streams. NULL = one node. Servers started here are copies of one fresh data
 * directory in the build tree, so all share a system identifier; server_start_new() makes one of its own.
 */
struct cluster *server_start(const struct cluster_options *options);
struct cluster *server_start_new(const struct cluster_options *options);
/* One over TCP too, with a role `guarded` that is asked for its password there: "login password 'x'". */
struct cluster *server_start_guarded(const char *role_options);
void server_end(struct cluster *cluster);

/* For tests that start no cluster themselves but need the programs: exits with 77 when they are missing. */
void server_need(void);

/* A connection of the test's own; PQfinish() it. NULL conninfo pieces are not needed: it is cluster_conninfo(). */
PGconn *server_connect(struct cluster *cluster, int node);
PGconn *server_connect_to(const char *conninfo);

/* Any number of statements; an error fails the test. */
void server_run(struct cluster *cluster, int node, const char *sql);
void server_run_on(PGconn *conn, const char *sql);
/* The first cell of the last answer; NULL for null and for no row. The caller frees it. */
char *server_cell(struct cluster *cluster, int node, const char *sql);
char *server_cell_on(PGconn *conn, const char *sql);
int64_t server_number(struct cluster *cluster, int node, const char *sql);
/* server_cell() equals the text, or the test fails showing both; NULL = null or no row. */
void server_expect(struct cluster *cluster, int node, const char *sql, const char *text);
/* Ask until the answer is true; fails the test after 20 s. */
void server_wait(struct cluster *cluster, int node, const char *sql);
/* The standby has replayed everything the primary (node 0) has written. */
void server_wait_replayed(struct cluster *cluster, int node);

#endif
