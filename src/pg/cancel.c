// SPDX-License-Identifier: GPL-3.0-or-later
#include "pg/cancel.h"

#include "base/log.h"
#include "base/mem.h"
#include "pg/conn_private.h"

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

struct cancel *cancel_start(struct conn *conn)
{
	void *handle = conn->driver->cancel_new(conn->link);

	if (!handle)
		return NULL;
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
