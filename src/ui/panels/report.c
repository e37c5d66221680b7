// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What a command answered, when it is more than a sentence.
 */
#include <string.h>

#include "base/str.h"
#include "ui/box.h"
#include "ui/panels/panels.h"
#include "ui/widgets/scroll.h"

static const char *text_of(const struct panel_context *context)
{
	return context->report_text ? context->report_text : "";
}

static void report_draw(const struct panel *panel, const struct model *model, struct surface *s)
{
	const struct panel_context *context = panel->context;
	(void)model;
	struct surface in = box_draw(s, surface_rect(s),
		&(struct box){ .title = context->report_title ? context->report_title : "Answer",
			.is_focused = panel->is_focused },
		context->layout);
	scroll_draw(&in, panel->state, text_of(context), ROLE_TEXT);
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
	struct scroll_text text = { .text = text_of(panel->context),
		.width = panel->at.width - 2 * border,
		.height = panel->at.height - 1 - border };
	return scroll_command(panel->state, &text, command, answer);
}

static bool report_copy(
	const struct panel *panel, const struct model *model, struct str *out, const char **what)
{
	(void)model;
	str_add(out, text_of(panel->context));
	*what = "this answer";
	return true;
}

static void report_crumb(const struct panel *panel, const struct model *model, char out[128])
{
	const struct scroll *scroll = panel->state;
	(void)model;
	snprintf(out, 128, "%s%.100s", scroll->search[0] ? "/ " : "", scroll->search);
}

const struct panel_class report_panel = {
	.name = "report",
	.title = "Answer",
	.base = "text",
	.has_own_boxes = true,
	.state_size = sizeof(struct scroll),
	.draw = report_draw,
	.command = report_command,
	.copy = report_copy,
	.crumb = report_crumb,
};
