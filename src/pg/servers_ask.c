// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * From a wish to a connection: choose a server, wait in the line of its pool, see that it is what it was taken for and,
 * for whoever has written, that it has replayed that far; else choose again, until the deadline.
 */
#include <utlist.h>

#include "pg/servers_private.h"

enum {
	TOKEN_WAIT_MS = 50,
	REPLAY_STEP_MS = 20, /* the longest pause between two questions */
	REPLAY_ANSWER_MS = 1000,
};

/* ---- answers ---- */

static void leave(struct servers_ask *ask)
{
	struct servers *servers = ask->servers;

	DL_DELETE(servers->asks, ask);
	ask->state = ASK_OVER;
	loop_timer_stop(ask->deadline);
	loop_timer_stop(ask->pause);
	loop_defer_free(servers->loop, ask);
}

static void fail(struct servers_ask *ask, const struct err *e)
{
	struct err why = *e;

	leave(ask);
	ask->done(ask->arg, NULL, &why);
}

static void cancel(struct servers_ask *ask)
{
	struct err e;

	err_set(&e, ERR_CANCELED, "the connection is no longer wanted");
	fail(ask, &e);
}

static void grant(struct servers_ask *ask)
{
	struct server_lease *lease = mem_new(struct server_lease);

	lease->server = ask->server;
	lease->pool = ask->pool;
	lease->lease = ask->lease;
	DL_APPEND(ask->servers->out, lease);
	leave(ask);
	ask->done(ask->arg, lease, NULL);
}

/* Without a connection: the last failure, or that nobody is what was asked for. */
static void fail_late(struct servers_ask *ask)
{
	bool wants_standby = ask->wish.class == ROUTE_REPLICA;
	struct err e = ask->error;

	if (e.kind == ERR_NONE) {
		err_set(&e, ERR_CONNECT, "none of %zu servers says it is %s", ask->servers->count,
			wants_standby ? "a standby" : "the primary");
		err_hint(&e, wants_standby ? "name the standbys in the target's replicas"
					   : "a failover may be under way: look at the servers");
	}
	fail(ask, &e);
}

/* ---- what fits ---- */

/* Until all were looked at there may be a primary; after that there is one only where one says so. */
static bool may_have_primary(const struct servers_ask *ask)
{
	return !ask->has_looked || (!ask->servers->is_split && servers_live_primary(ask->servers));
}

static enum route_class class_of(const struct servers_ask *ask)
{
	bool wants_primary = ask->is_behind || ask->token.lsn == UINT64_MAX ||
			     (ask->wish.prefers_primary && may_have_primary(ask));

	if (ask->wish.class == ROUTE_ANY && wants_primary)
		return ROUTE_PRIMARY;
	return ask->wish.class;
}

/* Before anything is known the first of the list is the likeliest. */
static struct server *guess(struct servers_ask *ask)
{
	struct servers *servers = ask->servers;

	if (ask->has_guessed || ask->wish.class == ROUTE_REPLICA)
		return NULL;
	ask->has_guessed = true;
	for (size_t i = 0; i < servers->count; i++)
		if (servers->all[i].circuit.has_role)
			return NULL;
	return &servers->all[0];
}

/* There is no other to choose: it is asked until it is known to be what is not wanted. */
static struct server *choose_only(struct server *server, enum route_class class)
{
	const struct circuit *c = &server->circuit;
	bool is_unfit = c->has_role && ((class == ROUTE_PRIMARY && c->is_standby) ||
					       (class == ROUTE_REPLICA && !c->is_standby));

	return is_unfit ? NULL : server;
}

static struct server *choose(struct servers_ask *ask)
{
	struct servers *servers = ask->servers;
	enum route_class class = class_of(ask);

	if (class == ROUTE_THIS)
		return &servers->all[ask->wish.server];
	if (servers->count == 1)
		return choose_only(&servers->all[0], class);
	struct route_choice choice = route_choose(servers_stops(servers), servers->count, class,
		&ask->token, &servers->dice, servers_now(servers));
	if (choice.stop != ROUTE_NOWHERE && !choice.is_last_resort)
		return &servers->all[choice.stop];
	struct server *guessed = choice.stop == ROUTE_NOWHERE ? guess(ask) : NULL;
	if (guessed)
		return guessed;
	/* A primary that is away may be replaced by now: it is never asked as a last resort. */
	if (class == ROUTE_PRIMARY || choice.stop == ROUTE_NOWHERE || !ask->has_looked)
		return NULL;
	return &servers->all[choice.stop];
}

/* Each of them turned us away for good: no waiting helps. */
static const struct err *find_hopeless(const struct servers *servers)
{
	const struct err *why = NULL;

	for (size_t i = 0; i < servers->count; i++) {
		const struct server *server = &servers->all[i];
		if (server->circuit.state == CIRCUIT_AUTH_FAILED)
			why = why ? why : &server->failure;
		else if (!server->is_stranger)
			return NULL;
	}
	return why ? why : &servers->trouble;
}

static bool is_fit(const struct servers_ask *ask, const struct identity *identity)
{
	switch (class_of(ask)) {
	case ROUTE_PRIMARY: return !identity->is_standby;
	case ROUTE_REPLICA: return identity->is_standby;
	case ROUTE_ANY:
	case ROUTE_THIS: break;
	}
	return true;
}

/* ---- the connection ---- */

/* The connection is not what was wanted: choose again once that has been heard, or the look that tells is over. */
static void put_back(struct servers_ask *ask)
{
	ask->server->outstanding--;
	(void)!pool_give_back(ask->pool, ask->lease);
	ask->lease = (struct pool_lease){ 0 };
	ask->state = ASK_CHOOSING;
	if (!servers_is_looking(ask->servers))
		servers_serve_soon(ask->servers);
}

static void ask_replay(struct servers_ask *ask);

static void on_pause(void *arg)
{
	struct servers_ask *ask = arg;

	ask->pause = NULL;
	ask_replay(ask);
}

static bool has_replayed(const struct servers_ask *ask)
{
	const struct route_stop stop = { .circuit = &ask->server->circuit,
		.replayed_lsn = ask->server->lsn };

	return !route_is_behind(&stop, &ask->token);
}

static void on_replay(void *arg, const struct result *result, const struct err *e)
{
	struct servers_ask *ask = arg;
	struct servers *servers = ask->servers;

	if (servers->is_freed)
		return;
	if (e || ask->is_forgotten || !servers_look_hear(ask->server, result)) {
		if (e)
			ask->error = *e;
		ask->is_behind = ask->wish.class == ROUTE_ANY;
		put_back(ask);
		return;
	}
	const struct conn *conn = pool_conn(ask->pool, ask->lease);
	if (!conn || !conn_is_usable(conn)) { /* its last words */
		put_back(ask);
		return;
	}
	if (has_replayed(ask)) {
		grant(ask);
		return;
	}
	if (servers_now(servers) + ask->replay_pause_ms * 1000 > ask->replay_due_us) {
		ask->is_behind = true;
		put_back(ask);
		return;
	}
	ask->pause = loop_timer_start(servers->loop, ask->replay_pause_ms, 0, on_pause, ask);
	ask->replay_pause_ms = ask->replay_pause_ms * 2 < REPLAY_STEP_MS ? ask->replay_pause_ms * 2
									 : REPLAY_STEP_MS;
}

static void ask_replay(struct servers_ask *ask)
{
	struct conn *conn = pool_conn(ask->pool, ask->lease);

	if (conn && conn_is_usable(conn) && !ask->is_forgotten)
		servers_look_on(conn, REPLAY_ANSWER_MS, on_replay, ask);
	else
		put_back(ask);
}

static void begin_replay(struct servers_ask *ask)
{
	const struct servers_options *o = &ask->servers->options;
	int64_t wait_ms = o->token_wait_ms ? o->token_wait_ms : TOKEN_WAIT_MS;

	ask->state = ASK_REPLAY;
	ask->replay_pause_ms = 1;
	ask->replay_due_us = servers_now(ask->servers) + wait_ms * 1000;
	ask_replay(ask);
}

/* A connection: is it to the server that is wanted? */
static void see_conn(struct servers_ask *ask)
{
	const struct conn *conn = pool_conn(ask->pool, ask->lease);
	bool is_lost = !conn || !conn_is_usable(conn);

	if (is_lost || ask->is_forgotten || ask->server->is_stranger ||
		!is_fit(ask, &conn_view(conn)->identity)) {
		if (ask->server->is_stranger)
			ask->error = ask->servers->trouble;
		put_back(ask);
		return;
	}
	if (ask->token.lsn && conn_view(conn)->identity.is_standby && !has_replayed(ask))
		begin_replay(ask);
	else
		grant(ask);
}

static void on_identified(void *arg, const struct result *result, const struct err *e)
{
	struct servers_ask *ask = arg;
	const struct conn *conn;

	(void)e;
	if (ask->servers->is_freed)
		return;
	conn = pool_conn(ask->pool, ask->lease);
	if (result && conn)
		server_hear_identity(ask->server, &conn_view(conn)->identity);
	see_conn(ask);
}

/* What it heard of itself long ago may be over by now, and only a question tells. */
static void on_conn(struct servers_ask *ask)
{
	struct conn *conn = pool_conn(ask->pool, ask->lease);
	bool is_usable = conn && conn_is_usable(conn) && !ask->is_forgotten;

	if (is_usable && server_doubts_conn(ask->server, conn)) {
		ask->state = ASK_REPLAY;
		conn_identify(conn, on_identified, ask);
		return;
	}
	if (is_usable)
		server_hear_conn(ask->server, conn);
	see_conn(ask);
}

/* What only a person can cure is told when no other server is left. */
static void on_pool(void *arg, struct pool_lease lease, const struct err *e)
{
	struct servers_ask *ask = arg;

	ask->lease = lease;
	if (!e) {
		on_conn(ask);
		return;
	}
	ask->server->outstanding--;
	ask->state = ASK_CHOOSING;
	ask->error = *e;
	bool is_late = servers_now(ask->servers) >= ask->due_us;
	bool is_final = ask->wish.class == ROUTE_THIS || ask->servers->count == 1;
	if (ask->is_forgotten)
		cancel(ask);
	else if (is_late || is_final || ask->servers->is_freed)
		fail(ask, &ask->error);
	else
		servers_serve_soon(ask->servers);
}

static void wait_in_pool(struct servers_ask *ask, struct server *server)
{
	struct servers *servers = ask->servers;
	int64_t left_ms = (ask->due_us - servers_now(servers)) / 1000;

	ask->server = server;
	ask->pool = server_pool(server, ask->wish.is_work);
	ask->state = ASK_WAITING;
	ask->request = (struct pool_request){
		.tag = ask->wish.tag,
		.band = ask->wish.band,
		.timeout_ms = left_ms > 0 ? left_ms : 1,
		.is_hasty = servers->count > 1 && ask->wish.class != ROUTE_THIS,
		.done = on_pool,
		.arg = ask,
	};
	server->outstanding++;
	if (pool_take(ask->pool, &ask->request, &ask->lease))
		on_conn(ask);
}

/* Nobody fits: look at all, then wait for news. */
static void wait_for_news(struct servers_ask *ask)
{
	struct servers *servers = ask->servers;

	if (!ask->is_looking && !ask->has_looked) {
		ask->is_looking = true;
		servers_look(servers);
	}
}

static void step(struct servers_ask *ask)
{
	struct servers *servers = ask->servers;
	const struct err *hopeless = find_hopeless(servers);

	if (ask->is_forgotten) {
		cancel(ask);
		return;
	}
	if (ask->is_looking && !servers_is_looking(servers)) {
		ask->is_looking = false;
		ask->has_looked = true;
	}
	if (hopeless) {
		fail(ask, hopeless);
		return;
	}
	if (servers->is_split && class_of(ask) == ROUTE_PRIMARY) {
		fail(ask, &servers->trouble);
		return;
	}
	struct server *server = choose(ask);
	if (server)
		wait_in_pool(ask, server);
	else
		wait_for_news(ask);
}

/* ---- all of them ---- */

/* Each step may end any request, and bring new ones. */
static struct servers_ask *next_to_serve(const struct servers *servers)
{
	struct servers_ask *ask;

	DL_FOREACH (servers->asks, ask)
		if (ask->state == ASK_CHOOSING && ask->round != servers->round)
			return ask;
	return NULL;
}

void servers_serve(struct servers *servers)
{
	struct servers_ask *ask;

	servers->round++;
	while (!servers->is_freed && (ask = next_to_serve(servers))) {
		ask->round = servers->round;
		step(ask);
	}
}

bool servers_waits(const struct servers *servers)
{
	const struct servers_ask *ask;

	DL_FOREACH (servers->asks, ask)
		if (ask->state == ASK_CHOOSING)
			return true;
	return false;
}

/* In line the pool tells, in its own words. */
static void on_deadline(void *arg)
{
	struct servers_ask *ask = arg;

	ask->deadline = NULL;
	if (ask->state == ASK_CHOOSING)
		fail_late(ask);
	else if (ask->state == ASK_REPLAY)
		ask->replay_due_us = 0;
}

void servers_ask(
	struct servers *servers, const struct servers_wish *wish, servers_done_fn *done, void *arg)
{
	struct servers_ask *ask = mem_new(struct servers_ask);
	int64_t ms = wish->deadline_ms > 0 ? wish->deadline_ms : servers->pool.timeout_ms;

	assert_always(!servers->is_freed, "servers that are gone are asked for a connection");
	ask->servers = servers;
	ask->wish = *wish;
	if (wish->token)
		ask->token = *wish->token;
	ask->wish.token = NULL;
	ask->done = done;
	ask->arg = arg;
	ask->round = servers->round; /* its first turn is the next one */
	ask->due_us = servers_now(servers) + ms * 1000;
	ask->deadline = loop_timer_start(servers->loop, ms, 0, on_deadline, ask);
	DL_APPEND(servers->asks, ask);
	servers_serve_soon(servers);
}

/* In every state something is under way that ends it, but while it waits for news. */
static void forget(struct servers_ask *ask)
{
	ask->is_forgotten = true;
	if (ask->state == ASK_WAITING)
		(void)!pool_cancel(&ask->request);
	servers_serve_soon(ask->servers);
}

void servers_forget(struct servers *servers, servers_done_fn *done, void *arg)
{
	struct servers_ask *ask;

	DL_FOREACH (servers->asks, ask)
		if (ask->done == done && ask->arg == arg && !ask->is_forgotten)
			break;
	if (ask)
		forget(ask);
}

void servers_leave(struct servers *servers, int server)
{
	struct servers_ask *ask;

	DL_FOREACH (servers->asks, ask)
		if (ask->wish.class == ROUTE_THIS && ask->wish.server == server &&
			!ask->is_forgotten)
			forget(ask);
}

/* Pools that go tell those in their lines; what is held goes with them. */
void servers_end_asks(struct servers *servers)
{
	struct servers_ask *ask, *next;
	struct err e;

	err_set(&e, ERR_CANCELED, "the connection was closed");
	DL_FOREACH_SAFE (servers->asks, ask, next)
		if (ask->state == ASK_CHOOSING || ask->state == ASK_REPLAY)
			fail(ask, &e);
}
