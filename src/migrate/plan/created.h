/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Created: what the statements of a plan have made so far, by name as written. Names that differ only in saying the
 * schema or not are different here: the search_path is the server's to know, and a mistake would hide a hazard.
 */
#ifndef DBTOP_MIGRATE_PLAN_CREATED_H
#define DBTOP_MIGRATE_PLAN_CREATED_H

#include <stdbool.h>

#include "model/plan.h"

struct created;

struct created *created_new(void);
void created_free(struct created *created); /* NULL is fine */

bool created_has(const struct created *created, const struct object_name *object);
/*
 * Note what the action makes, if it makes something. IF NOT EXISTS counts unless the catalog says that it is there
 * already; OR REPLACE never counts.
 */
void created_note(
	struct created *created, const struct action *action, const struct table_size *size);

#endif
