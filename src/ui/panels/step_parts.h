/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Boxes of the step-through: the list of steps, the gate, what the selected step does, what happens now.
 */
#ifndef DBTOP_UI_PANELS_STEP_PARTS_H
#define DBTOP_UI_PANELS_STEP_PARTS_H

#include "ui/keymap.h"
#include "ui/panel.h"

void step_draw_list(const struct model *model, size_t cursor, bool is_focused, struct surface *s);
void step_draw_gate(const struct model *model, struct surface *s);
/* One line, where there is no room for the box. */
void step_draw_gate_line(const struct model *model, struct surface *s, int y);
void step_draw_sql(const struct model *model, size_t cursor, struct surface *s);
/* Waiting, blocking, progress, failure; returns the row after. */
int step_draw_now(const struct model *model, const struct keymap *map, struct surface *s);
/* Rows that takes in a box of that width; 0 = nothing to say. */
int step_news_rows(const struct model *model, int width);

/* "ready", "waits: the gate is shut" … */
const char *run_state_word(enum run_state state);

#endif
