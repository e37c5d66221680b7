/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the small and the full replica panel both show.
 */
#ifndef DBTOP_UI_PANELS_REPLICA_PARTS_H
#define DBTOP_UI_PANELS_REPLICA_PARTS_H

#include "ui/panel.h"
#include "ui/pen.h"
#include "ui/widgets/grid.h"

void replicas_head(const struct panel *panel, const struct model *model, struct panel_head *head);
/* "41 s", ">= 12 s" while nothing was heard, "?" */
void replica_lag_words(
	const struct replica *r, const struct glyphs *glyphs, char out[NUMBER_BYTES]);
/* "level", "in 12 s", "never at this rate", "?" */
void replica_catch_up_words(const struct replica *r, char out[64]);
/* This server's own way to its upstream, on a standby; returns the row after. */
int replica_draw_upstream(const struct model *model, struct surface *s, int y);

extern const struct grid replica_grid;

#endif
