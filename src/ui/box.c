// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/box.h"

#include "base/words.h"
#include "ui/pen.h"

static const char *status_word(enum status status)
{
	static const char *const words[] = {
		[STATUS_OK] = "",
		[STATUS_INFO] = "",
		[STATUS_WARN] = "WARN",
		[STATUS_CRIT] = "CRIT",
		[STATUS_STALE] = "",
	};
	return words[status];
}

static void pen_words(struct pen *pen, const char *words)
{
	pen->end--;
	pen_printf(pen, ROLE_TEXT, " %s", words);
	pen->end++;
	pen_text(pen, ROLE_TEXT, " ");
}

static void draw_title(struct pen *pen, const struct box *box)
{
	enum role role = box->role == ROLE_TEXT ? ROLE_TITLE : box->role;
	int start = pen->x;
	pen_printf(pen, role, " %s ", box->title);
	if (box->is_focused)
		surface_reverse(pen->s, (struct rect){ start, pen->y, pen->x - start, 1 });
	if (box->has_status) {
		enum role status_role = role_of_status(box->status);
		const char *word = status_word(box->status);
		pen_text(pen, ROLE_TEXT, " ");
		pen_glyph(pen, status_role, glyph_of_status(box->status));
		if (*word) {
			pen_text(pen, ROLE_TEXT, " ");
			pen_text(pen, status_role, word);
		}
	}
	if (box->words && *box->words)
		pen_words(pen, box->words);
	else if (box->has_status)
		pen_text(pen, ROLE_TEXT, " ");
}

struct surface box_draw(
	struct surface *s, struct rect at, const struct box *box, enum layout layout)
{
	bool has_border = layout >= LAYOUT_STACKED && at.height >= 2;
	struct surface whole = surface_part(s, at);
	enum role border = box->is_focused ? ROLE_BORDER_FOCUS : ROLE_BORDER;
	if (box->role != ROLE_TEXT)
		border = box->role;
	surface_clear(&whole);
	if (has_border)
		surface_box(&whole, surface_rect(&whole), border);
	struct pen pen = pen_at(&whole, has_border ? 2 : 0, 0);
	pen.end -= has_border ? 2 : 0;
	if (whole.height > 0)
		draw_title(&pen, box);
	struct rect inner = { 0, 1, whole.width, whole.height - 1 };
	if (has_border)
		inner = (struct rect){ 1, 1, whole.width - 2, whole.height - 2 };
	return surface_part(&whole, inner);
}

bool sample_is_stale(const struct model *model, int64_t sampled_us)
{
	int64_t interval_us = model->interval_ms * 1000;
	return interval_us > 0 && model->now_us - sampled_us > 2 * interval_us + 500 * 1000;
}

struct surface box_panel(
	struct surface *s, struct rect at, const struct panel *panel, const struct model *model)
{
	struct panel_head head = { 0 };
	if (panel->class->head)
		panel->class->head(panel, model, &head);
	char words[160], age[WORDS_BYTES];
	const char *shown = head.words;
	if (head.is_sampled && !head.sampled_us) {
		shown = "waiting for the first sample";
		head.has_status = false;
	} else if (head.is_sampled && sample_is_stale(model, head.sampled_us)) {
		words_ms((model->now_us - head.sampled_us) / 1000, age);
		snprintf(words, sizeof(words), "stale %s", age);
		shown = words;
		head.status = STATUS_STALE;
		head.has_status = true;
	}
	struct box box = { .title = panel->class->title,
		.words = shown,
		.status = head.status,
		.has_status = head.has_status,
		.is_focused = panel->is_focused };
	return box_draw(s, at, &box, panel->context->layout);
}

int box_height(int rows, enum layout layout)
{
	return rows + (layout >= LAYOUT_STACKED ? 2 : 1);
}

void gauge_draw(
	struct surface *s, int x, int y, int columns, int64_t part, int64_t whole, enum role role)
{
	int64_t filled = whole > 0 && part > 0 ? (part * columns + whole / 2) / whole : 0;
	if (filled == 0 && part > 0)
		filled = 1;
	if (filled > columns)
		filled = columns;
	surface_glyph(s, x, y, role, GLYPH_FULL, (int)filled);
	surface_glyph(s, x + (int)filled, y, ROLE_GAUGE_EMPTY, GLYPH_EMPTY, columns - (int)filled);
}
