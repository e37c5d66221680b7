/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the panels about migrations share: marks, the list with the future above "you are here", words of statements.
 */
#ifndef DBTOP_UI_PANELS_MIGRATION_PARTS_H
#define DBTOP_UI_PANELS_MIGRATION_PARTS_H

#include "base/str.h"
#include "ui/panel.h"
#include "ui/pen.h"
#include "ui/widgets/grid.h"

enum status migration_status(const struct migration_row *row);
/* 0 and 1 are fine, 2 a warning, 3 an alarm. */
enum status level_status(int level);
void migrations_head(const struct panel *panel, const struct model *model, struct panel_head *head);
/* "applied", "NEXT", "planned" … */
const char *migration_words(const struct migrations_view *view, const struct migration_row *row);
/* The row of the view at a place of the list; NULL for the rule "you are here". */
const struct migration_row *migration_at(const struct model *model, size_t place);
/*
 * The beginning of a long revision that no other one has: enough to name it, and short enough for a list. Shorter
 * revisions stay whole.
 */
int revision_columns(const struct migrations_view *view);
/* "ALTER TABLE orders": tag and the object it is about. */
void statement_words(const struct statement *statement, struct str *out);
/* The strongest lock and the table it is on; NULL = none worth a word. */
const struct action *statement_lock(const struct statement *statement);
const struct table_size *plan_size_of(const struct plan *plan, const struct object_name *name);

extern const struct grid migration_grid;

/* What is wrong and what to do, from row y on; returns the next one. */
int migration_draw_problem(const struct migrations_view *view, struct surface *s, int y);
/* A directory without any. */
void migration_draw_empty(const struct migrations_view *view, struct surface *s);

#endif
