// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Replicas on the overview: a row each, worst first; below it the slots that keep WAL.
 */
#include "ui/box.h"
#include "ui/panels/panels.h"
#include "ui/panels/replica_parts.h"

enum { STATE = 11, MODE = 7, BYTES = 8, TIME = 7, WORDS = 18 };

/* As wide as the longest name, within what the other columns leave. */
static int name_columns(const struct replicas *replicas, int room)
{
	int most = 4;
	for (size_t i = 0; i < replicas->count; i++) {
		int columns = text_columns(replicas->rows[i].name);
		most = columns > most ? columns : most;
	}
	most += 2;
	return most < room ? most : room < 8 ? 8 : room;
}

static void draw_header(struct surface *s, int name)
{
	struct pen pen = pen_at(s, 1, 0);
	pen_field(&pen, ROLE_HEADER, "NAME", name);
	pen_field(&pen, ROLE_HEADER, "STATE", STATE);
	pen_field(&pen, ROLE_HEADER, "MODE", MODE);
	pen_number(&pen, ROLE_HEADER, "BEHIND", BYTES);
	pen_number(&pen, ROLE_HEADER, "TIME", TIME);
}

static void draw_row(const struct replica *r, struct surface *s, int y, int name)
{
	struct pen pen = pen_at(s, 1, y);
	pen.end--;
	char behind[NUMBER_BYTES], time[NUMBER_BYTES], words[64];
	number_bytes(r->behind_bytes, behind);
	replica_lag_words(r, s->glyphs, time);
	pen_field(&pen, ROLE_TEXT, r->name, name - 1);
	pen_gap(&pen, 1);
	pen_field(&pen, ROLE_TEXT, r->state, STATE - 1);
	pen_gap(&pen, 1);
	pen_field(&pen, ROLE_DIM, r->sync[0] ? r->sync : "-", MODE);
	pen_number(&pen, ROLE_TEXT, behind, BYTES);
	pen_number(&pen, ROLE_TEXT, time, TIME);
	pen_gap(&pen, 1);
	pen_status(&pen, r->kind == REPLICA_ABSENT ? STATUS_STALE : r->status);
	replica_catch_up_words(r, words);
	pen_gap(&pen, 1);
	pen_text(&pen, r->is_falling_behind ? ROLE_STATUS_CRIT : ROLE_DIM,
		r->is_falling_behind ? "falling behind" : words);
}

static int draw_slots(const struct replicas *replicas, struct surface *s, int y)
{
	bool has_header = false;
	for (size_t i = 0; i < replicas->count && y < s->height; i++) {
		const struct replica *r = &replicas->rows[i];
		if (!r->slot[0])
			continue;
		if (!has_header && y + 1 < s->height) {
			struct pen pen = pen_at(s, 1, y++);
			pen_field(&pen, ROLE_HEADER, "SLOT", 22);
			pen_field(&pen, ROLE_HEADER, "ACTIVE", 8);
			pen_number(&pen, ROLE_HEADER, "KEEPS", BYTES);
			has_header = true;
		}
		struct pen pen = pen_at(s, 1, y++);
		char kept[NUMBER_BYTES];
		number_bytes(r->retained_bytes, kept);
		pen_field(&pen, ROLE_TEXT, r->slot, 21);
		pen_gap(&pen, 1);
		pen_field(&pen, ROLE_TEXT, r->slot_is_active ? "yes" : "no", 8);
		pen_number(&pen, ROLE_TEXT, kept, BYTES);
		pen_gap(&pen, 2);
		pen_text(&pen, ROLE_DIM, r->wal_status);
		if (!r->slot_is_active)
			pen_status(&pen, r->status == STATUS_OK ? STATUS_WARN : r->status);
	}
	return y;
}

static void replicas_box_draw(
	const struct panel *panel, const struct model *model, struct surface *s)
{
	const struct replicas *replicas = &model->replicas;
	int name = name_columns(replicas, s->width - STATE - MODE - BYTES - TIME - WORDS);
	int y = replica_draw_upstream(model, s, 0);
	(void)panel;
	if (!replicas->count) {
		struct pen pen = pen_at(s, 1, y);
		pen_text(&pen, ROLE_DIM, "nobody follows this server: no standby, no slot");
		return;
	}
	bool has_header = s->height >= 5 && y == 0;
	if (has_header)
		draw_header(s, name);
	y += has_header;
	for (size_t i = 0; i < replicas->count && y < s->height; i++, y++) {
		bool is_last = y + 1 == s->height && i + 1 < replicas->count;
		if (is_last) {
			struct pen pen = pen_at(s, 1, y);
			pen_printf(&pen, ROLE_DIM, "%zu more: Enter", replicas->count - i);
			return;
		}
		draw_row(&replicas->rows[i], s, y, name);
	}
	if (y + 3 < s->height)
		y = draw_slots(replicas, s, y + 1);
	if (y + 1 < s->height && value_is_known(replicas->wal_bytes_s)) {
		char rate[NUMBER_BYTES];
		number_bytes(replicas->wal_bytes_s, rate);
		struct pen pen = pen_at(s, 1, s->height - 1);
		pen_printf(&pen, ROLE_DIM, "WAL written %s/s", rate);
	}
}

static bool replicas_box_command(struct panel *panel, const struct model *model,
	const char *command, struct panel_answer *answer)
{
	(void)panel;
	(void)model;
	if (strcmp(command, "item.open") != 0)
		return false;
	snprintf(answer->command, sizeof(answer->command), "view.go replicas");
	return true;
}

const struct panel_class replicas_box_panel = {
	.name = "overview.replicas",
	.title = "3 Replicas",
	.listens = EVENT_BIT(EVENT_REPLICAS) | EVENT_BIT(EVENT_TICK) | EVENT_BIT(EVENT_LINK),
	.min_height = 5,
	.compact_height = 4,
	.head = replicas_head,
	.draw = replicas_box_draw,
	.command = replicas_box_command,
};
