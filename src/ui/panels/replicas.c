// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Replica lag, the full view: every stage in bytes, and why the selected one is behind.
 */
#include "ui/box.h"
#include "ui/panels/panels.h"
#include "ui/panels/replica_parts.h"
#include "ui/wrap.h"

struct replicas_view {
	struct grid_state grid;
};

struct stage {
	const char *word;
	int64_t bytes;
};

/* The way of a byte of WAL, with how much waits at each station. */
static void draw_stages(const struct replica *r, struct surface *s)
{
	const struct stage stages[] = {
		{ "to send", r->to_send_bytes },
		{ "to write", r->write_bytes },
		{ "to flush", r->flush_bytes },
		{ "to replay", r->apply_bytes },
	};
	int64_t most = 1;
	for (size_t i = 0; i < ARRAY_SIZE(stages); i++)
		if (value_is_known(stages[i].bytes) && stages[i].bytes > most)
			most = stages[i].bytes;
	int gauge = s->width - 28;
	for (size_t i = 0; i < ARRAY_SIZE(stages) && (int)i < s->height; i++) {
		struct pen pen = pen_at(s, 1, (int)i);
		char text[NUMBER_BYTES];
		number_bytes(stages[i].bytes, text);
		pen_field(&pen, ROLE_DIM, stages[i].word, 11);
		if (gauge > 4 && value_is_known(stages[i].bytes))
			gauge_draw(s, pen.x, pen.y, gauge, stages[i].bytes, most,
				stages[i].bytes == most && most > 16 << 20 ? ROLE_STATUS_WARN
									   : ROLE_GAUGE_FILL);
		pen_to(&pen, pen.x + gauge);
		pen_number(&pen, ROLE_TEXT, text, 12);
	}
	struct pen pen = pen_at(s, 1, 5);
	char risk[NUMBER_BYTES], words[80];
	number_bytes(r->at_risk_bytes, risk);
	if (s->height > 5 && r->kind == REPLICA_STANDBY) {
		pen_field(&pen, ROLE_DIM, "at risk", 11);
		snprintf(words, sizeof(words), "%s would be lost by a failover to it now", risk);
		wrap_draw(s, (struct rect){ pen.x, 5, s->width - pen.x - 1, s->height - 5 },
			ROLE_TEXT, words, 0);
	}
}

static int draw_fact(struct surface *s, int y, const char *word, const char *text)
{
	if (y >= s->height || !*text)
		return y;
	struct pen pen = pen_at(s, 1, y);
	pen_field(&pen, ROLE_DIM, word, 10);
	pen_text(&pen, ROLE_TEXT, text);
	return y + 1;
}

static int draw_slot(const struct replica *r, struct surface *s, int y)
{
	char kept[NUMBER_BYTES], safe[NUMBER_BYTES], lost[NUMBER_BYTES], text[160];
	if (!r->slot[0])
		return draw_fact(s, y, "slot", "none");
	number_bytes(r->retained_bytes, kept);
	number_bytes(r->safe_bytes, safe);
	number_ms(r->to_lost_ms, lost);
	snprintf(text, sizeof(text), "%.63s %s, keeps %s", r->slot,
		r->slot_is_active ? "active" : "inactive", kept);
	y = draw_fact(s, y, "slot", text);
	if (value_is_known(r->safe_bytes)) {
		snprintf(text, sizeof(text), "%s until it is lost%s%s", safe,
			value_is_known(r->to_lost_ms) ? ", in about " : "",
			value_is_known(r->to_lost_ms) ? lost : "");
		y = draw_fact(s, y, "", text);
	}
	return draw_fact(s, y, "wal", r->wal_status);
}

static void draw_why(const struct replica *r, struct surface *s)
{
	char words[64], text[160], rate[NUMBER_BYTES], reply[NUMBER_BYTES];
	int y = 0;
	struct pen pen = pen_at(s, 0, y);
	pen_status(&pen, r->kind == REPLICA_ABSENT ? STATUS_STALE : r->status);
	struct rect at = { 3, y, s->width - 4, 3 };
	y = wrap_draw(
		s, at, ROLE_TEXT, r->reason[0] ? r->reason : "nothing here needs attention", 0);
	replica_catch_up_words(r, words);
	y = draw_fact(s, y, "catch-up", words);
	if (value_is_known(r->drain_bytes_s)) {
		bool is_growing = r->drain_bytes_s > 0;
		number_bytes(is_growing ? r->drain_bytes_s : -r->drain_bytes_s, rate);
		snprintf(text, sizeof(text), "%s by %s/s", is_growing ? "growing" : "shrinking",
			rate);
		if (r->drain_bytes_s)
			y = draw_fact(s, y, "gap", text);
	}
	number_ms(r->reply_age_ms, reply);
	snprintf(text, sizeof(text), "heard %s ago", reply);
	if (value_is_known(r->reply_age_ms))
		y = draw_fact(s, y, "reply", text);
	y = draw_fact(s, y, "address", r->address);
	draw_slot(r, s, y);
}

static void draw_lower(
	const struct panel *panel, const struct model *model, struct surface *s, struct rect at)
{
	const struct replicas_view *view = panel->state;
	enum layout layout = panel->context->layout;
	size_t row;
	char title[96];
	if (!grid_selected(&replica_grid, &view->grid, model, &row) || at.height < 3)
		return;
	const struct replica *r = &model->replicas.rows[row];
	int left = at.width - (at.width > 110 ? 56 : at.width / 2);
	struct rect stages = { 0, at.y, left, at.height };
	struct rect why = { left, at.y, at.width - left, at.height };
	snprintf(title, sizeof(title), "%.60s  where the bytes wait", r->name);
	struct surface in = box_draw(s, stages, &(struct box){ .title = title }, layout);
	draw_stages(r, &in);
	snprintf(title, sizeof(title), "Why  %.60s", r->name);
	in = box_draw(s, why, &(struct box){ .title = title }, layout);
	draw_why(r, &in);
}

static void stale_words(const struct model *model, char out[64], bool *is_stale)
{
	char age[NUMBER_BYTES];
	*is_stale = sample_is_stale(model, model->replicas.sampled_us);
	if (!*is_stale)
		return;
	number_ms((model->now_us - model->replicas.sampled_us) / 1000, age);
	snprintf(out, 64, "stale %s", age);
}

static void replicas_draw(const struct panel *panel, const struct model *model, struct surface *s)
{
	const struct replicas_view *view = panel->state;
	enum layout layout = panel->context->layout;
	char words[64] = "";
	bool is_stale = false;
	int lower = box_height(7, layout),
	    want = box_height((int)model->replicas.count + 2, layout);
	int upper = s->height - lower < want ? s->height - lower : want;
	upper = upper < 5 ? 5 : upper;
	if (!model->replicas.sampled_us)
		snprintf(words, sizeof(words), "waiting for the first sample");
	else
		stale_words(model, words, &is_stale);
	struct box box = { .title = "Standbys and slots",
		.words = words,
		.is_focused = panel->is_focused,
		.has_status = is_stale,
		.status = STATUS_STALE };
	struct surface in = box_draw(s, (struct rect){ 0, 0, s->width, upper }, &box, layout);
	if (!model->replicas.sampled_us)
		return;
	int y = replica_draw_upstream(model, &in, 0);
	struct surface rest = surface_part(&in, (struct rect){ 0, y, in.width, in.height - y });
	grid_draw(&rest, &replica_grid, &view->grid, panel, model);
	draw_lower(panel, model, s, (struct rect){ 0, upper, s->width, s->height - upper });
	if (is_stale)
		surface_restyle(
			s, (struct rect){ 0, 1, s->width, s->height - 1 }, ROLE_STATUS_STALE);
}

static bool replicas_command(struct panel *panel, const struct model *model, const char *command,
	struct panel_answer *answer)
{
	struct replicas_view *view = panel->state;
	size_t row;
	bool has_row = grid_selected(&replica_grid, &view->grid, model, &row);
	const struct replica *r = has_row ? &model->replicas.rows[row] : NULL;
	if (strcmp(command, "item.pin") == 0) {
		if (r) {
			snprintf(answer->command, sizeof(answer->command), "--replica");
			snprintf(answer->say, sizeof(answer->say), "%s", r->name);
		}
		return true;
	}
	if (strcmp(command, "item.open") == 0 || strcmp(command, "item.describe") == 0) {
		if (r)
			snprintf(answer->say, sizeof(answer->say), "%.63s: %.160s", r->name,
				r->reason[0] ? r->reason : "nothing here needs attention");
		return true;
	}
	return grid_command(&replica_grid, &view->grid, model, command, answer);
}

static void replicas_crumb(const struct panel *panel, const struct model *model, char out[128])
{
	const struct replicas_view *view = panel->state;
	char words[128];
	grid_words(&replica_grid, &view->grid, model, panel->context->glyphs, words);
	snprintf(out, 128, "%.80s   bytes first, then time", words);
}

const struct panel_class replicas_panel = {
	.name = "replicas",
	.title = "Replicas",
	.base = "list",
	.listens = EVENT_BIT(EVENT_REPLICAS) | EVENT_BIT(EVENT_TICK) | EVENT_BIT(EVENT_LINK),
	.has_own_boxes = true,
	.state_size = sizeof(struct replicas_view),
	.draw = replicas_draw,
	.command = replicas_command,
	.grid = &replica_grid,
	.crumb = replicas_crumb,
};
