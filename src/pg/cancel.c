// SPDX-License-Identifier: GPL-3.0-or-later
#include "pg/cancel.h"

#include <stdio.h>

#include "base/log.h"
#include "base/mem.h"
#include "pg/conn_private.h"
#include "sql/sql.h"

struct cancel {
	const struct driver *driver;
	void *handle;	   /* owned */
	struct conn *conn; /* NULL once it went away */
	bool is_sent;
	char text[256];
};

static void send_on_worker(void *arg)
{
	struct cancel *cancel = arg;
	cancel->is_sent =
		cancel->driver->cancel_send(cancel->handle, cancel->text, sizeof(cancel->text));
}

static void sent(void *arg)
{
	struct cancel *cancel = arg;
	struct conn *conn = cancel->conn;

	if (!cancel->is_sent)
		log_write(LOG_LEVEL_WARN, "conn", "a cancel request failed: %s", cancel->text);
	cancel->driver->cancel_free(cancel->handle);
	free(cancel);
	if (!conn)
		return;
	conn->cancel = NULL;
	exchange_after_cancel(conn);
}

/* Which session of a pooler's would be hit, nobody knows, unless it is ours for as long as we are there. */
static bool has_own_session(const struct conn *conn)
{
	return !conn->view.identity.is_pooled || conn->options.pooler_is_session;
}

static void *make_handle(struct conn *conn)
{
	const struct identity *identity = &conn->view.identity;
	char pid[24], started[24];
	const char *const params[] = { pid, started };
	const struct driver_text by_sql = {
		.sql = sql_get("session-cancel", identity->server_version),
		.count = ARRAY_SIZE(params),
		.params = params,
	};

	snprintf(pid, sizeof(pid), "%lld", (long long)identity->backend_pid);
	snprintf(started, sizeof(started), "%lld", (long long)identity->started_us);
	return conn->driver->cancel_new(conn->link, has_own_session(conn) ? &by_sql : NULL);
}

struct cancel *cancel_start(struct conn *conn)
{
	void *handle = make_handle(conn);

	if (!handle) {
		log_write(LOG_LEVEL_WARN, "conn",
			"no cancel request was sent: it would go in plain, and TLS is required");
		return NULL;
	}
	struct cancel *cancel = mem_new(struct cancel);
	cancel->driver = conn->driver;
	cancel->handle = handle;
	cancel->conn = conn;
	loop_work_start(conn->loop, send_on_worker, sent, cancel);
	return cancel;
}

void cancel_orphan(struct cancel *cancel)
{
	cancel->conn = NULL;
}
