/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Health: one verdict on an endpoint from its link, its slots and its followers: a list of checks, each with its
 * reason in words. What may not be seen is never called healthy.
 */
#ifndef DBTOP_PROBE_HEALTH_H
#define DBTOP_PROBE_HEALTH_H

#include "model/app_pool.h"
#include "model/link.h"
#include "model/pool_health.h"
#include "model/replicas.h"

/* The numbers are the exit codes of `dbtop health`, as monitoring systems expect them. */
enum health_verdict {
	HEALTH_HEALTHY = 0,
	HEALTH_DEGRADED = 1,
	HEALTH_UNHEALTHY = 2,
	HEALTH_UNKNOWN = 3
};

struct health_check {
	const char *name; /* "link", "slots" …: stable, for machines */
	enum health_verdict verdict;
	char words[256];
};

enum { HEALTH_CHECKS_MAX = 26 + 2 * APP_POOLS_MAX };

struct health {
	enum health_verdict verdict;
	struct health_check checks[HEALTH_CHECKS_MAX]; /* in the order of the questions */
	size_t check_count;
};

struct health_given {
	const struct link_view *link;
	const struct pool_health *pool;	 /* sampled_us 0 = was not answered */
	const struct replicas *replicas; /* likewise */
	/* dbtop's own pool first, then the declared ones; states are of the latter */
	const struct app_pool *pools;
	const struct app_pool_state *states;
	size_t pool_count; /* of pools; 0 = not judged */
};

void health_judge(const struct health_given *given, struct health *out);
/* "healthy", "degraded", "unhealthy", "unknown" */
const char *health_word(enum health_verdict verdict);
/* A mark on the screen as a verdict: stale is unknown, a remark is healthy. */
enum health_verdict health_verdict_of(enum status status);

#endif
