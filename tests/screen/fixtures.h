/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fixtures: models of databases in telling states, for screens without a server. Each starts from `healthy` and changes
 * what it is about.
 */
#ifndef DBTOP_TESTS_SCREEN_FIXTURES_H
#define DBTOP_TESTS_SCREEN_FIXTURES_H

#include <stdbool.h>

#include "core/app.h"

/* The moment all fixtures stand at. */
#define FIXTURE_NOW_US	INT64_C(7200000000)
#define FIXTURE_WALL_US INT64_C(1769869927000000) /* 2026-01-31 14:32:07 UTC */

/* Fill app's target and model. False when no fixture has that name. */
bool fixture_fill(struct app *app, const char *name);
void fixture_release(struct app *app);
/* A prompt as core would make it: "step", "rollback", "arm". False when there is none of that name. */
bool fixture_confirmation(const char *name, struct confirmation *confirmation);

/* Parts, one file each. */
void fixture_pool(struct model *model);
void fixture_pool_trouble(struct model *model);
/* A starved pool of the configuration, and one that is well. */
void fixture_declared(struct app *app);
void fixture_starved(struct app *app);
void fixture_replicas(struct model *model);
void fixture_replicas_trouble(struct model *model);
void fixture_migrations(struct model *model);
void fixture_run(struct model *model);
void fixture_run_release(struct model *model);
/* One below the newest applied; files that cannot be read: fixtures of their own. */
void fixture_late(struct app *app);
void fixture_unplanned(struct app *app);
/* What stands behind the target: a pooler; two primaries. */
void fixture_pooled(struct app *app);
void fixture_split(struct app *app);
void fixture_notes(struct model *model);

#endif
