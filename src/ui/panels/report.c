// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What a command answered, when it is more than a sentence.
 */
#include <string.h>

#include "ui/box.h"
#include "ui/panels/panels.h"
#include "ui/widgets/scroll.h"

static void report_draw(const struct panel *panel, const struct model *model, struct surface *s)
{
	const struct panel_context *context = panel->context;
	(void)model;
	struct surface in = box_draw(s, surface_rect(s),
		&(struct box){ .title = context->report_title ? context->report_title : "Answer",
			.is_focused = panel->is_focused },
		context->layout);
	scroll_draw(&in, panel->state, context->report_text ? context->report_text : "", ROLE_TEXT);
}

static bool report_command(struct panel *panel, const struct model *model, const char *command,
	struct panel_answer *answer)
{
	(void)model;
	if (strcmp(command, "item.open") == 0) {
		snprintf(answer->command, sizeof(answer->command), "view.back");
		return true;
	}
	int border = panel->context->layout >= LAYOUT_STACKED;
	int room = panel->at.height - 1 - border;
	const char *text = panel->context->report_text ? panel->context->report_text : "";
	int rows = scroll_text_rows(text, panel->at.width - 2 * border);
	return scroll_command(panel->state, command, rows > room ? rows - room : 0);
}

const struct panel_class report_panel = {
	.name = "report",
	.title = "Answer",
	.base = "text",
	.has_own_boxes = true,
	.state_size = sizeof(struct scroll),
	.draw = report_draw,
	.command = report_command,
};
