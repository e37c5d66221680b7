/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Application pools: what the declared ones hold, and whether all that may be opened fits the server.
 *
 * The budget: (size + overflow) * workers < 0.8 * usable, for each pool and for their sum; usable is where new logins
 * stop (max_connections less the reserved ones).
 */
#ifndef DBTOP_PROBE_APP_POOLS_H
#define DBTOP_PROBE_APP_POOLS_H

#include "model/app_pool.h"
#include "model/pool_health.h"

int64_t app_pool_capacity(const struct app_pool *pool);
/* Counts the sessions of the sample whose application_name the pool's pattern matches, and judges them. */
void app_pool_measure(
	const struct app_pool *pool, const struct pool_health *sample, struct app_pool_state *out);

struct budget_line {
	char name[64]; /* "dbtop", a pool's name, or "all of them" */
	int64_t need;
	bool fits;
	char words[160]; /* "(20 + 0) * 8 = 160, not below 80% of 97 slots (77.6)" */
};
/*
 * out has room for count + 1 lines: a line a pool and, when there are several, their sum. Returns how many; 0 when the
 * number of usable slots is not known.
 */
size_t budget_judge(
	const struct app_pool *pools, size_t count, int64_t usable, struct budget_line *out);

#endif
