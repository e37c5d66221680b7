// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Every message of this session, newest first.
 */
#include "base/clock.h"
#include "base/str.h"
#include "ui/box.h"
#include "ui/panels/panels.h"
#include "ui/pen.h"
#include "ui/widgets/scroll.h"
#include "ui/wrap.h"

static void messages_draw(const struct panel *panel, const struct model *model, struct surface *s)
{
	static const enum status marks[] = { STATUS_INFO, STATUS_WARN, STATUS_CRIT };
	const struct scroll *scroll = panel->state;
	struct surface in = box_draw(s, surface_rect(s),
		&(struct box){ .title = "Messages", .is_focused = panel->is_focused },
		panel->context->layout);
	size_t top = model->message_count && scroll->top >= model->message_count
			     ? model->message_count - 1
			     : scroll->top;
	int y = 0;
	for (size_t i = top + 1; i <= model->message_count && y < in.height; i++) {
		size_t at = (model->message_head + MESSAGES_MAX - i) % MESSAGES_MAX;
		const struct message *message = &model->messages[at];
		struct pen pen = pen_at(&in, 0, y);
		char time[CLOCK_TEXT_BYTES];
		clock_format_local_time(message->at_wall_us, time);
		pen_status(&pen, marks[message->level]);
		pen_gap(&pen, 1);
		pen_field(&pen, ROLE_DIM, time, 10);
		struct rect rest = { pen.x, y, in.width - pen.x - 1, in.height - y };
		y = wrap_draw(&in, rest, ROLE_TEXT, message->text, 0);
		y += y == rest.y;
	}
	if (!model->message_count) {
		struct pen pen = pen_at(&in, 1, 0);
		pen_text(&pen, ROLE_DIM, "nothing was said yet");
	}
}

static bool messages_command(struct panel *panel, const struct model *model, const char *command,
	struct panel_answer *answer)
{
	struct scroll *scroll = panel->state;
	long rows, last = model->message_count ? (long)model->message_count - 1 : 0;
	(void)answer;
	if (!scroll_rows(command, &rows))
		return false;
	long top = (long)scroll->top + rows;
	scroll->top = (size_t)(top < 0 ? 0 : top > last ? last : top);
	return true;
}

const struct panel_class messages_panel = {
	.name = "messages",
	.title = "Messages",
	.base = "text",
	.listens = EVENT_BIT(EVENT_MESSAGE),
	.has_own_boxes = true,
	.state_size = sizeof(struct scroll),
	.draw = messages_draw,
	.command = messages_command,
};
