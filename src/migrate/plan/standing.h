/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Standing: what of the catalog's word still stands behind the statements of a plan that run before. The catalog is
 * asked once, ahead of all of them: what they may have changed since is unknown. And what they surely proved: a CHECK
 * (column IS NOT NULL) they have validated. Steps run in order and a group that fails ends the run, so whoever comes after
 * it may count on it; a step a person leaves out is not noted here (forecast_skip), nor does a lone one prove anything,
 * for that may be called done by a person.
 */
#ifndef DBTOP_MIGRATE_PLAN_STANDING_H
#define DBTOP_MIGRATE_PLAN_STANDING_H

#include <stdbool.h>

#include "base/arena.h"
#include "model/statement.h"

struct standing;

struct standing *standing_new(struct arena *arena); /* lives as long as the arena */

/* A statement has run, in a group or as a lone step. */
void standing_note(struct standing *standing, const struct statement *sql, bool is_lone);

/* Is the catalog's word on the table and the column (part) of this action still true when it runs? */
bool standing_covers(const struct standing *standing, const struct statement *sql, size_t action);
bool standing_covers_type(const struct standing *standing, const struct object_name *type);
bool standing_covers_zone(const struct standing *standing);
/* Did a statement before say, of what the plan itself made, CREATE DOMAIN? */
bool standing_has_domains(const struct standing *standing);
/* Is it proved that the column holds no null? */
bool standing_proves(
	const struct standing *standing, const struct object_name *table, const char *column);

#endif
