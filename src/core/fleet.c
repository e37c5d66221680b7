// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/fleet.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/mem.h"
#include "core/app.h"
#include "core/monitor.h"
#include "core/run.h"
#include "pg/conninfo_list.h"

struct place {
	struct conninfo *info, *monitor_info; /* owned */
};

struct fleet {
	struct servers *servers; /* owned */
	struct place *places;	 /* owned: in the order of the target, its primary first */
	int *others;		 /* owned: behind app->standbys */
	size_t count;
	int here;
	bool has_trouble; /* told */
	int told;	  /* the primary an open run was told of; SERVERS_NONE = none */
};

/* ---- making ---- */

static struct pool_options pool_options_of(const struct target *target)
{
	static const enum pool_ping pings[] = {
		[PRE_PING_AUTO] = POOL_PING_AUTO,
		[PRE_PING_OFF] = POOL_PING_OFF,
		[PRE_PING_ALWAYS] = POOL_PING_ALWAYS,
	};
	struct pool_options pool = pool_defaults;

	pool.size = (int)target->pool.size;
	pool.max_overflow = (int)target->pool.max_overflow;
	pool.timeout_ms = target->pool.timeout_ms;
	pool.recycle_ms = target->pool.recycle_ms;
	pool.ping = pings[target->pool.pre_ping];
	return pool;
}

/* Who typed a password for a user means that user on each server of the target, as with psql and several hosts. */
static void share_password(const struct app *app, struct conninfo *info)
{
	const char *user = conninfo_get(info, "user"), *ours = conninfo_get(app->conninfo, "user");

	if (app->password && !conninfo_has_password(info) && user && ours &&
		strcmp(user, ours) == 0)
		conninfo_set(info, "password", app->password);
}

static void take_place(struct app *app, const struct conninfo *info)
{
	struct fleet *fleet = app->fleet;
	struct place *place = &fleet->places[fleet->count++];

	place->info = conninfo_copy(info);
	place->monitor_info = conninfo_copy(info);
	if (app->target.monitor_user)
		conninfo_set(place->monitor_info, "user", app->target.monitor_user);
}

/* Of the primary's own text first, then of the replicas; a server named in both is one server. */
static bool list_hosts(struct app *app, struct conninfo_list *all, struct err *e)
{
	if (!conninfo_list_secure(app->hosts, &app->target.tls, e))
		return false;
	for (size_t i = 0; i < app->hosts->count; i++)
		conninfo_list_take(all, conninfo_copy(app->hosts->items[i]));
	for (size_t i = 0; i < app->target.replica_count; i++) {
		struct conninfo_list hosts;
		if (!app_standby_hosts(app, i, &hosts, e))
			return false;
		for (size_t j = 0; j < hosts.count; j++) {
			share_password(app, hosts.items[j]);
			conninfo_list_take(all, conninfo_copy(hosts.items[j]));
		}
		conninfo_list_release(&hosts);
	}
	return true;
}

static bool read_places(struct app *app, struct err *e)
{
	struct conninfo_list all = { 0 };
	bool ok = list_hosts(app, &all, e);

	app->fleet->places = mem_zero((all.count + 1) * sizeof(*app->fleet->places));
	for (size_t i = 0; ok && i < all.count; i++)
		take_place(app, all.items[i]);
	conninfo_list_release(&all);
	return ok;
}

static void release_places(struct fleet *fleet)
{
	for (size_t i = 0; i < fleet->count; i++) {
		conninfo_free(fleet->places[i].info);
		conninfo_free(fleet->places[i].monitor_info);
	}
	free(fleet->places);
}

/* The endpoint of here is app->primary, the others are app->standbys. */
static void stand_on(struct app *app, int here)
{
	struct fleet *fleet = app->fleet;

	fleet->here = here;
	app->primary = servers_endpoint(fleet->servers, here);
	app->standby_count = 0;
	for (int i = 0; i < (int)fleet->count; i++) {
		if (i == here)
			continue;
		fleet->others[app->standby_count] = i;
		app->standbys[app->standby_count++] = servers_endpoint(fleet->servers, i);
	}
}

/* ---- news ---- */

static void show_standbys(struct app *app)
{
	for (size_t i = 0; i < app->standby_count; i++)
		app->model.standbys[i] = *endpoint_view(app->standbys[i]);
}

/* Nothing is changed while it lasts, also by whom nobody asked again. */
static void tell_trouble(struct app *app)
{
	const char *words = servers_trouble(app->fleet->servers);
	bool had_trouble = app->fleet->has_trouble;

	app->fleet->has_trouble = *words;
	run_gate_refresh(app);
	if (!*words || had_trouble || !app->is_screen)
		return;
	app_lock(app, words);
	app_message(app, MESSAGE_ERROR, "%s", words);
}

static void on_changed(void *arg, int server)
{
	struct app *app = arg;

	if (server == SERVERS_NONE) {
		tell_trouble(app);
		fleet_follow(app);
	} else if (server == app->fleet->here) {
		monitor_link_changed(app);
	} else {
		show_standbys(app);
		monitor_standby_changed(app);
		bus_post(&app->bus, EVENT_LINK);
	}
}

static void make_servers(struct app *app)
{
	struct fleet *fleet = app->fleet;
	struct pool_options pool = pool_options_of(&app->target);
	struct server_place *places = mem_zero(fleet->count * sizeof(*places));

	for (size_t i = 0; i < fleet->count; i++)
		places[i] = (struct server_place){ .driver = &driver_libpq,
			.info = fleet->places[i].info,
			.monitor_info = fleet->places[i].monitor_info };
	fleet->servers =
		servers_new(app->loop, &(struct servers_options){ .places = places,
					       .count = fleet->count,
					       .pool = &pool,
					       .connect_timeout_ms = app->target.connect_timeout_ms,
					       .pooler_is_session = app->target.pooler_is_session,
					       .set_role = app->target.migrate_role,
					       .changed = on_changed,
					       .arg = app });
	free(places);
}

bool fleet_open(struct app *app, struct err *e)
{
	struct fleet *fleet = mem_new(struct fleet);

	app->fleet = fleet;
	if (!read_places(app, e)) {
		fleet_close(app);
		return false;
	}
	make_servers(app);
	fleet->others = mem_zero(fleet->count * sizeof(*fleet->others));
	app->standbys = mem_zero(fleet->count * sizeof(struct endpoint *));
	app->model.standbys = mem_zero(fleet->count * sizeof(struct link_view));
	fleet->told = SERVERS_NONE;
	stand_on(app, 0);
	return true;
}

void fleet_close(struct app *app)
{
	struct fleet *fleet = app->fleet;

	if (!fleet)
		return;
	servers_free(fleet->servers);
	release_places(fleet);
	free(fleet->others);
	free(fleet);
	free(app->standbys);
	free(app->model.standbys);
	app->fleet = NULL;
	app->primary = NULL;
	app->standbys = NULL;
	app->standby_count = 0;
	app->model.standbys = NULL;
}

/* ---- asking ---- */

struct servers *fleet_servers(const struct app *app)
{
	return app->fleet->servers;
}

int fleet_here(const struct app *app)
{
	return app->fleet ? app->fleet->here : SERVERS_NONE;
}

int fleet_other(const struct app *app, size_t index)
{
	return app->fleet->others[index];
}

const struct conninfo *fleet_info(const struct app *app, int server)
{
	return app->fleet->places[server].info;
}

void fleet_name(const struct app *app, int server, char out[FLEET_NAME_BYTES])
{
	const struct conninfo *info = fleet_info(app, server);
	const char *host = conninfo_get(info, "host"), *port = conninfo_get(info, "port");
	const char *address = conninfo_get(info, "hostaddr");

	snprintf(out, FLEET_NAME_BYTES, "%.255s:%.20s",
		host	  ? host
		: address ? address
			  : "local",
		port ? port : "5432");
}

/* ---- going where the primary is ---- */

void fleet_move(struct app *app, int server)
{
	int left = app->fleet->here;

	if (server == left)
		return;
	assert_always(!run_is_open(app), "a run stays with its server");
	app->fleet->told = SERVERS_NONE;
	stand_on(app, server);
	show_standbys(app);
	monitor_move(app);
	servers_leave(app->fleet->servers, left);
}

/*
 * Where two say they are the primary a person has to say which is right: dbtop stays, and shows both. It goes when the
 * server it stands on says that it is none, or has failed to answer; one that was not heard yet has its chance.
 */
static bool is_given_up(const struct app *app)
{
	const struct link_view *view = endpoint_view(app->primary);

	if (view->state == LINK_UP)
		return view->identity.is_standby;
	return servers_failure(app->fleet->servers, app->fleet->here)->kind != ERR_NONE;
}

/* As the bars name it: a socket directory is "local". */
static void screen_name(const struct app *app, int server, char out[FLEET_NAME_BYTES])
{
	const char *port = conninfo_get(fleet_info(app, server), "port");

	if (conninfo_is_local(fleet_info(app, server)))
		snprintf(out, FLEET_NAME_BYTES, "local:%.20s", port ? port : "5432");
	else
		fleet_name(app, server, out);
}

static void say_moved(struct app *app, int before)
{
	const struct circuit *there = servers_circuit(app->fleet->servers, app->fleet->here);
	const struct circuit *left = servers_circuit(app->fleet->servers, before);
	char now[FLEET_NAME_BYTES], then[FLEET_NAME_BYTES];

	screen_name(app, app->fleet->here, now);
	screen_name(app, before, then);
	app_message(app, MESSAGE_WARN,
		"the primary is %.80s now (timeline %" PRId64 "); %.80s is %s", now,
		there->timeline, then, circuit_state_word(left->state));
}

/* The plan was made for another server, so that it goes on nowhere else. */
static void tell_run(struct app *app, int primary)
{
	char name[FLEET_NAME_BYTES];

	if (app->fleet->told == primary || !app->is_screen)
		return;
	app->fleet->told = primary;
	screen_name(app, primary, name);
	app_message(app, MESSAGE_WARN,
		"the primary is %.80s now (timeline %" PRId64
		"): leave this run, its plan was made for another server",
		name, servers_circuit(app->fleet->servers, primary)->timeline);
}

/* May the console stand elsewhere? Who waits for an answer of this server keeps it. */
static bool is_free_to_go(struct app *app, int primary)
{
	if (app->setup || app->repair)
		return false;
	if (!run_is_open(app))
		return true;
	tell_run(app, primary);
	return false;
}

void fleet_follow(struct app *app)
{
	struct fleet *fleet = app->fleet;
	int before = fleet ? fleet->here : SERVERS_NONE;
	int primary = fleet ? servers_primary(fleet->servers) : SERVERS_NONE;

	if (primary == SERVERS_NONE || primary == before || app->is_closing)
		return;
	if (!app->monitor || !is_given_up(app) ||
		servers_circuit(fleet->servers, primary)->state != CIRCUIT_PRIMARY ||
		!is_free_to_go(app, primary))
		return;
	fleet_move(app, primary);
	if (!app->is_screen)
		return;
	app_lock(app, "another server is the primary now");
	say_moved(app, before);
}
