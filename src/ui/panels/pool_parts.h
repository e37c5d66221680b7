/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the small and the full pool panel both show: slots, states, oldest transaction, reasons.
 */
#ifndef DBTOP_UI_PANELS_POOL_PARTS_H
#define DBTOP_UI_PANELS_POOL_PARTS_H

#include "model/pool_trouble.h"
#include "ui/panel.h"
#include "ui/widgets/grid.h"

/* The worst reason of a topic; STATUS_OK when none. */
enum status pool_topic_status(const struct pool_health *pool, enum pool_topic topic);
void pool_head(const struct panel *panel, const struct model *model, struct panel_head *head);
void pool_draw_slots(const struct pool_health *pool, struct surface *s, int y);
void pool_draw_states(const struct pool_health *pool, struct surface *s, int y);
void pool_draw_oldest(const struct pool_health *pool, struct surface *s, int y);
/* Each reason in a row, from y on; returns the row after the last. */
int pool_draw_reasons(const struct model *model, struct surface *s, int y);

/* The applications' own pools, a row each under a head; what has no room is counted. */
void pool_draw_declared(const struct model *model, struct surface *s);
/* Applications that hold slots, worst first. */
extern const struct grid pool_grid;

#endif
