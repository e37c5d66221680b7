/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Migrations: keeps model.migrations true: reads files and history again when asked, after a run, and when the link
 * comes up; opens runs from what was read.
 */
#ifndef DBTOP_CORE_MIGRATIONS_H
#define DBTOP_CORE_MIGRATIONS_H

#include "core/command.h"
#include "core/inspect.h"
#include "model/migrations_view.h"

struct migrations *migrations_new(struct app *app);
void migrations_free(struct migrations *migrations);
/* Read again; news follows. A reading under way is not doubled. */
void migrations_refresh(struct app *app);
/* Notes changed: their marks beside the rows. */
void migrations_notes_changed(struct app *app);
/* Plan afresh from the server's present state and open a run of it; finishes the call. */
void migrations_open_run(struct call *call, enum plan_direction direction, const char *goal);

/* Build the view of an inspection; view->arena owns what it needs. Shared with the reports. */
void migrations_view_fill(struct migrations_view *view, const struct inspection *inspection);
void migrations_view_release(struct migrations_view *view);

/* There is no plan, for this reason. */
void migrations_view_fail(struct migrations_view *view, const struct err *e);

#endif
