/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The classes of all panels, one file each.
 */
#ifndef DBTOP_UI_PANELS_PANELS_H
#define DBTOP_UI_PANELS_PANELS_H

#include "ui/panel.h"

extern const struct panel_class activity_panel;
extern const struct panel_class attention_panel;
extern const struct panel_class console_panel;
extern const struct panel_class help_panel;
extern const struct panel_class messages_panel;
extern const struct panel_class migrations_box_panel;
extern const struct panel_class migrations_panel;
extern const struct panel_class notes_panel;
extern const struct panel_class pool_box_panel;
extern const struct panel_class pool_panel;
extern const struct panel_class replicas_box_panel;
extern const struct panel_class replicas_panel;
extern const struct panel_class report_panel;
extern const struct panel_class settings_panel;
extern const struct panel_class step_panel;

#endif
