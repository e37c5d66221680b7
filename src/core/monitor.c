// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/monitor.h"

#include <stdio.h>

#include "base/mem.h"
#include "core/app.h"
#include "core/attention.h"
#include "core/fleet.h"
#include "core/migrations.h"
#include "core/run.h"
#include "probe/app_pools.h"
#include "probe/probes.h"
#include "probe/standby.h"

enum { CLOSELY_MS = 1000, AFTER_DIAL_MS = 250 };

struct monitor {
	struct app *app;
	struct probes *probes;	   /* owned */
	struct standby **standbys; /* owned; as the configuration names them */
	size_t standby_count;
	bool is_single_look, is_close, was_up;
	bool has_pool, has_replicas; /* these after every standby was heard of */
	/* a first look somebody waits for */
	monitor_ready_fn *ready;
	void *ready_arg;
	struct loop_timer *ready_timer;
};

static void tell_ready(void *arg)
{
	struct monitor *monitor = arg;
	monitor_ready_fn *ready = monitor->ready;

	loop_timer_stop(monitor->ready_timer);
	monitor->ready_timer = NULL;
	monitor->ready = NULL;
	if (ready)
		ready(monitor->ready_arg);
}

static bool are_standbys_settled(const struct monitor *monitor)
{
	for (size_t i = 0; i < monitor->standby_count; i++)
		if (!standby_is_settled(monitor->standbys[i]))
			return false;
	return true;
}

static void look_again(struct monitor *monitor)
{
	attention_update(monitor->app);
	if (monitor->ready && monitor->has_pool && monitor->has_replicas)
		tell_ready(monitor);
}

static void measure_app_pools(struct app *app)
{
	struct app_pool pools[APP_POOLS_MAX + 1];
	size_t count = budget_pools(&app->target, pools);

	app->model.budget_count = budget_judge(pools, count, &app->model.pool, app->model.budget);
	for (size_t i = 0; i < app->target.app_pool_count; i++)
		app_pool_measure(
			&app->target.app_pools[i], &app->model.pool, &app->model.app_pools[i]);
}

/* At the first answer, once. */
static void say_budget(struct app *app)
{
	struct err e;

	if (!budget_check_own(&app->target, &app->model.pool, &e))
		app_message_err(app, &e);
}

static void on_pool(void *arg, const struct pool_health *pool)
{
	struct monitor *monitor = arg;

	monitor->app->model.pool = *pool;
	measure_app_pools(monitor->app);
	pool_stats(endpoint_pool(monitor->app->primary), &monitor->app->model.own_pool);
	if (!monitor->has_pool && monitor->app->is_screen)
		say_budget(monitor->app);
	monitor->has_pool = true;
	bus_post(&monitor->app->bus, EVENT_POOL);
	run_gate_refresh(monitor->app);
	look_again(monitor);
}

static void on_replicas(void *arg, const struct replicas *replicas)
{
	struct monitor *monitor = arg;

	struct app *app = monitor->app;
	bool was_split = app->model.replicas.split_words[0];

	app->model.replicas = *replicas;
	monitor->has_replicas = are_standbys_settled(monitor);
	if (replicas->split_words[0] && !was_split)
		app_lock(app, replicas->split_words);
	bus_post(&monitor->app->bus, EVENT_REPLICAS);
	run_gate_refresh(monitor->app);
	look_again(monitor);
}

static void on_facts(void *arg, const struct endpoint_facts *facts)
{
	struct monitor *monitor = arg;
	struct app *app = monitor->app;
	struct identity *id = &app->model.link.identity;
	bool was_standby = id->is_standby;

	id->is_standby = facts->is_standby;
	id->has_monitor = facts->has_monitor;
	if (facts->timeline > 0)
		id->timeline = facts->timeline;
	if (was_standby != facts->is_standby) {
		app_lock(app, facts->is_standby ? "the server is a standby now"
						: "the server was promoted");
		migrations_refresh(app);
	}
	bus_post(&app->bus, EVENT_LINK);
}

/* A question that failed says so once; the panel's age tells the rest. */
static void on_failed(void *arg, const char *probe, const struct err *e)
{
	struct monitor *monitor = arg;

	if (e->kind == ERR_SERVER)
		app_message(monitor->app, MESSAGE_WARN, "%s: %s (%s)", probe, e->text, e->sqlstate);
	if (monitor->ready && e->kind != ERR_CANCELED)
		tell_ready(monitor);
}

static void on_interval(void *arg, int64_t interval_ms, bool is_lengthened)
{
	struct monitor *monitor = arg;
	struct model *model = &monitor->app->model;

	model->interval_ms = interval_ms;
	model->interval_is_lengthened = is_lengthened;
	bus_post(&monitor->app->bus, EVENT_TICK);
}

/* The rows are made anew where somebody waits for the first whole look. */
static void on_standby(void *arg)
{
	struct monitor *monitor = arg;
	struct replica_expected *known = mem_zero(monitor->standby_count * sizeof(*known));

	for (size_t i = 0; i < monitor->standby_count; i++)
		known[i] = *standby_known(monitor->standbys[i]);
	probes_expect(monitor->probes, known, monitor->standby_count);
	free(known);
	if (monitor->ready && are_standbys_settled(monitor))
		probes_refresh(monitor->probes);
}

static void watch_standbys(struct monitor *monitor)
{
	struct app *app = monitor->app;
	size_t count = app->standby_count;

	monitor->standbys = mem_zero((count + 1) * sizeof(*monitor->standbys));
	for (size_t i = 0; i < count; i++) {
		monitor->standbys[monitor->standby_count++] =
			standby_new(&(struct standby_options){ .loop = app->loop,
				.endpoint = app->standbys[i],
				.info = fleet_info(app, fleet_other(app, i)),
				.interval_ms = app->model.interval_ms,
				.changed = on_standby,
				.arg = monitor });
		endpoint_watch(app->standbys[i]);
	}
	on_standby(monitor);
	monitor_standby_changed(app);
}

static void watch(struct monitor *monitor)
{
	struct app *app = monitor->app;

	monitor->probes = probes_new(&(struct probes_options){ .loop = app->loop,
		.endpoint = app->primary,
		.interval_ms = app->model.interval_ms,
		.is_single_look = monitor->is_single_look,
		.news = { .pool = on_pool,
			.replicas = on_replicas,
			.facts = on_facts,
			.failed = on_failed,
			.interval = on_interval },
		.arg = monitor });
	watch_standbys(monitor);
}

static void unwatch(struct monitor *monitor)
{
	probes_free(monitor->probes);
	for (size_t i = 0; i < monitor->standby_count; i++)
		standby_free(monitor->standbys[i]);
	free(monitor->standbys);
	monitor->standby_count = 0;
}

static void make_monitor(struct app *app, bool is_single_look)
{
	struct monitor *monitor = mem_new(struct monitor);

	monitor->app = app;
	monitor->is_single_look = is_single_look;
	app->monitor = monitor;
	watch(monitor);
}

void monitor_start(struct app *app)
{
	make_monitor(app, false);
	endpoint_watch(app->primary);
	/* The demo has connected already: no change of the link will tell. */
	if (endpoint_view(app->primary)->state == LINK_UP)
		monitor_link_changed(app);
}

/* Who waits for a first look waits for the one at the new server. */
void monitor_move(struct app *app)
{
	struct monitor *monitor = app->monitor;

	if (!monitor)
		return;
	unwatch(monitor);
	monitor->was_up = monitor->has_pool = monitor->has_replicas = false;
	watch(monitor);
	endpoint_watch(app->primary);
	monitor_link_changed(app);
}

void monitor_stop(struct app *app)
{
	struct monitor *monitor = app->monitor;

	if (!monitor)
		return;
	app->monitor = NULL;
	loop_timer_stop(monitor->ready_timer);
	unwatch(monitor);
	free(monitor);
}

void monitor_now(struct app *app)
{
	if (app->model.link.state == LINK_UP && app->monitor)
		probes_refresh(app->monitor->probes);
	else
		monitor_retry(app);
	if (app->is_screen)
		migrations_refresh(app);
}

void monitor_retry(struct app *app)
{
	if (app->primary)
		endpoint_retry(app->primary);
	for (size_t i = 0; i < app->standby_count; i++)
		endpoint_retry(app->standbys[i]);
}

static void set_probe_interval(struct app *app)
{
	int64_t interval_ms = app->target.interval_ms;

	if (app->monitor->is_close && interval_ms > CLOSELY_MS)
		interval_ms = CLOSELY_MS;
	app->model.interval_ms = interval_ms;
	probes_set_interval(app->monitor->probes, interval_ms);
	for (size_t i = 0; i < app->monitor->standby_count; i++)
		standby_set_interval(app->monitor->standbys[i], interval_ms);
}

void monitor_set_interval(struct app *app, int64_t interval_ms)
{
	app->target.interval_ms = interval_ms;
	if (app->monitor)
		set_probe_interval(app);
	bus_post(&app->bus, EVENT_TICK);
}

void monitor_closely(struct app *app, bool closely)
{
	if (!app->monitor || app->monitor->is_close == closely)
		return;
	app->monitor->is_close = closely;
	set_probe_interval(app);
}

void monitor_link_changed(struct app *app)
{
	struct monitor *monitor = app->monitor;
	bool is_up = endpoint_view(app->primary)->state == LINK_UP;

	app->model.link = *endpoint_view(app->primary);
	bus_post(&app->bus, EVENT_LINK);
	if (!monitor)
		return;
	probes_link_changed(monitor->probes);
	if (monitor->was_up && !is_up)
		app_lock_if_prod(app, "the connection was lost");
	if (!monitor->was_up && is_up)
		migrations_refresh(app);
	monitor->was_up = is_up;
	if (monitor->ready && app->model.link.state == LINK_STOPPED)
		tell_ready(monitor);
}

void monitor_standby_changed(struct app *app)
{
	for (size_t i = 0; app->monitor && i < app->monitor->standby_count; i++)
		standby_link_changed(app->monitor->standbys[i]);
}

size_t monitor_unheard(const struct app *app)
{
	size_t count = 0;

	for (size_t i = 0; app->monitor && i < app->monitor->standby_count; i++) {
		enum expected_state state = standby_known(app->monitor->standbys[i])->state;
		count += state == EXPECTED_UNASKED || state == EXPECTED_REFUSED;
	}
	return count;
}

const char *monitor_trouble(const struct app *app)
{
	const char *split = app->model.replicas.split_words;

	return *split || !app->fleet ? split : servers_trouble(fleet_servers(app));
}

bool monitor_check_one_primary(const struct app *app, struct err *e)
{
	const char *words = monitor_trouble(app);

	if (!words[0])
		return true;
	err_set(e, ERR_CONFLICT, "%s", words);
	return err_hint(e,
		"nothing is changed while two servers take writes, or one is not of this cluster: "
		"stop it, or take it out of the target's replicas");
}

bool monitor_check_change(const struct app *app, struct err *e)
{
	return monitor_check_one_primary(app, e) &&
	       budget_check_own(&app->target, &app->model.pool, e);
}

int64_t monitor_patience_ms(const struct app *app)
{
	return app->target.connect_timeout_ms + AFTER_DIAL_MS;
}

void monitor_first_look(struct app *app, int64_t wait_ms, monitor_ready_fn *ready, void *arg)
{
	struct monitor *monitor;

	if (!app->monitor)
		make_monitor(app, true);
	monitor = app->monitor;
	monitor->ready = ready;
	monitor->ready_arg = arg;
	monitor->ready_timer = loop_timer_start(app->loop, wait_ms, 0, tell_ready, monitor);
	endpoint_watch(app->primary);
	probes_link_changed(monitor->probes);
}
