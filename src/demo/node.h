/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Node: one server of a throwaway cluster: its files, its process, and what can be done to it.
 */
#ifndef DBTOP_DEMO_NODE_H
#define DBTOP_DEMO_NODE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "demo/process.h"

enum { NODE_READY_TIMEOUT_MS = 60000 };

struct node {
	char name[8];			 /* "pg-b" */
	char slot[8];			 /* "pg_b" */
	char *data_dir, *log_path;	 /* owned */
	char *conninfo, *tcp_conninfo;	 /* owned */
	const char *postgres;		 /* the program; borrowed from the cluster */
	const char *socket_dir;		 /* borrowed from the cluster */
	const struct process_user *user; /* borrowed from the cluster */
	int port;
	bool is_tcp;
	bool is_frozen;
	struct process server;
};

void node_release(struct node *node);

/* Start the server without waiting; node_wait_ready() waits until it takes connections. */
bool node_start(struct node *node, struct err *e) MUST_CHECK;
bool node_wait_ready(struct node *node, struct err *e) MUST_CHECK;
/* SIGINT = fast, SIGQUIT = immediate. A server that will not stop is killed, and that is an error. */
bool node_stop(struct node *node, int signum, struct err *e) MUST_CHECK;
void node_kill(struct node *node);
void node_freeze(struct node *node);
void node_thaw(struct node *node);
bool node_promote(struct node *node, struct err *e) MUST_CHECK;
/* It starts as a standby; fine when it is one. */
bool node_mark_standby(struct node *node, struct err *e) MUST_CHECK;
/* Append to one of its configuration files. */
bool node_append(struct node *node, const char *file, const char *lines, struct err *e) MUST_CHECK;

#endif
