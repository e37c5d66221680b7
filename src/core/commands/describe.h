/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Describe: a plan as a report, the same for `plan`, `--dry-run` and the screen.
 */
#ifndef DBTOP_CORE_COMMANDS_DESCRIBE_H
#define DBTOP_CORE_COMMANDS_DESCRIBE_H

#include "core/app.h"
#include "core/inspect.h"
#include "model/pool_stats.h"
#include "model/report.h"

void describe_plan(struct report *report, const struct inspection *inspection);
/* All of one of dbtop's own pools; is_row: the main figures have labels of a table's columns. */
void describe_pool_stats(
	struct report *report, struct node *node, const struct pool_stats *stats, bool is_row);
/* What may be wrong although it worked: warnings of files and history. */
void describe_warnings(struct report *report, const struct inspection *inspection);
/* Which server answered; where it is a standby, why no primary did and how old what it shows is. */
void describe_server(
	struct report *report, const struct app *app, const struct inspection *inspection);
/*
 * No file was found: where was looked, after `before`; false and silent when there are some. `dbtop status` in the wrong
 * directory must not look like a database without migrations.
 */
bool describe_no_files(struct report *report, const struct app *app, const char *before,
	const struct migration_set *set);

#endif
