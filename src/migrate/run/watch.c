// SPDX-License-Identifier: GPL-3.0-or-later
#include "migrate/run/watch.h"

#include <inttypes.h>

#include "base/compiler.h"
#include "base/mem.h"
#include "pg/result.h"
#include "sql/sql.h"

struct watching {
	watch_done_fn *done;
	void *arg;
	char pid[24]; /* sent on a later turn when the query is prepared first */
	const char *params[1];
};

static const struct field blocker_fields[] = {
	FIELD_INT_OF(struct run_blocker, pid, "blocker_pid"),
	FIELD_TEXT_OF(struct run_blocker, app, "blocker_app"),
	FIELD_TEXT_OF(struct run_blocker, state, "blocker_state"),
	FIELD_INT_OF(struct run_blocker, age_ms, "blocker_age_ms"),
	FIELD_TEXT_OF(struct run_blocker, query, "blocker_query"),
};

static const struct field watch_fields[] = {
	FIELD_TEXT_OF(struct run_watch, state, "state"),
	FIELD_TEXT_OF(struct run_watch, wait, "wait"),
	FIELD_INT_OF(struct run_watch, blocked_by_us, "blocked_by_us"),
};

static void read_progress(const struct result *r, struct run_watch *watch)
{
	const char *phase = result_text(r, 0, result_column(r, "phase"));
	int64_t done = result_int(r, 0, result_column(r, "done"), 0);
	int64_t total = result_int(r, 0, result_column(r, "total"), 0);
	if (!phase)
		return;
	if (total > 0)
		snprintf(watch->progress, sizeof(watch->progress), "%.60s %" PRId64 " %%", phase,
			done * 100 / total);
	else
		snprintf(watch->progress, sizeof(watch->progress), "%.90s", phase);
}

static void read_watch(const struct result *r, struct run_watch *watch)
{
	watch->is_known = true;
	result_fill(r, 0, watch_fields, ARRAY_SIZE(watch_fields), watch);
	if (result_bool(r, 0, result_column(r, "waits_for_lock"), false))
		watch->waiting_ms = result_int(r, 0, result_column(r, "waiting_ms"), VALUE_UNKNOWN);
	for (int row = 0; row < result_rows(r) && row < RUN_BLOCKERS_MAX; row++) {
		if (!result_text(r, row, result_column(r, "blocker_pid")))
			continue;
		result_fill(r, row, blocker_fields, ARRAY_SIZE(blocker_fields),
			&watch->blockers[watch->blocker_count++]);
	}
	read_progress(r, watch);
}

static void answered(void *arg, const struct result *result, const struct err *e)
{
	struct watching *watching = arg;
	struct run_watch watch = { 0 };
	if (result && result_rows(result) > 0)
		read_watch(result, &watch);
	watching->done(watching->arg, e ? NULL : &watch, e);
	free(watching);
}

void watch_start(struct conn *conn, int64_t backend_pid, watch_done_fn *done, void *arg)
{
	struct watching *watching = mem_new(struct watching);
	*watching = (struct watching){ .done = done, .arg = arg };
	snprintf(watching->pid, sizeof(watching->pid), "%" PRId64, backend_pid);
	watching->params[0] = watching->pid;
	struct query query = {
		.sql = sql_get("run-watch", conn_view(conn)->identity.server_version),
		.params = watching->params,
		.param_count = 1,
		.is_prepared = true,
	};
	conn_query(conn, &query, answered, watching);
}
