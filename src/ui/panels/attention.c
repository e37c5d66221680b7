// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What needs attention, worst first, each with the key that goes there; below it what happened lately.
 */
#include <string.h>

#include "base/clock.h"
#include "ui/panels/panels.h"
#include "ui/pen.h"
#include "ui/wrap.h"

struct attention_view {
	size_t cursor;
};

static void attention_head(
	const struct panel *panel, const struct model *model, struct panel_head *head)
{
	(void)panel;
	*head = (struct panel_head){ .has_status = true,
		.status = model->attention_count ? model->attention[0].status : STATUS_OK };
	if (model->link.state != LINK_UP && !model->attention_count)
		head->status = STATUS_STALE;
	if (model->attention_count)
		snprintf(head->words, sizeof(head->words), "%zu", model->attention_count);
	else if (model->link.state != LINK_UP)
		snprintf(head->words, sizeof(head->words), "no connection");
	else
		snprintf(head->words, sizeof(head->words), "nothing");
}

enum { WORDS_AT = 13, GO = 6 };

/* Mark, time and where to go; the words stand between, from WORDS_AT on. */
static struct pen draw_frame(struct surface *s, int y, enum status status, int64_t at_us, int view)
{
	struct pen pen = pen_at(s, 0, y);
	char time[CLOCK_TEXT_BYTES] = "", go[16];
	pen_status(&pen, status);
	pen_gap(&pen, 1);
	if (at_us)
		clock_format_local_time(at_us, time);
	pen_field(&pen, ROLE_DIM, time, 10);
	pen.end--;
	if (view) {
		snprintf(go, sizeof(go), "  go %d", view);
		pen_right(&pen, ROLE_HINT, go);
	}
	return pen;
}

static void draw_line(
	struct surface *s, int y, enum status status, int64_t at_us, const char *words, int view)
{
	struct pen pen = draw_frame(s, y, status, at_us, view);
	pen_text(&pen, ROLE_TEXT, words);
}

static int words_width(const struct surface *s)
{
	return s->width - WORDS_AT - GO - 1;
}

/* Whole sentences where all of them have room, else a row each. */
static bool has_room(const struct model *model, const struct surface *s)
{
	int rows = 0;
	for (size_t i = 0; i < model->attention_count; i++)
		rows += wrap_rows(model->attention[i].words, words_width(s), 0);
	return words_width(s) > 0 && rows <= s->height;
}

/* Returns the row after it. */
static int draw_item(struct surface *s, int y, const struct attention *a, bool is_whole)
{
	if (!is_whole) {
		draw_line(s, y, a->status, a->since_wall_us, a->words, a->view);
		return y + 1;
	}
	struct rect at = { WORDS_AT, y, words_width(s), s->height - y };
	draw_frame(s, y, a->status, a->since_wall_us, a->view);
	return wrap_draw(s, at, ROLE_TEXT, a->words, 0);
}

static int draw_attention(const struct panel *panel, const struct model *model, struct surface *s)
{
	const struct attention_view *view = panel->state;
	bool is_whole = has_room(model, s);
	int y = 0;
	for (size_t i = 0; i < model->attention_count && y < s->height; i++) {
		bool is_last = y + 1 == s->height && i + 1 < model->attention_count;
		if (is_last) {
			struct pen pen = pen_at(s, 1, y);
			pen_printf(&pen, ROLE_DIM, "%zu more: Tab, then z",
				model->attention_count - i);
			return y + 1;
		}
		int next = draw_item(s, y, &model->attention[i], is_whole);
		if (panel->is_focused && i == view->cursor)
			surface_restyle(
				s, (struct rect){ 0, y, s->width, next - y }, ROLE_SELECTED);
		y = next;
	}
	return y;
}

static void draw_lately(const struct model *model, struct surface *s, int y)
{
	static const enum status marks[] = { STATUS_INFO, STATUS_WARN, STATUS_CRIT };
	for (size_t i = 1; i <= model->message_count && y < s->height; i++, y++) {
		size_t at = (model->message_head + MESSAGES_MAX - i) % MESSAGES_MAX;
		const struct message *message = &model->messages[at];
		draw_line(s, y, marks[message->level], message->at_wall_us, message->text, 0);
	}
}

/* Whole: the message line has room for its beginning only. */
static int draw_loss(const struct link_view *link, struct surface *s, int y)
{
	bool is_over = link->state == LINK_STOPPED;
	const char *const words[] = { link->error, link->hint,
		is_over ? "Not tried again by itself: r tries once more." : "" };

	for (size_t i = 0; i < ARRAY_SIZE(words) && y < s->height; i++) {
		struct rect at = { 1, y, s->width - 1, s->height - y };
		if (words[i][0])
			y = wrap_draw(s, at, i == 0 ? ROLE_TEXT : ROLE_DIM, words[i], 0);
	}
	return y;
}

static void attention_draw(const struct panel *panel, const struct model *model, struct surface *s)
{
	int y = draw_attention(panel, model, s);
	if (model->link.state != LINK_UP && model->link.error[0] && y < s->height)
		y = draw_loss(&model->link, s, y);
	if (!model->attention_count && model->link.state == LINK_UP) {
		struct pen pen = pen_at(s, 0, y++);
		pen_status(&pen, STATUS_OK);
		pen_text(&pen, ROLE_TEXT, " nothing needs attention");
	}
	if (model->message_count && y + 2 < s->height) {
		struct pen pen = pen_at(s, 1, y + 1);
		pen_text(&pen, ROLE_HEADER, "LATELY");
		draw_lately(model, s, y + 2);
	}
}

static bool attention_command(struct panel *panel, const struct model *model, const char *command,
	struct panel_answer *answer)
{
	static const char *const targets[] = { "overview", "pool", "replicas", "migrations",
		"activity", "notes", "console" };
	struct attention_view *view = panel->state;
	if (!model->attention_count)
		return strcmp(command, "item.open") == 0;
	if (view->cursor >= model->attention_count)
		view->cursor = model->attention_count - 1;
	const struct attention *a = &model->attention[view->cursor];
	if (strcmp(command, "cursor.down") == 0)
		view->cursor += view->cursor + 1 < model->attention_count;
	else if (strcmp(command, "cursor.up") == 0)
		view->cursor -= view->cursor > 0;
	else if (strcmp(command, "item.open") == 0 && a->view >= 1 && a->view <= 7)
		snprintf(answer->command, sizeof(answer->command), "view.go %s",
			targets[a->view - 1]);
	else
		return false;
	return true;
}

const struct panel_class attention_panel = {
	.name = "overview.attention",
	.title = "Needs attention",
	.base = "text",
	.listens = EVENT_BIT(EVENT_POOL) | EVENT_BIT(EVENT_REPLICAS) | EVENT_BIT(EVENT_MESSAGE) |
		   EVENT_BIT(EVENT_LINK) | EVENT_BIT(EVENT_MIGRATIONS),
	.min_height = 5,
	.compact_height = 2,
	.state_size = sizeof(struct attention_view),
	.head = attention_head,
	.draw = attention_draw,
	.command = attention_command,
};
