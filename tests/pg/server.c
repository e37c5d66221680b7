// SPDX-License-Identifier: GPL-3.0-or-later
#include "pg/server.h"

#include "test.h"

#include <poll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

enum { WAIT_S = 20, ASK_AGAIN_MS = 20, CLUSTERS_MAX = 8 };

/* What at_exit() ends; a test that failed half-way did not. */
static struct cluster *running[CLUSTERS_MAX];
static pid_t started_by;

static void at_exit(void)
{
	/* A forked child must leave its parent's servers alone. */
	for (size_t i = 0; getpid() == started_by && i < ARRAY_SIZE(running); i++) {
		cluster_free(running[i]);
		running[i] = NULL;
	}
}

static void remember(struct cluster *cluster)
{
	if (started_by != getpid()) {
		started_by = getpid();
		atexit(at_exit);
	}
	for (size_t i = 0; i < ARRAY_SIZE(running); i++) {
		if (running[i])
			continue;
		running[i] = cluster;
		return;
	}
	fail_msg("a test program has at most %d clusters", CLUSTERS_MAX);
}

void server_need(void)
{
	struct err e;
	char *bindir = cluster_binaries(&e);

	if (!bindir) {
		printf("skipped: %s (%s)\n", e.text, e.hint);
		exit(TEST_SKIPPED);
	}
	free(bindir);
}

struct cluster *server_start_new(const struct cluster_options *options)
{
	struct err e = { 0 };

	server_need();
	struct cluster *cluster =
		cluster_start(options ? options : &(struct cluster_options){ 0 }, &e);
	if (!cluster)
		fail_msg("%s\n%s", e.text, e.detail);
	remember(cluster);
	char *sql = mem_printf(
		"select count(*) = %d from pg_stat_replication where state = 'streaming'",
		cluster_node_count(cluster) - 1);
	server_wait(cluster, 0, sql);
	free(sql);
	return cluster;
}

struct cluster *server_start(const struct cluster_options *options)
{
	struct cluster_options with = options ? *options : (struct cluster_options){ 0 };
	const char *build = getenv("top_builddir");
	char *template_dir = build ? mem_printf("%s/tests/pg/template", build) : NULL;

	with.template_dir = template_dir;
	struct cluster *cluster = server_start_new(&with);
	free(template_dir);
	return cluster;
}

struct cluster *server_start_guarded(const char *role_options)
{
	struct cluster *cluster = server_start(&(struct cluster_options){
		.is_tcp = true, .extra_hba = "host all guarded 127.0.0.1/32 scram-sha-256\n" });
	char *sql = mem_printf("create role guarded %s", role_options);

	server_run(cluster, 0, sql);
	free(sql);
	return cluster;
}

void server_end(struct cluster *cluster)
{
	for (size_t i = 0; i < ARRAY_SIZE(running); i++)
		if (running[i] == cluster)
			running[i] = NULL;
	cluster_free(cluster);
}

PGconn *server_connect_to(const char *conninfo)
{
	PGconn *conn = PQconnectdb(conninfo);

	if (PQstatus(conn) != CONNECTION_OK)
		fail_msg("cannot connect to %s: %s", conninfo, PQerrorMessage(conn));
	PQsetNoticeProcessor(conn, (PQnoticeProcessor)NULL, NULL);
	return conn;
}

PGconn *server_connect(struct cluster *cluster, int node)
{
	return server_connect_to(cluster_conninfo(cluster, node));
}

char *server_cell_on(PGconn *conn, const char *sql)
{
	PGresult *result = PQexec(conn, sql);
	ExecStatusType status = PQresultStatus(result);
	char *cell = NULL;

	if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
		fail_msg("%s\n%s", sql, PQresultErrorMessage(result));
	if (PQntuples(result) > 0 && PQnfields(result) > 0 && !PQgetisnull(result, 0, 0))
		cell = mem_strdup(PQgetvalue(result, 0, 0));
	PQclear(result);
	return cell;
}

void server_run_on(PGconn *conn, const char *sql)
{
	free(server_cell_on(conn, sql));
}

char *server_cell(struct cluster *cluster, int node, const char *sql)
{
	PGconn *conn = server_connect(cluster, node);
	char *cell = server_cell_on(conn, sql);

	PQfinish(conn);
	return cell;
}

void server_run(struct cluster *cluster, int node, const char *sql)
{
	free(server_cell(cluster, node, sql));
}

int64_t server_number(struct cluster *cluster, int node, const char *sql)
{
	char *cell = server_cell(cluster, node, sql);

	if (!cell)
		fail_msg("no number: %s", sql);
	int64_t number = strtoll(cell, NULL, 10);
	free(cell);
	return number;
}

void server_expect(struct cluster *cluster, int node, const char *sql, const char *text)
{
	char *cell = server_cell(cluster, node, sql);

	if (!cell != !text || (cell && strcmp(cell, text) != 0))
		fail_msg("%s\nis       %s\nexpected %s", sql, cell ? cell : "(null)",
			text ? text : "(null)");
	free(cell);
}

void server_wait(struct cluster *cluster, int node, const char *sql)
{
	int64_t end_us = clock_mono_us(&clock_system) + WAIT_S * INT64_C(1000000);
	PGconn *conn = server_connect(cluster, node);

	for (bool is_true = false; !is_true;) {
		char *cell = server_cell_on(conn, sql);
		is_true = cell && strcmp(cell, "t") == 0;
		free(cell);
		if (!is_true && clock_mono_us(&clock_system) > end_us)
			fail_msg("not true after %d s: %s", WAIT_S, sql);
		if (!is_true)
			poll(NULL, 0, ASK_AGAIN_MS);
	}
	PQfinish(conn);
}

void server_wait_replayed(struct cluster *cluster, int node)
{
	char *lsn = server_cell(cluster, 0, "select pg_current_wal_lsn()");
	char *sql = mem_printf("select pg_last_wal_replay_lsn() >= '%s'", lsn);

	server_wait(cluster, node, sql);
	free(sql);
	free(lsn);
}
