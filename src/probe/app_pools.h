/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Application pools: what the declared ones hold, and whether all that may be opened fits the server.
 *
 * The budget: (size + overflow) * workers < 0.8 * usable, for each pool and for their sum; usable is where new logins
 * stop (max_connections less the reserved ones), or a nearer limit of the database or of dbtop's role.
 */
#ifndef DBTOP_PROBE_APP_POOLS_H
#define DBTOP_PROBE_APP_POOLS_H

#include "base/err.h"
#include "model/app_pool.h"
#include "model/pool_health.h"
#include "model/target.h"

int64_t app_pool_capacity(const struct app_pool *pool);
/* Counts the sessions of the sample whose application_name the pool's pattern matches, and judges them. */
void app_pool_measure(
	const struct app_pool *pool, const struct pool_health *sample, struct app_pool_state *out);

/*
 * A line a pool, dbtop's own first, one for an application nobody declared that holds 80% of the slots or more, and,
 * when there are several pools, their sum. usable is the nearest of the server's ceiling, the database's limit and,
 * for dbtop itself, its role's. Returns how many lines; 0 when the number of usable slots is not known.
 */
size_t budget_judge(const struct app_pool *pools, size_t count, const struct pool_health *sample,
	struct budget_line out[BUDGET_LINES_MAX]);
/* The pools of a target as budget_judge() wants them; returns how many. */
size_t budget_pools(const struct target *target, struct app_pool out[APP_POOLS_MAX + 1]);
/* dbtop's own pool alone: false when it cannot hold, and e has the arithmetic and what to set. */
bool budget_check_own(
	const struct target *target, const struct pool_health *sample, struct err *e) MUST_CHECK;

#endif
