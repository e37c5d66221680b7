// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Looking: every server that may be asked is asked at the same time who it is, each on a connection of its own pool, and
 * each answer counts as it comes: a frozen server keeps nobody waiting.
 */
#include "model/value.h"
#include "pg/servers_private.h"
#include "sql/sql.h"

enum {
	LOOK_ANSWER_MS = 1000,
	AGAIN_WANTED_MS = 100,	/* somebody waits for a primary */
	AGAIN_MISSED_MS = 1000, /* nobody waits, but there was one */
};

/* ---- the question ---- */

struct look_answer {
	bool is_standby;
	int64_t timeline;
	char lsn[24];
};

static const struct field look_fields[] = {
	FIELD_BOOL_OF(struct look_answer, is_standby, "is_standby"),
	FIELD_INT_OF(struct look_answer, timeline, "timeline"),
	FIELD_TEXT_OF(struct look_answer, lsn, "lsn"),
};

void servers_look_on(struct conn *conn, int64_t deadline_ms, query_done_fn *done, void *arg)
{
	const struct query query = {
		.sql = sql_get("servers-look", conn_view(conn)->identity.server_version),
		.deadline_ms = deadline_ms,
	};

	conn_query(conn, &query, done, arg);
}

bool servers_look_hear(struct server *server, const struct result *result)
{
	struct identity identity = server->identity;
	struct look_answer answer = { 0 };

	if (result_rows(result) < 1)
		return false;
	result_fill(result, 0, look_fields, ARRAY_SIZE(look_fields), &answer);
	identity.is_standby = answer.is_standby;
	if (value_is_known(answer.timeline))
		identity.timeline = answer.timeline;
	server_hear_look(server, &identity);
	server_hear_position(server, route_parse_lsn(answer.lsn));
	return true;
}

/* ---- one server ---- */

static void end_look(struct server *server)
{
	struct servers *servers = server->servers;

	server->look = LOOK_NONE;
	if (server->look_lease.serial && !servers->is_freed)
		(void)!pool_give_back(endpoint_pool(server->endpoint), server->look_lease);
	server->look_lease = (struct pool_lease){ 0 };
	servers_serve_soon(servers);
}

/* The pool tells of links that were lost, so only an answer that is an error is heard here. */
static void on_answer(void *arg, const struct result *result, const struct err *e)
{
	struct server *server = arg;

	if (server->servers->is_freed)
		return;
	if (result)
		(void)!servers_look_hear(server, result);
	else if (e->kind == ERR_SERVER)
		server_hear_failure(server, e, retry_judge(e, RETRY_READING).news);
	end_look(server);
}

static void ask(struct server *server)
{
	struct conn *conn = pool_conn(endpoint_pool(server->endpoint), server->look_lease);

	if (!conn || !conn_is_usable(conn)) {
		end_look(server);
		return;
	}
	server_hear_conn(server, conn);
	if (server->is_stranger) {
		end_look(server);
		return;
	}
	server->look = LOOK_ASKING;
	servers_look_on(conn, LOOK_ANSWER_MS, on_answer, server);
}

static void on_lease(void *arg, struct pool_lease lease, const struct err *e)
{
	struct server *server = arg;

	server->look_lease = lease;
	if (server->servers->is_freed)
		return;
	if (e)
		end_look(server);
	else
		ask(server);
}

static void on_lease_at_once(void *arg)
{
	struct server *server = arg;

	server->look_soon = NULL;
	ask(server);
}

/* Those that turned us away wait for a person; a stranger is asked whether it still is one. */
void server_look(struct server *server)
{
	struct servers *servers = server->servers;

	if (server->look != LOOK_NONE || servers->is_freed)
		return;
	server->look = LOOK_WAITING;
	server->look_request = (struct pool_request){
		.tag = "look",
		.timeout_ms = servers->options.connect_timeout_ms,
		.is_hasty = true,
		.done = on_lease,
		.arg = server,
	};
	if (pool_take(endpoint_pool(server->endpoint), &server->look_request, &server->look_lease))
		server->look_soon = loop_soon(servers->loop, on_lease_at_once, server);
}

/* ---- all of them ---- */

static void arm(struct servers *servers, int64_t ms);

static void on_timer(void *arg)
{
	struct servers *servers = arg;

	servers->timer = NULL;
	servers_look(servers);
}

static void arm(struct servers *servers, int64_t ms)
{
	loop_timer_stop(servers->timer);
	servers->timer = ms > 0 ? loop_timer_start(servers->loop, ms, 0, on_timer, servers) : NULL;
}

/* How soon all are asked again; 0 = when something has to be known. */
static int64_t again_ms(struct servers *servers)
{
	int64_t ms = servers->options.look_ms;
	int64_t missed_ms = servers_waits(servers) ? AGAIN_WANTED_MS : AGAIN_MISSED_MS;
	bool is_missed =
		(servers->had_primary || servers_waits(servers)) && !servers_live_primary(servers);

	if (is_missed && (ms == 0 || ms > missed_ms))
		return missed_ms;
	return ms;
}

void servers_look(struct servers *servers)
{
	int64_t now_us = servers_now(servers);

	if (servers->is_freed)
		return;
	for (size_t i = 0; i < servers->count; i++) {
		struct server *server = &servers->all[i];
		if (server->circuit.state != CIRCUIT_AUTH_FAILED &&
			circuit_is_due(&server->circuit, now_us))
			server_look(server);
	}
	servers_serve_soon(servers); /* also when there was nobody to ask */
	arm(servers, again_ms(servers));
}

bool servers_is_looking(const struct servers *servers)
{
	for (size_t i = 0; i < servers->count; i++)
		if (servers->all[i].look != LOOK_NONE)
			return true;
	return false;
}

void servers_look_release(struct servers *servers)
{
	loop_timer_stop(servers->timer);
	servers->timer = NULL;
	for (size_t i = 0; i < servers->count; i++)
		loop_timer_stop(servers->all[i].look_soon);
}
