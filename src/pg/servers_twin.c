// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Twins: one server under two names of the list (localhost and 127.0.0.1, an address that follows the primary). The
 * later name is drained for as long as the earlier one serves, so that nobody takes the two for two primaries.
 */
#include <string.h>

#include "base/log.h"
#include "model/value.h"
#include "pg/servers_private.h"

/* One process by its start to the microsecond, whatever address leads there. */
static bool is_same_server(const struct identity *a, const struct identity *b)
{
	return a->server_version && b->server_version && value_is_known(a->started_us) &&
	       a->started_us == b->started_us &&
	       strcmp(a->system_identifier, b->system_identifier) == 0;
}

/* A fenced one still stands for both of its names. */
static bool is_serving(const struct circuit *c)
{
	return c->state == CIRCUIT_PRIMARY || c->state == CIRCUIT_REPLICA ||
	       c->state == CIRCUIT_LAGGING || (c->state == CIRCUIT_SUSPECT && c->is_fenced);
}

static const struct server *find_first_name(const struct server *server)
{
	for (const struct server *other = server->servers->all; other < server; other++)
		if (is_serving(&other->circuit) &&
			is_same_server(&other->identity, &server->identity))
			return other;
	return NULL;
}

static void tell_once(struct server *server, const struct server *first)
{
	char a[SERVER_WORDS_BYTES], b[SERVER_WORDS_BYTES];

	if (server->is_twin_told)
		return;
	server->is_twin_told = true;
	log_write(LOG_LEVEL_WARN, "role", "%s and %s are the same server: the second is not used",
		server_words(first, a), server_words(server, b));
}

static void drain(struct server *server)
{
	int64_t now_us = servers_now(server->servers);

	server->is_twin = true;
	circuit_fence(&server->circuit, false, now_us);
	circuit_drain(&server->circuit, true, now_us);
}

/* It leads elsewhere now, or its first name leads nowhere: it is asked what it is. */
static void release(struct server *server)
{
	server->is_twin = false;
	if (server->is_stranger)
		return;
	circuit_drain(&server->circuit, false, servers_now(server->servers));
	server_look(server);
}

void servers_find_twins(struct servers *servers)
{
	for (size_t i = 1; i < servers->count; i++) {
		struct server *server = &servers->all[i];
		const struct server *first = find_first_name(server);
		if (first && server->circuit.state != CIRCUIT_DRAINING) {
			tell_once(server, first);
			drain(server);
		} else if (!first && server->is_twin) {
			release(server);
		}
	}
}

bool server_is_twin_news(const struct server *server, const struct identity *now)
{
	return server->is_twin && !is_same_server(&server->identity, now);
}
