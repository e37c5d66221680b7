/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Watch: what the server says of our changing backend while it works: who blocks it, whom it blocks, how far it is.
 * Runs on the monitoring connection, in one query.
 */
#ifndef DBTOP_MIGRATE_RUN_WATCH_H
#define DBTOP_MIGRATE_RUN_WATCH_H

#include "model/run_view.h"
#include "pg/conn.h"

struct run_watch {
	bool is_known;	/* the backend was found */
	char state[32]; /* "active", "idle in transaction" */
	char wait[64];	/* "Lock relation"; "" = it does not wait */
	int64_t waiting_ms; /* for a lock; 0 = it does not, VALUE_UNKNOWN = since when is not known (13) */
	struct run_blocker blockers[RUN_BLOCKERS_MAX];
	size_t blocker_count;
	int64_t blocked_by_us;
	char progress[96]; /* "building index: loading tuples 41 %"; "" = the server reports none */
};

typedef void watch_done_fn(void *arg, const struct run_watch *watch, const struct err *e);
/* One query over a connection that is up and idle. */
void watch_start(struct conn *conn, int64_t backend_pid, watch_done_fn *done, void *arg);

#endif
