/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inside of servers. servers.c: birth, end, and what is heard of each server; servers_look.c: asking them who they are;
 * servers_log.c: what is logged of them; servers_twin.c: one of them under two names; servers_ask.c: from a wish to a
 * connection; servers_lease.c: the connection in somebody's hands.
 */
#ifndef DBTOP_PG_SERVERS_PRIVATE_H
#define DBTOP_PG_SERVERS_PRIVATE_H

#include "base/dice.h"
#include "base/mem.h"
#include "base/str.h"
#include "pg/conninfo.h"
#include "pg/servers.h"

enum look_state { LOOK_NONE, LOOK_WAITING, LOOK_ASKING };

struct server {
	struct servers *servers;
	int number;
	const struct driver *driver;
	struct conninfo *info;	   /* owned */
	struct endpoint *endpoint; /* owned */
	struct pool *work;	   /* owned; NULL until the first unit of work */
	struct circuit circuit;
	struct identity identity; /* who answered last */
	struct err failure;	  /* the last one; ERR_NONE = none since it answered */
	uint64_t lsn;	   /* insert position of a primary, replayed of a standby; 0 = not known */
	bool is_stranger;  /* of another cluster: never used */
	bool is_twin;	   /* drained: another name of one that serves */
	bool is_twin_told; /* … and the log said so */
	bool was_up;	   /* its endpoint */
	enum circuit_state logged_state;
	bool was_heard, was_standby; /* as it was logged last */
	int outstanding;	     /* leases out, and requests for one */

	enum look_state look;
	struct pool_request look_request;
	struct pool_lease look_lease;
	struct loop_timer *look_soon; /* had at once, asked a turn later */
};

struct servers {
	struct loop *loop;
	struct servers_options options; /* places and pool are not kept here */
	struct pool_options pool;
	struct server *all; /* owned */
	size_t count;
	struct route_stop *stops; /* owned: what route_choose() looks at */
	char cluster[24];	  /* system identifier of the first that answered; "" = not known */
	struct err trouble;	  /* ERR_NONE = none */
	bool is_split;		  /* two primaries, and nobody knows which is right */
	struct retry_budget budget;
	struct dice dice;
	struct servers_ask *asks; /* under way; first come first */
	struct server_lease *out;
	struct loop_timer *news; /* circuits changed: those who wait look again, on the next turn */
	struct loop_timer *timer; /* to the next look */
	bool is_changed;	  /* … and the owner is told */
	bool has_primary;	  /* at the last news */
	bool had_primary;	  /* at any time */
	unsigned round;		  /* of serving */
	bool is_freed;
};

struct server_lease {
	struct server *server; /* NULL once the servers are gone */
	struct pool *pool;
	struct pool_lease lease;
	struct server_lease *prev, *next;
};

static inline int64_t servers_now(const struct servers *servers)
{
	return loop_now_us(servers->loop);
}

/* servers.c */
/* Is it of another cluster than the others? */
void server_check_cluster(struct server *server, const struct identity *identity);
void server_hear_identity(struct server *server, const struct identity *identity);
/* The same from a look: role and timeline are of one moment. */
void server_hear_look(struct server *server, const struct identity *identity);
void server_hear_failure(struct server *server, const struct err *e, enum retry_news news);
void server_hear_position(struct server *server, uint64_t lsn);
const struct route_stop *servers_stops(struct servers *servers);
/* One that is up, and known to be the primary; NULL = none. */
struct server *servers_live_primary(struct servers *servers);
/* Who waits is served on the next turn. */
void servers_serve_soon(struct servers *servers);
/* The same, since something changed: the owner is told, too. */
void servers_news(struct servers *servers);
/* The pool a wish is served from. */
struct pool *server_pool(struct server *server, bool is_work);
/* No connection of today is lent again. */
void server_evict(struct server *server);

/* servers_log.c */
enum { SERVER_WORDS_BYTES = 160 };
const char *server_words(const struct server *server, char out[SERVER_WORDS_BYTES]);
/* The same postmaster as answered last, whatever became of it: within its life a timeline only grows. */
bool server_is_same_process(const struct server *server, const struct identity *now);
/* Another server behind the same address, in words; a mere restart is none. */
void server_log_other(const struct server *server, const struct identity *now);
/* What it is good for now, when that is not what was logged last. */
void server_log_state(struct server *server);

/* servers_twin.c */
/* Of one server under two names only the first is used, and the log says so once. */
void servers_find_twins(struct servers *servers);
/* Another name of a server answers as somebody else. */
bool server_is_twin_news(const struct server *server, const struct identity *now);

/* servers_look.c */
void server_look(struct server *server);
bool servers_is_looking(const struct servers *servers);
void servers_look_release(struct servers *servers);
/* The question alone, on a connection its caller holds; and what its row says. */
void servers_look_on(struct conn *conn, int64_t deadline_ms, query_done_fn *done, void *arg);
bool servers_look_hear(struct server *server, const struct result *result);

/* servers_lease.c */
/* What a connection at hand says of its server; where it must be asked, it may have heard so before the others. */
void server_hear_conn(struct server *server, const struct conn *conn);
bool server_doubts_conn(const struct server *server, const struct conn *conn);

/* servers_ask.c */

enum ask_state {
	ASK_CHOOSING, /* no server fits yet: news are waited for */
	ASK_WAITING,  /* in the line of a pool */
	ASK_REPLAY, /* has a connection that is asked first: to a standby that may be behind, or to whom? */
	ASK_OVER,
};

struct servers_ask {
	struct servers *servers;
	struct servers_wish wish;
	struct route_token token;
	servers_done_fn *done;
	void *arg;
	enum ask_state state;
	unsigned round; /* of serving: looked at */
	bool has_guessed;
	bool is_looking, has_looked; /* at all servers, since it asked */
	bool is_behind;		     /* the standby was: now the primary is wanted */
	bool is_forgotten;
	int64_t due_us, replay_due_us;
	int64_t replay_pause_ms;
	struct server *server; /* of WAITING and REPLAY */
	struct pool *pool;
	struct pool_request request;
	struct pool_lease lease;
	struct loop_timer *deadline, *pause;
	struct err error; /* of the last try; ERR_NONE = none yet */
	struct servers_ask *prev, *next;
};

void servers_serve(struct servers *servers);
void servers_end_asks(struct servers *servers);
/* Somebody waits for a server that is not there yet. */
bool servers_waits(const struct servers *servers);

#endif
