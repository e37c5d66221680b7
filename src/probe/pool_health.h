/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pool_health: one answer about the server's connection slots, judged. The server aggregates; here stand
 * the ceiling, the rule that nothing hidden is counted as 0, and the thresholds with their words.
 */
#ifndef DBTOP_PROBE_POOL_HEALTH_H
#define DBTOP_PROBE_POOL_HEALTH_H

#include "model/pool_health.h"
#include "pg/result.h"
#include "probe/mark.h"

enum { POOL_RULES = 3, POOL_GROUP_RULES = 3 };

struct pool_group_memory {
	char name[64];
	struct mark marks[POOL_GROUP_RULES];
	bool is_here; /* in the sample at hand; who leaves it is forgotten */
};

/* What must be remembered between samples; all zero is ready. */
struct pool_memory {
	struct mark marks[POOL_RULES];
	struct pool_group_memory
		groups[2 * POOL_GROUPS_MAX]; /* of the sample before and of this one */
	size_t group_count;
};

/* The columns of probe-pool.sql. */
extern const struct field pool_fields[], pool_group_fields[];
extern const size_t pool_field_count, pool_group_field_count;

/* Rows to struct; times of the sample and judgement are not its business. */
void pool_health_decode(const struct result *result, struct pool_health *out);
/* What follows from the counts: ceiling, percent, unknown where sessions are hidden. */
void pool_health_complete(struct pool_health *pool);
/* Statuses and reasons, steadied; groups are put worst first. */
void pool_health_judge(struct pool_health *pool, struct pool_memory *memory, int raise_after);

#endif
