// SPDX-License-Identifier: GPL-3.0-or-later
#include "pg/pgbouncer.h"

#include "test.h"

#include <libpq-fe.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "demo/process.h"
#include "pg/server.h"
#include "scratch.h"

enum { READY_S = 20, STOP_MS = 10000, LOOK_MS = 10, POOLER_PORT = 6432 };

struct pgbouncer {
	struct process process;
	struct process_user user;
	const char *dir;		       /* the cluster's */
	char *conninfo, *admin, *config, *log; /* owned */
};

static const char *find_program(void)
{
	static const char *const places[] = { "/usr/sbin/pgbouncer", "/usr/bin/pgbouncer",
		"/usr/local/bin/pgbouncer" };

	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (access(places[i], X_OK) == 0)
			return places[i];
	printf("skipped: pgbouncer is not here (install the package pgbouncer)\n");
	exit(TEST_SKIPPED);
}

static char *write_config(
	struct cluster *cluster, int node, const struct pgbouncer_options *options)
{
	struct str text = { 0 };
	const char *dir = cluster_socket_dir(cluster);

	str_addf(&text, "[databases]\n* = host=%s port=%d user=postgres\n[pgbouncer]\n", dir,
		cluster_node_port(cluster, node));
	str_addf(&text, "listen_addr =\nunix_socket_dir = %s\nlisten_port = %d\n", dir,
		POOLER_PORT + node);
	str_addf(&text, "auth_type = any\nadmin_users = postgres\npool_mode = %s\n",
		options->pool_mode);
	str_addf(&text, "default_pool_size = %d\nmax_client_conn = 200\n", options->pool_size);
	str_addf(&text, "ignore_startup_parameters = extra_float_digits%s\n",
		options->is_without_options ? "" : ",options");
	if (options->query_wait_timeout_s)
		str_addf(&text, "query_wait_timeout = %d\n", options->query_wait_timeout_s);
	char *name = mem_printf("pgbouncer-%d.ini", node);
	char *path = scratch_write(dir, name, str_c(&text));
	free(name);
	str_release(&text);
	return path;
}

static void wait_ready(struct pgbouncer *pooler)
{
	int64_t end_us = clock_mono_us(&clock_system) + READY_S * INT64_C(1000000);

	for (;;) {
		PGconn *conn = PQconnectdb(pooler->admin);
		bool ready = PQstatus(conn) == CONNECTION_OK;
		PQfinish(conn);
		if (ready)
			return;
		if (process_wait(&pooler->process, LOOK_MS, NULL) ||
			clock_mono_us(&clock_system) > end_us)
			fail_msg("pgbouncer does not answer; its log: %s", pooler->log);
	}
}

static void start_it(struct pgbouncer *pooler)
{
	const char *const argv[] = { find_program(), pooler->config, NULL };
	const struct process_start start = {
		.argv = argv, .user = &pooler->user, .log_path = pooler->log, .dir = pooler->dir
	};
	struct err e = { 0 };

	if (!process_start(&pooler->process, &start, &e))
		fail_msg("%s", e.text);
	wait_ready(pooler);
}

struct pgbouncer *pgbouncer_start_as(
	struct cluster *cluster, int node, const struct pgbouncer_options *options)
{
	const char *dir = cluster_socket_dir(cluster);
	const char *dbname = strstr(cluster_conninfo(cluster, node), "dbname=");
	struct err e = { 0 };

	find_program();
	struct pgbouncer *pooler = mem_new(struct pgbouncer);
	pooler->dir = dir;
	pooler->config = write_config(cluster, node, options);
	pooler->log = mem_printf("%s/pgbouncer-%d.log", dir, node);
	pooler->conninfo =
		mem_printf("host=%s port=%d user=postgres %s", dir, POOLER_PORT + node, dbname);
	pooler->admin = mem_printf(
		"host=%s port=%d user=postgres dbname=pgbouncer", dir, POOLER_PORT + node);
	if (!process_user_find(&pooler->user, &e))
		fail_msg("%s", e.text);
	if (pooler->user.is_other && chown(pooler->config, pooler->user.uid, pooler->user.gid) != 0)
		fail_msg("cannot give %s to %s", pooler->config, pooler->user.name);
	start_it(pooler);
	return pooler;
}

void pgbouncer_kill(struct pgbouncer *pooler)
{
	process_signal(&pooler->process, SIGKILL);
	assert_true(process_wait(&pooler->process, STOP_MS, NULL));
}

void pgbouncer_start_again(struct pgbouncer *pooler)
{
	start_it(pooler);
}

void pgbouncer_tell(const struct pgbouncer *pooler, const char *command)
{
	PGconn *admin = server_connect_to(pooler->admin);

	server_run_on(admin, command);
	PQfinish(admin);
}

struct pgbouncer *pgbouncer_start(
	struct cluster *cluster, int node, const char *pool_mode, int pool_size)
{
	return pgbouncer_start_as(cluster, node,
		&(const struct pgbouncer_options){
			.pool_mode = pool_mode, .pool_size = pool_size });
}

void pgbouncer_end(struct pgbouncer *pooler)
{
	if (!pooler)
		return;
	process_signal(&pooler->process, SIGTERM);
	if (!process_wait(&pooler->process, STOP_MS, NULL)) {
		process_signal(&pooler->process, SIGKILL);
		process_wait(&pooler->process, STOP_MS, NULL);
	}
	free(pooler->config);
	free(pooler->log);
	free(pooler->conninfo);
	free(pooler->admin);
	free(pooler);
}

const char *pgbouncer_conninfo(const struct pgbouncer *pooler)
{
	return pooler->conninfo;
}

const char *pgbouncer_admin_conninfo(const struct pgbouncer *pooler)
{
	return pooler->admin;
}
