// SPDX-License-Identifier: GPL-3.0-or-later
#include "demo/workload.h"

#include "base/dice.h"
#include "base/mem.h"
#include "pg/conn.h"
#include "pg/conninfo.h"
#include "sql/sql.h"

/* One thing an application does, and how long it thinks afterwards. */
struct act {
	const char *sql;
	bool is_simple; /* several statements */
	int64_t pause_ms;
};

/* An application: so many sessions, each doing its acts round and round. */
struct job {
	const char *application;
	int sessions;
	int64_t first_ms; /* until the first act */
	struct act acts[3];
};

enum { ACTS_MAX = 3, REST_MS = 2000, CONNECT_TIMEOUT_MS = 5000 };

static const struct job jobs[] = {
	{ "shop-cron", 1, 0, { { "demo-seed", true, 5000 } } },
	{ "shop-web", 3, 300,
		{ { "demo-browse", false, 250 }, { "demo-browse", false, 250 },
			{ "demo-order", false, 250 } } },
	{ "shop-worker", 1, 500, { { "demo-ship", false, 700 }, { "demo-prune", false, 2000 } } },
	{ "shop-report", 1, 15000,
		{ { "demo-report-begin", true, 6000 }, { "demo-report-end", false, 40000 } } },
};

struct session {
	struct workload *workload; /* borrowed */
	const struct job *job;
	struct conn *conn;	  /* owned */
	struct loop_timer *timer; /* owned; NULL while a statement runs */
	size_t next_act;
	bool is_named;
};

struct workload {
	struct loop *loop; /* borrowed */
	struct session *sessions;
	size_t session_count;
	struct dice dice;
	bool is_stopping; /* what still answers is not listened to */
};

static void act(void *arg);

/* Half to one and a half of the pause, so that sessions do not march in step. */
static void think(struct session *session, int64_t pause_ms)
{
	struct workload *workload = session->workload;

	if (workload->is_stopping)
		return;
	int64_t delay_ms = pause_ms / 2 + dice_below(&workload->dice, pause_ms + 1);
	session->timer = loop_timer_start(workload->loop, delay_ms, 0, act, session);
}

static void named(void *arg, const struct result *result, const struct err *e)
{
	struct session *session = arg;

	(void)result;
	session->is_named = !e;
	think(session, e ? REST_MS : session->job->first_ms);
}

static void rolled_back(void *arg, const struct result *result, const struct err *e)
{
	(void)result;
	(void)e;
	think(arg, REST_MS);
}

static void acted(void *arg, const struct result *result, const struct err *e)
{
	struct session *session = arg;
	const struct act *done = &session->job->acts[session->next_act];

	(void)result;
	if (e) {
		session->next_act = 0;
		think(session, REST_MS);
		return;
	}
	session->next_act++;
	if (session->next_act == ACTS_MAX || !session->job->acts[session->next_act].sql)
		session->next_act = 0;
	think(session, done->pause_ms);
}

static void send_name(struct session *session)
{
	const char *const params[] = { session->job->application };
	const struct query query = {
		.sql = sql_get("demo-name", 0), .params = params, .param_count = 1
	};
	conn_query(session->conn, &query, named, session);
}

static void send_act(struct session *session)
{
	const struct act *next = &session->job->acts[session->next_act];
	const struct query query = { .sql = sql_get(next->sql, 0), .is_simple = next->is_simple };

	conn_query(session->conn, &query, acted, session);
}

static void act(void *arg)
{
	struct session *session = arg;

	session->timer = NULL;
	if (!conn_is_usable(session->conn)) {
		think(session, REST_MS);
	} else if (!session->is_named) {
		send_name(session);
	} else if (session->next_act == 0 && conn_in_transaction(session->conn)) {
		/* What failed stood in a transaction. */
		conn_query(session->conn, &(struct query){ .sql = sql_get("run-rollback", 0) },
			rolled_back, session);
	} else {
		send_act(session);
	}
}

/* Another session behind the same link has no name yet, and no open transaction. */
static void link_changed(void *arg, struct conn *conn)
{
	struct session *session = arg;

	if (conn_view(conn)->state != LINK_UP) {
		session->is_named = false;
		session->next_act = 0;
	} else if (session->timer && !session->is_named) {
		loop_timer_stop(session->timer);
		session->timer = loop_soon(session->workload->loop, act, session);
	}
}

static void session_start(struct workload *workload, const struct driver *driver,
	const struct conninfo *info, const struct job *job)
{
	struct session *session = &workload->sessions[workload->session_count++];
	const struct conn_options options = {
		.purpose = CONN_CHANGE,
		.keep_up = true,
		.connect_timeout_ms = CONNECT_TIMEOUT_MS,
	};

	*session = (struct session){ .workload = workload, .job = job };
	session->conn = conn_new(workload->loop, driver, info, &options, link_changed, session);
	conn_open(session->conn);
	think(session, REST_MS);
}

struct workload *workload_start(
	struct loop *loop, const struct driver *driver, const char *conninfo, struct err *e)
{
	struct conninfo *info = conninfo_new(conninfo, NULL, e);
	size_t room = 0;

	if (!info)
		return NULL;
	struct workload *workload = mem_new(struct workload);
	workload->loop = loop;
	dice_init(&workload->dice);
	for (size_t i = 0; i < ARRAY_SIZE(jobs); i++)
		room += (size_t)jobs[i].sessions;
	workload->sessions = mem_zero(room * sizeof(*workload->sessions));
	for (size_t i = 0; i < ARRAY_SIZE(jobs); i++)
		for (int n = 0; n < jobs[i].sessions; n++)
			session_start(workload, driver, info, &jobs[i]);
	conninfo_free(info);
	return workload;
}

void workload_stop(struct workload *workload)
{
	if (!workload)
		return;
	workload->is_stopping = true;
	for (size_t i = 0; i < workload->session_count; i++) {
		loop_timer_stop(workload->sessions[i].timer);
		workload->sessions[i].timer = NULL;
		conn_free(workload->sessions[i].conn);
	}
	loop_defer_free(workload->loop, workload->sessions);
	loop_defer_free(workload->loop, workload);
}
