/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Cluster: a real PostgreSQL, thrown away afterwards: one primary and any number of streaming standbys, each
 * with its physical slot, for the demo and for tests. Node 0 is the primary at the start.
 *
 * Every call here is synchronous and answers when the thing is done. Servers are direct children of this
 * process, run unprivileged (process.h), listen on unix sockets of a private directory (rundir.h) where user
 * postgres is trusted, and end with this process however it ends.
 *
 *   pg-a  primary       port 5432 (a name only, without TCP)
 *   pg-b  standby of it port 5433, slot pg_b, application_name pg-b
 *   pg-c  …
 */
#ifndef DBTOP_DEMO_CLUSTER_H
#define DBTOP_DEMO_CLUSTER_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

struct cluster;

enum { CLUSTER_NODES_MAX = 9 };

/* All zero: one node, sockets only, nothing written through to the disk, in a directory that is removed. */
struct cluster_options {
	int standbys;
	bool is_tcp;	 /* also listen on 127.0.0.1, on free ports */
	bool is_durable; /* fsync and synchronous_commit as on a real server, and a real disk */
	const char *database;	/* created; NULL = only "postgres" */
	const char *extra_conf; /* lines at the end of every postgresql.conf; NULL = none */
	const char *extra_hba;	/* lines before those that trust everybody; NULL = none */
	/* data stays here, and is used again when it is there; NULL = thrown away */
	const char *keep_dir;
	/*
	 * a fresh data directory is copied from here when it is there and left here when not;
	 * servers made from one template share a system identifier
	 */
	const char *template_dir;
};

/* Where the server programs are, for a test that wants to skip; the caller frees. NULL and e: nowhere. */
char *cluster_binaries(struct err *e) MUST_CHECK;

/* NULL on failure: e says which program failed and how its log ends; nothing is left behind. */
struct cluster *cluster_start(const struct cluster_options *options, struct err *e) MUST_CHECK;
/* Stop what runs, remove everything but a kept data directory. NULL is fine. */
void cluster_free(struct cluster *cluster);

int cluster_node_count(const struct cluster *cluster);
/* keep_dir held a cluster already. */
bool cluster_is_resumed(const struct cluster *cluster);
/* "host=/dev/shm/dbtop-…/s port=5432 user=postgres dbname=shop"; lives as long as the cluster. */
const char *cluster_conninfo(const struct cluster *cluster, int node);
/* The same over TCP; only with is_tcp. */
const char *cluster_tcp_conninfo(const struct cluster *cluster, int node);
const char *cluster_node_name(const struct cluster *cluster, int node); /* "pg-a" */
const char *cluster_socket_dir(const struct cluster *cluster);
int cluster_node_port(const struct cluster *cluster, int node);
const char *cluster_data_dir(const struct cluster *cluster, int node);
const char *cluster_log_path(const struct cluster *cluster, int node);
pid_t cluster_node_pid(const struct cluster *cluster, int node); /* 0 = it does not run */

enum cluster_stop { CLUSTER_STOP_FAST, CLUSTER_STOP_IMMEDIATE };
bool cluster_stop_node(
	struct cluster *cluster, int node, enum cluster_stop how, struct err *e) MUST_CHECK;
/* Answers when the node takes connections. */
bool cluster_start_node(struct cluster *cluster, int node, struct err *e) MUST_CHECK;
bool cluster_restart_node(struct cluster *cluster, int node, struct err *e) MUST_CHECK;
/* As a power cut: SIGKILL for the server and its backends. Start it again with cluster_start_node(). */
void cluster_kill_node(struct cluster *cluster, int node);
/* SIGSTOP and SIGCONT for the server and its backends: it neither answers nor hangs up. */
void cluster_freeze_node(struct cluster *cluster, int node);
void cluster_thaw_node(struct cluster *cluster, int node);
/* A standby becomes a primary; answers when it takes writes. The old primary is left as it is. */
bool cluster_promote_node(struct cluster *cluster, int node, struct err *e) MUST_CHECK;
/* The standby receives from another node from now on, without a slot; a stopped primary becomes a standby of it. */
bool cluster_follow_node(struct cluster *cluster, int node, int upstream, struct err *e) MUST_CHECK;
/* Add lines to the node's postgresql.conf and let it read them. */
bool cluster_configure_node(
	struct cluster *cluster, int node, const char *lines, struct err *e) MUST_CHECK;

#endif
