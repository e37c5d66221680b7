/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Watcher: probes at work on one node of a cluster, and the last sample of each kind. Time is real; waiting means
 * turning the loop until what is waited for is there.
 */
#ifndef DBTOP_TESTS_PG_WATCHER_H
#define DBTOP_TESTS_PG_WATCHER_H

#include "demo/cluster.h"
#include "probe/probes.h"

struct watcher {
	struct loop *loop;
	struct endpoint *endpoint;
	struct probes *probes;
	struct pool_health pool; /* sampled_us 0 = none yet */
	struct replicas replicas;
	struct endpoint_facts facts;
	size_t pool_count, replicas_count, facts_count, failures;
	char failure[400];
};

/* user NULL = postgres. */
struct watcher *watcher_start(struct cluster *servers, int node, const char *user);
/* Of whatever answers there: a pooler. */
struct watcher *watcher_start_at(const char *conninfo, const char *user);
void watcher_end(struct watcher *watcher);

typedef bool watcher_is_fn(const struct watcher *watcher);
/* Turns until it is so; fails the test after 20 s, saying what was waited for. */
void watcher_until(struct watcher *watcher, watcher_is_fn *is, const char *what);
/* Samples of both kinds taken from now on. */
void watcher_samples(struct watcher *watcher, size_t count);
/* A row of the last sample; NULL = none. */
const struct replica *watcher_row(const struct watcher *watcher, const char *name);
const struct session_group *watcher_group(const struct watcher *watcher, const char *name);

#endif
