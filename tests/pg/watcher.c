// SPDX-License-Identifier: GPL-3.0-or-later
#include "pg/watcher.h"

#include "test.h"

#include "base/mem.h"
#include "pg/conninfo.h"

enum { WAIT_MS = 20000, INTERVAL_MS = 100 };

static void take_pool(void *arg, const struct pool_health *pool)
{
	struct watcher *watcher = arg;
	watcher->pool = *pool;
	watcher->pool_count++;
}

static void take_replicas(void *arg, const struct replicas *replicas)
{
	struct watcher *watcher = arg;
	watcher->replicas = *replicas;
	watcher->replicas_count++;
}

static void take_facts(void *arg, const struct endpoint_facts *facts)
{
	struct watcher *watcher = arg;
	watcher->facts = *facts;
	watcher->facts_count++;
}

static void take_failure(void *arg, const char *probe, const struct err *e)
{
	struct watcher *watcher = arg;
	snprintf(watcher->failure, sizeof(watcher->failure), "%s: %s", probe, e->text);
	watcher->failures++;
}

static void link_changed(void *arg, struct endpoint *endpoint)
{
	struct watcher *watcher = arg;
	(void)endpoint;
	if (watcher->probes)
		probes_link_changed(watcher->probes);
}

struct watcher *watcher_start_at(const char *conninfo, const char *user)
{
	struct watcher *watcher = mem_new(struct watcher);
	struct err e = { 0 };
	struct conninfo_override override = { .user = user };
	struct conninfo *info = conninfo_new(conninfo, &override, &e);

	if (!info)
		fail_msg("%s", e.text);
	watcher->loop = loop_new();
	struct endpoint_options at = {
		.driver = &driver_libpq, .info = info, .connect_timeout_ms = 5000
	};
	watcher->endpoint = endpoint_new(watcher->loop, &at, link_changed, watcher);
	conninfo_free(info);
	struct probes_options options = {
		.loop = watcher->loop,
		.endpoint = watcher->endpoint,
		.interval_ms = INTERVAL_MS,
		.news = { take_pool, take_replicas, take_facts, take_failure, NULL },
		.arg = watcher,
	};
	watcher->probes = probes_new(&options);
	endpoint_watch(watcher->endpoint);
	return watcher;
}

struct watcher *watcher_start(struct cluster *servers, int node, const char *user)
{
	return watcher_start_at(cluster_conninfo(servers, node), user);
}

void watcher_end(struct watcher *watcher)
{
	probes_free(watcher->probes);
	watcher->probes = NULL;
	endpoint_free(watcher->endpoint);
	for (int i = 0; i < 10; i++) {
		loop_turn(watcher->loop, false);
		loop_free_deferred(watcher->loop);
	}
	loop_free(watcher->loop);
	free(watcher);
}

static void time_is_up(void *arg)
{
	*(bool *)arg = true;
}

void watcher_until(struct watcher *watcher, watcher_is_fn *is, const char *what)
{
	bool is_late = false;
	struct loop_timer *limit =
		loop_timer_start(watcher->loop, WAIT_MS, 0, time_is_up, &is_late);

	while (!is(watcher)) {
		if (is_late)
			fail_msg("waited in vain: %s (link %d, %s; %s)", what,
				(int)endpoint_view(watcher->endpoint)->state,
				endpoint_view(watcher->endpoint)->error, watcher->failure);
		loop_turn(watcher->loop, true);
		loop_free_deferred(watcher->loop);
	}
	if (!is_late)
		loop_timer_stop(limit);
}

static bool has_samples(const struct watcher *watcher)
{
	return watcher->pool_count > 0 && watcher->replicas_count > 0;
}

void watcher_samples(struct watcher *watcher, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		watcher->pool_count = watcher->replicas_count = 0;
		watcher_until(watcher, has_samples, "the next sample");
	}
}

const struct replica *watcher_row(const struct watcher *watcher, const char *name)
{
	for (size_t i = 0; i < watcher->replicas.count; i++)
		if (strcmp(watcher->replicas.rows[i].name, name) == 0)
			return &watcher->replicas.rows[i];
	return NULL;
}

const struct session_group *watcher_group(const struct watcher *watcher, const char *name)
{
	for (size_t i = 0; i < watcher->pool.group_count; i++)
		if (strcmp(watcher->pool.groups[i].name, name) == 0)
			return &watcher->pool.groups[i];
	return NULL;
}
