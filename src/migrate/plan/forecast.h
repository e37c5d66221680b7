/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Forecast: hazards and levels of a plan, before and after the catalog was asked about its tables. What nobody asked
 * for counts as the worst: the level falls when the answer says small, not there yet, or that the rows can stay.
 */
#ifndef DBTOP_MIGRATE_PLAN_FORECAST_H
#define DBTOP_MIGRATE_PLAN_FORECAST_H

#include "model/plan.h"

/* changing.md 2: `hazard.size` unless configured. */
#define FORECAST_SIZE_BYTES INT64_C(67108864)

/* What the catalog is to be asked, each thing once, as the statements name it. In the plan's arena. */
void forecast_question(struct plan *plan, struct catalog_question *question);

/*
 * Work hazards and levels out anew. The answer is copied into the plan, NULL = nothing is known. `hazard_size_bytes`:
 * above it a scan or a rewrite under a lock is level 2; 0 = every size is.
 */
void forecast_apply(
	struct plan *plan, const struct catalog_answer *answer, int64_t hazard_size_bytes);
/* A person left that step out: what later steps cost without it, by what the catalog said. */
void forecast_skip(struct plan *plan, size_t step);
/* What is known of a table the plan touches; NULL = nothing. */
const struct table_size *forecast_size(const struct plan *plan, const struct object_name *table);
/* The same for a hazard's object, "schema.name" or "name". */
const struct table_size *forecast_object_size(const struct plan *plan, const char *object);
const struct table_column *forecast_column(const struct table_size *size, const char *name);
const struct type_fact *forecast_type(const struct plan *plan, const struct object_name *type);

#endif
