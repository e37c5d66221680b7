// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * A lease of servers: one connection to one of them, and what its holder learns on it about the server.
 */
#include <utlist.h>

#include "pg/servers_private.h"

struct conn *server_lease_conn(const struct server_lease *lease)
{
	return lease->server ? pool_conn(lease->pool, lease->lease) : NULL;
}

int server_lease_server(const struct server_lease *lease)
{
	return lease->server ? lease->server->number : SERVERS_NONE;
}

bool server_doubts_conn(const struct server *server, const struct conn *conn)
{
	return !conn_tells_role(conn) && server->identity.server_version != 0 &&
	       server->identity.is_standby != conn_view(conn)->identity.is_standby;
}

void server_hear_conn(struct server *server, const struct conn *conn)
{
	if (server_doubts_conn(server, conn))
		server_check_cluster(server, &conn_view(conn)->identity);
	else
		server_hear_identity(server, &conn_view(conn)->identity);
}

void server_lease_give_back(struct server_lease *lease)
{
	struct server *server = lease->server;
	const struct conn *conn = server_lease_conn(lease);

	if (server) {
		DL_DELETE(server->servers->out, lease);
		server->outstanding--;
		if (conn && conn_view(conn)->state == LINK_UP)
			server_hear_conn(server, conn);
		assert_always(
			pool_give_back(lease->pool, lease->lease), "a lease is given back once");
	}
	free(lease);
}

/* A link that is lost is the pool's to judge, once for all who look at it. */
struct retry_verdict server_lease_hear_error(
	struct server_lease *lease, const struct err *e, enum retry_phase phase)
{
	struct retry_verdict verdict = retry_judge(e, phase);
	struct server *server = lease->server;
	struct conn *conn = server_lease_conn(lease);

	if (!conn || conn_view(conn)->state != LINK_UP)
		return verdict;
	if (verdict.news != RETRY_NEWS_NONE && e->kind == ERR_SERVER)
		server_hear_failure(server, e, verdict.news);
	if (verdict.link == RETRY_LINK_FORGET)
		conn_forget_prepared(conn);
	else if (verdict.link != RETRY_LINK_KEEP)
		pool_condemn(lease->pool, lease->lease);
	if (verdict.link == RETRY_LINK_EVICT)
		server_evict(server);
	if (verdict.action == RETRY_PRIMARY)
		servers_look(server->servers);
	return verdict;
}

void server_lease_note_transaction(struct server_lease *lease, int64_t took_us)
{
	if (lease->server)
		pool_note_transaction(lease->pool, took_us);
}
