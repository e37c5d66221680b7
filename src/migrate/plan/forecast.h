/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Forecast: hazards and levels of a plan, before and after the catalog was asked how big the tables are. A size nobody
 * asked for counts as big: the level falls when the answer says small, or that the table is not there yet.
 */
#ifndef DBTOP_MIGRATE_PLAN_FORECAST_H
#define DBTOP_MIGRATE_PLAN_FORECAST_H

#include "model/plan.h"

/* changing.md 2: `hazard.size` unless configured. */
#define FORECAST_SIZE_BYTES INT64_C(67108864)

/* The tables whose existence or size decides a level, each once, as the statements name them. In the plan's arena. */
const struct object_name *forecast_tables(struct plan *plan, size_t *count);

/*
 * Work hazards and levels out anew. sizes are copied into the plan, count 0 = nothing is known. `hazard_size_bytes`:
 * above it a scan or a rewrite under a lock is level 2; 0 = every size is.
 */
void forecast_apply(
	struct plan *plan, const struct table_size *sizes, size_t count, int64_t hazard_size_bytes);
/* What is known of a table the plan touches; NULL = nothing. */
const struct table_size *forecast_size(const struct plan *plan, const struct object_name *table);

#endif
