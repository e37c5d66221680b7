// SPDX-License-Identifier: GPL-3.0-or-later
#include "pg/servers.h"

#include <inttypes.h>
#include <utlist.h>

#include "base/log.h"
#include "model/value.h"
#include "pg/identity.h"
#include "pg/servers_private.h"

/* ---- the whole ---- */

const struct route_stop *servers_stops(struct servers *servers)
{
	for (size_t i = 0; i < servers->count; i++) {
		const struct server *server = &servers->all[i];
		servers->stops[i] = (struct route_stop){
			.circuit = &server->circuit,
			.outstanding = server->outstanding,
			.replayed_lsn = server->circuit.is_standby ? server->lsn : 0,
		};
	}
	return servers->stops;
}

struct server *servers_live_primary(struct servers *servers)
{
	int found = route_primary(servers_stops(servers), servers->count);

	if (found == ROUTE_NOWHERE || servers->all[found].circuit.state != CIRCUIT_PRIMARY)
		return NULL;
	return &servers->all[found];
}

/* Bytes between what the primary has written and what each standby has replayed. */
static void measure_lag(struct servers *servers)
{
	const struct server *primary = servers_live_primary(servers);

	for (size_t i = 0; i < servers->count; i++) {
		struct server *server = &servers->all[i];
		int64_t lag = -1;
		if (!server->circuit.has_role || !server->circuit.is_standby)
			continue;
		if (primary && primary->lsn && server->lsn)
			lag = primary->lsn > server->lsn ? (int64_t)(primary->lsn - server->lsn)
							 : 0;
		circuit_hear_lag(&server->circuit, lag, servers_now(servers));
	}
}

/* ---- two primaries ---- */

static void tell_trouble(struct servers *servers, const struct err *e)
{
	if (strcmp(servers->trouble.text, e->text) == 0)
		return;
	servers->trouble = *e;
	log_write(LOG_LEVEL_ERROR, "role", "%s", e->text);
}

static void tell_split(
	struct servers *servers, const struct server *newer, const struct server *older)
{
	char a[160], b[160];
	struct err e;

	if (servers->is_split)
		err_set(&e, ERR_CONFLICT,
			"two primaries: %.80s and %.80s, both on timeline %" PRId64,
			server_words(newer, a), server_words(older, b), newer->circuit.timeline);
	else
		err_set(&e, ERR_CONFLICT,
			"two primaries: %.80s on timeline %" PRId64
			", and %.80s on timeline %" PRId64 ", which is not used",
			server_words(newer, a), newer->circuit.timeline, server_words(older, b),
			older->circuit.timeline);
	err_hint(&e, "stop one of them, or take it out of the target's list");
	tell_trouble(servers, &e);
}

static bool has_odd_server(const struct servers *servers)
{
	for (size_t i = 0; i < servers->count; i++)
		if (servers->all[i].is_stranger || servers->all[i].circuit.is_fenced)
			return true;
	return false;
}

/* The older one stays fenced, whatever becomes of the newer, until it is a standby. */
static void check_split(struct servers *servers)
{
	int newer, older;

	servers->is_split = false;
	if (!route_find_split(servers_stops(servers), servers->count, &newer, &older)) {
		if (!has_odd_server(servers))
			servers->trouble = (struct err){ .kind = ERR_NONE };
		return;
	}
	struct server *a = &servers->all[newer], *b = &servers->all[older];
	servers->is_split = a->circuit.timeline == b->circuit.timeline;
	if (!servers->is_split)
		circuit_fence(&b->circuit, true, servers_now(servers));
	tell_split(servers, a, b);
}

/* ---- news ---- */

static void on_news(void *arg)
{
	struct servers *servers = arg;
	bool is_changed = servers->is_changed;

	servers->news = NULL;
	servers->is_changed = false;
	if (is_changed) {
		servers_find_twins(servers);
		check_split(servers);
		measure_lag(servers);
		for (size_t i = 0; i < servers->count; i++)
			server_log_state(&servers->all[i]);
	}
	bool has_primary = servers_live_primary(servers);
	if (servers->has_primary && !has_primary)
		servers_look(servers);
	servers->has_primary = has_primary;
	servers->had_primary = servers->had_primary || has_primary;
	servers_serve(servers);
	if (is_changed && !servers->is_freed && servers->options.changed)
		servers->options.changed(servers->options.arg, SERVERS_NONE);
}

void servers_serve_soon(struct servers *servers)
{
	if (!servers->news && !servers->is_freed)
		servers->news = loop_soon(servers->loop, on_news, servers);
}

void servers_news(struct servers *servers)
{
	servers->is_changed = true;
	servers_serve_soon(servers);
}

/* ---- who answers ---- */

static void judge_cluster(struct server *server, const struct identity *identity)
{
	struct servers *servers = server->servers;
	struct identity wanted = { .timeline = identity->timeline,
		.database_oid = identity->database_oid };
	struct err e;

	memcpy(wanted.system_identifier, servers->cluster, sizeof(wanted.system_identifier));
	bool is_stranger = !identity_check_equal(identity, &wanted, &e);
	if (is_stranger)
		tell_trouble(servers, &e);
	if (is_stranger != server->is_stranger) {
		circuit_drain(&server->circuit, is_stranger, servers_now(servers));
		servers_news(servers);
	}
	server->is_stranger = is_stranger;
}

/*
 * Another cluster has no business among these servers. Which one is meant is said by the first of the list, and until
 * it has answered by whoever did; a target of one server has no other to compare with.
 */
void server_check_cluster(struct server *server, const struct identity *identity)
{
	struct servers *servers = server->servers;
	bool says = servers->count == 1 || !servers->cluster[0] ||
		    (server->number == 0 && server->identity.server_version == 0);

	if (!identity->system_identifier[0])
		return;
	if (says && strcmp(servers->cluster, identity->system_identifier) != 0) {
		memcpy(servers->cluster, identity->system_identifier, sizeof(servers->cluster));
		for (size_t i = 0; i < servers->count; i++)
			if (servers->all[i].identity.system_identifier[0] &&
				&servers->all[i] != server)
				judge_cluster(&servers->all[i], &servers->all[i].identity);
	}
	judge_cluster(server, identity);
}

/* In_hot_standby is told with an answer, the new timeline only when it is asked for. */
static bool is_half_told(const struct server *server, const struct identity *identity)
{
	const struct circuit *c = &server->circuit;

	return c->has_role && c->is_standby && !identity->is_standby && c->timeline > 0 &&
	       identity->timeline <= c->timeline;
}

static void hear_role(struct server *server, bool is_standby, int64_t timeline)
{
	struct circuit *c = &server->circuit;
	enum circuit_state before = c->state;
	bool was_standby = c->is_standby || !c->has_role;
	int64_t old_timeline = c->timeline;

	server->failure = (struct err){ .kind = ERR_NONE };
	circuit_hear_role(c, is_standby, timeline, servers_now(server->servers));
	if (was_standby != is_standby)
		server->lsn = 0;
	server_log_state(server);
	if (c->state != before || was_standby != is_standby || c->timeline != old_timeline)
		servers_news(server->servers);
}

void server_hear_identity(struct server *server, const struct identity *identity)
{
	if (identity->server_version == 0)
		return;
	server_check_cluster(server, identity);
	if (is_half_told(server, identity)) {
		server_look(server);
		return;
	}
	/* A connection knows the timeline of when it was dialed. */
	struct identity heard = *identity;
	if (server_is_same_process(server, identity) && heard.timeline < server->circuit.timeline)
		heard.timeline = server->circuit.timeline;
	server_hear_look(server, &heard);
}

void server_hear_look(struct server *server, const struct identity *identity)
{
	server_log_other(server, identity);
	if (server_is_twin_news(server, identity))
		servers_news(server->servers);
	server->identity = *identity;
	hear_role(server, identity->is_standby, identity->timeline);
}

void server_hear_failure(struct server *server, const struct err *e, enum retry_news news)
{
	enum circuit_state before = server->circuit.state;

	server->failure = *e;
	circuit_hear_failure(&server->circuit, news, servers_now(server->servers));
	server_log_state(server);
	if (server->circuit.state != before)
		servers_news(server->servers);
}

void server_hear_position(struct server *server, uint64_t lsn)
{
	server->lsn = lsn;
	measure_lag(server->servers);
}

void servers_hear_position(struct servers *servers, int server, uint64_t lsn)
{
	server_hear_position(&servers->all[server], lsn);
}

/* ---- the endpoints ---- */

/* Of a failed dial or a lost link; called from inside of the pool, so that nothing is asked of the pool here. */
static enum pool_verdict judge(
	void *arg, enum pool_mishap mishap, const struct err *e, bool is_final)
{
	struct retry_verdict rule =
		retry_judge(e, mishap == POOL_DIAL_FAILED ? RETRY_DIALING : RETRY_READING);

	server_hear_failure(arg, e, is_final ? RETRY_NEWS_AUTH : rule.news);
	return pool_judge(NULL, mishap, e, is_final);
}

/* A change of the view is an answer only when it came up, or says something else of itself. */
static bool has_spoken(const struct server *server, const struct link_view *view)
{
	const struct identity *before = &server->identity, *now = &view->identity;

	return !server->was_up || before->is_standby != now->is_standby ||
	       before->timeline != now->timeline || before->started_us != now->started_us ||
	       strcmp(before->system_identifier, now->system_identifier) != 0;
}

static void on_endpoint_changed(void *arg, struct endpoint *endpoint)
{
	struct server *server = arg;
	struct servers *servers = server->servers;
	const struct link_view *view = endpoint_view(endpoint);
	bool is_up = view->state == LINK_UP;

	if (is_up && has_spoken(server, view))
		server_hear_identity(server, &view->identity);
	server->was_up = is_up;
	if (servers->options.changed)
		servers->options.changed(servers->options.arg, server->number);
}

static void server_init(struct server *server, const struct server_place *place)
{
	struct servers *servers = server->servers;
	struct pool_options pool = servers->pool;

	server->driver = place->driver;
	server->info = conninfo_copy(place->info);
	circuit_init(&server->circuit, servers->options.lag_limit_bytes, servers_now(servers));
	pool.judge = judge;
	pool.judge_arg = server;
	server->endpoint = endpoint_new(servers->loop,
		&(struct endpoint_options){ .driver = place->driver,
			.info = place->info,
			.monitor_info = place->monitor_info,
			.pool = &pool,
			.connect_timeout_ms = servers->options.connect_timeout_ms,
			.pooler_is_session = servers->options.pooler_is_session,
			.set_role = servers->options.set_role },
		on_endpoint_changed, server);
}

struct pool *server_pool(struct server *server, bool is_work)
{
	struct servers *servers = server->servers;
	struct pool_options pool = servers->pool;
	struct err e;

	if (!is_work)
		return endpoint_pool(server->endpoint);
	if (server->work)
		return server->work;
	pool.driver = server->driver;
	pool.info = server->info;
	pool.min_size = 0;
	pool.judge = judge;
	pool.judge_arg = server;
	pool.conn = (struct conn_options){
		.purpose = CONN_WORK,
		.connect_timeout_ms = servers->options.connect_timeout_ms,
		.pooler_is_session = servers->options.pooler_is_session,
		.set_role = servers->options.set_role,
	};
	server->work = pool_new(servers->loop, &pool, &e);
	assert_always(server->work, "the sizes of a pool are checked where they are read");
	return server->work;
}

void server_evict(struct server *server)
{
	pool_drain(endpoint_pool(server->endpoint), POOL_REASON_ROLE, NULL, NULL);
	if (server->work)
		pool_drain(server->work, POOL_REASON_ROLE, NULL, NULL);
}

/* ---- public ---- */

struct servers *servers_new(struct loop *loop, const struct servers_options *options)
{
	struct servers *servers = mem_new(struct servers);

	servers->loop = loop;
	servers->options = *options;
	servers->options.places = NULL;
	servers->pool = options->pool ? *options->pool : pool_defaults;
	servers->options.pool = NULL;
	dice_init(&servers->dice);
	if (options->seed)
		dice_seed(&servers->dice, options->seed);
	servers->count = options->count;
	servers->all = mem_zero(options->count * sizeof(*servers->all));
	servers->stops = mem_zero(options->count * sizeof(*servers->stops));
	for (size_t i = 0; i < options->count; i++) {
		servers->all[i].servers = servers;
		servers->all[i].number = (int)i;
		server_init(&servers->all[i], &options->places[i]);
	}
	return servers;
}

void servers_free(struct servers *servers)
{
	struct server_lease *lease;

	if (!servers || servers->is_freed)
		return;
	servers->is_freed = true;
	DL_FOREACH (servers->out, lease)
		lease->server = NULL;
	servers_look_release(servers);
	servers_end_asks(servers);
	loop_timer_stop(servers->news);
	for (size_t i = 0; i < servers->count; i++) {
		endpoint_free(servers->all[i].endpoint);
		pool_free(servers->all[i].work);
		conninfo_free(servers->all[i].info);
	}
	loop_defer_free(servers->loop, servers->all);
	loop_defer_free(servers->loop, servers->stops);
	loop_defer_free(servers->loop, servers);
}

size_t servers_count(const struct servers *servers)
{
	return servers->count;
}

struct endpoint *servers_endpoint(const struct servers *servers, int server)
{
	return servers->all[server].endpoint;
}

const struct circuit *servers_circuit(const struct servers *servers, int server)
{
	return &servers->all[server].circuit;
}

const struct identity *servers_identity(const struct servers *servers, int server)
{
	return &servers->all[server].identity;
}

const struct err *servers_failure(const struct servers *servers, int server)
{
	return &servers->all[server].failure;
}

struct pool *servers_work_pool(const struct servers *servers, int server)
{
	return servers->all[server].work;
}

int servers_primary(struct servers *servers)
{
	return route_primary(servers_stops(servers), servers->count);
}

const char *servers_trouble(const struct servers *servers)
{
	return servers->trouble.text;
}

void servers_retry(struct servers *servers)
{
	for (size_t i = 0; i < servers->count; i++) {
		pool_retry(endpoint_pool(servers->all[i].endpoint));
		if (servers->all[i].work)
			pool_retry(servers->all[i].work);
		server_look(&servers->all[i]);
	}
}

void servers_drain(struct servers *servers, int server, bool is_draining)
{
	circuit_drain(&servers->all[server].circuit, is_draining, servers_now(servers));
	if (is_draining)
		server_evict(&servers->all[server]);
	servers_news(servers);
}

struct loop *servers_loop(const struct servers *servers)
{
	return servers->loop;
}

struct dice *servers_dice(struct servers *servers)
{
	return &servers->dice;
}

struct retry_budget *servers_budget(struct servers *servers)
{
	return &servers->budget;
}
