// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Views whose digits are kept for what a later release brings: they say so, and what does the job until then.
 */
#include "ui/box.h"
#include "ui/panels/panels.h"
#include "ui/pen.h"
#include "ui/wrap.h"

static void draw_text(const struct panel *panel, struct surface *s, const char *text)
{
	struct surface in = box_draw(s, surface_rect(s),
		&(struct box){ .title = panel->class->title, .is_focused = panel->is_focused },
		panel->context->layout);
	wrap_draw(&in, (struct rect){ 1, 0, in.width - 2, in.height }, ROLE_TEXT, text, 0);
}

static void activity_draw(const struct panel *panel, const struct model *model, struct surface *s)
{
	(void)model;
	draw_text(panel, s,
		"Sessions, locks and the tree of blockers come with a later release.\n\n"
		"Until then: 2 shows who holds slots and the oldest transaction; a step that waits "
		"shows who blocks it and whom it blocks.");
}

static void console_draw(const struct panel *panel, const struct model *model, struct surface *s)
{
	(void)model;
	draw_text(panel, s,
		"The SQL console comes with a later release.\n\n"
		"Until then: psql, in another window. Commands of dbtop are typed after : here.");
}

const struct panel_class activity_panel = {
	.name = "activity",
	.title = "5 Activity",
	.has_own_boxes = true,
	.draw = activity_draw,
};

const struct panel_class console_panel = {
	.name = "console",
	.title = "7 Console",
	.has_own_boxes = true,
	.draw = console_draw,
};
