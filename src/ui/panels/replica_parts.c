// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/replica_parts.h"

#include <string.h>

#include "base/words.h"

void replicas_head(const struct panel *panel, const struct model *model, struct panel_head *head)
{
	const struct replicas *replicas = &model->replicas;
	char bytes[NUMBER_BYTES];
	(void)panel;
	*head = (struct panel_head){ .status = replicas->split_words[0] ? STATUS_CRIT
									: replicas->status,
		.has_status = true,
		.is_sampled = true,
		.sampled_us = replicas->sampled_us };
	if (replicas->split_words[0] || replicas->reason[0]) {
		snprintf(head->words, sizeof(head->words), "%.*s", (int)sizeof(head->words) - 1,
			replicas->split_words[0] ? replicas->split_words : replicas->reason);
	} else if (!replicas->total) {
		head->has_status = false;
		snprintf(head->words, sizeof(head->words), "nobody follows this server");
	} else {
		number_bytes(replicas->worst_lag_bytes, bytes);
		snprintf(head->words, sizeof(head->words), "%zu, at most %s behind%s",
			replicas->total, bytes,
			replicas->is_restricted ? ";  ? needs pg_monitor" : "");
	}
}

void replica_lag_words(const struct replica *r, const struct glyphs *glyphs, char out[NUMBER_BYTES])
{
	char time[NUMBER_BYTES];
	number_ms(r->lag_ms, time);
	bool is_least = r->lag_is_at_least && value_is_known(r->lag_ms);
	snprintf(out, NUMBER_BYTES, "%s%.24s", is_least ? glyphs->text[GLYPH_AT_LEAST] : "", time);
}

void replica_catch_up_words(const struct replica *r, char out[64])
{
	char time[WORDS_BYTES];
	if (r->kind == REPLICA_ABSENT || r->kind == REPLICA_DOWN || r->kind == REPLICA_RIVAL) {
		snprintf(out, 64, "?");
	} else if (r->is_falling_behind) {
		snprintf(out, 64, "never");
	} else if (r->catch_up_ms == VALUE_NONE) {
		snprintf(out, 64, "level");
	} else if (!value_is_known(r->catch_up_ms)) {
		snprintf(out, 64, "?");
	} else {
		words_ms(r->catch_up_ms, time);
		snprintf(out, 64, "in %s", time);
	}
}

int replica_draw_upstream(const struct model *model, struct surface *s, int y)
{
	const struct replicas *replicas = &model->replicas;
	char behind[NUMBER_BYTES], time[NUMBER_BYTES];
	if (!replicas->is_standby || y >= s->height)
		return y;
	struct pen pen = pen_at(s, 1, y);
	number_bytes(replicas->own_replay_bytes, behind);
	number_ms(replicas->own_lag_ms, time);
	pen_text(&pen, ROLE_DIM, "this standby  ");
	pen_text(&pen, ROLE_TEXT,
		replicas->receiver_state[0] ? replicas->receiver_state : "disconnected");
	pen_printf(&pen, ROLE_TEXT, "  replay %s behind, %s", behind, time);
	if (replicas->is_replay_paused)
		pen_text(&pen, ROLE_STATUS_WARN, "  replay is paused");
	return y + 1;
}

/* ---- the grid ---- */

static const struct replica *row_of(const struct model *model, size_t row)
{
	return &model->replicas.rows[row];
}

static size_t row_count(const struct model *model)
{
	return model->replicas.count;
}

static void row_id(const struct model *model, size_t row, char out[GRID_ID_BYTES])
{
	const struct replica *r = row_of(model, row);
	snprintf(out, GRID_ID_BYTES, "%.60s/%d/%.20s", r->name, (int)r->kind, r->slot);
}

static void cell_name(const struct model *model, size_t row, struct grid_cell *cell)
{
	const struct replica *r = row_of(model, row);
	snprintf(cell->text, sizeof(cell->text), "%s", r->name);
	cell->has_mark = true;
	cell->mark = r->kind == REPLICA_ABSENT ? STATUS_STALE : r->status;
}

static void cell_state(const struct model *model, size_t row, struct grid_cell *cell)
{
	const struct replica *r = row_of(model, row);
	char gone[WORDS_BYTES];
	snprintf(cell->text, sizeof(cell->text), "%s", r->state);
	if (value_is_known(r->gone_ms)) {
		words_ms(r->gone_ms, gone);
		snprintf(cell->text, sizeof(cell->text), "%.20s %s", r->state, gone);
	}
}

static void cell_mode(const struct model *model, size_t row, struct grid_cell *cell)
{
	const struct replica *r = row_of(model, row);
	static const char *const kinds[] = {
		[REPLICA_STANDBY] = "?",
		[REPLICA_LOGICAL] = "logical",
		[REPLICA_ARCHIVER] = "archiver",
		[REPLICA_BACKUP] = "backup",
		[REPLICA_DOWN] = "slot",
		[REPLICA_ABSENT] = "-",
		[REPLICA_RIVAL] = "-",
	};
	bool is_standby = r->kind == REPLICA_STANDBY && r->sync[0];
	snprintf(cell->text, sizeof(cell->text), "%s", is_standby ? r->sync : kinds[r->kind]);
}

#define BYTES_CELL(name, field)                                                                \
	static void cell_##name(const struct model *model, size_t row, struct grid_cell *cell) \
	{                                                                                      \
		number_bytes(row_of(model, row)->field, cell->text);                           \
	}
BYTES_CELL(sent, to_send_bytes)
BYTES_CELL(write, write_bytes)
BYTES_CELL(flush, flush_bytes)
BYTES_CELL(apply, apply_bytes)
BYTES_CELL(behind, behind_bytes)
BYTES_CELL(retained, retained_bytes)

static void cell_time(const struct model *model, size_t row, struct grid_cell *cell)
{
	const struct replica *r = row_of(model, row);
	char time[NUMBER_BYTES];
	number_ms(r->lag_ms, time);
	snprintf(cell->text, sizeof(cell->text), "%s%s",
		r->lag_is_at_least && value_is_known(r->lag_ms) ? ">" : "", time);
}

static void cell_reply(const struct model *model, size_t row, struct grid_cell *cell)
{
	number_ms(row_of(model, row)->reply_age_ms, cell->text);
}

static void cell_catch_up(const struct model *model, size_t row, struct grid_cell *cell)
{
	char words[64];
	replica_catch_up_words(row_of(model, row), words);
	snprintf(cell->text, sizeof(cell->text), "%s", words);
	if (row_of(model, row)->is_falling_behind)
		cell->role = ROLE_STATUS_CRIT;
}

static void cell_why(const struct model *model, size_t row, struct grid_cell *cell)
{
	snprintf(cell->text, sizeof(cell->text), "%s", row_of(model, row)->reason);
	cell->role = ROLE_DIM;
}

static int by_name(const struct model *model, size_t a, size_t b)
{
	return strcmp(row_of(model, a)->name, row_of(model, b)->name);
}

static int by_behind(const struct model *model, size_t a, size_t b)
{
	return compare_numbers(row_of(model, a)->behind_bytes, row_of(model, b)->behind_bytes);
}

static int by_time(const struct model *model, size_t a, size_t b)
{
	return compare_numbers(row_of(model, a)->lag_ms, row_of(model, b)->lag_ms);
}

static int by_retained(const struct model *model, size_t a, size_t b)
{
	return compare_numbers(row_of(model, a)->retained_bytes, row_of(model, b)->retained_bytes);
}

static const struct grid_column columns[] = {
	{ "NAME", NULL, 6, 30, 0, false, cell_name, by_name },
	{ "STATE", NULL, 9, 20, 1, false, cell_state, NULL },
	{ "MODE", NULL, 5, 9, 2, false, cell_mode, NULL },
	{ "TO SEND", "SEND", 7, 9, 6, true, cell_sent, NULL },
	{ "WRITE", NULL, 7, 9, 6, true, cell_write, NULL },
	{ "FLUSH", NULL, 7, 9, 6, true, cell_flush, NULL },
	{ "APPLY", NULL, 7, 9, 5, true, cell_apply, NULL },
	{ "BEHIND", NULL, 7, 9, 0, true, cell_behind, by_behind },
	{ "TIME", NULL, 6, 9, 1, true, cell_time, by_time },
	{ "REPLY", NULL, 6, 8, 4, true, cell_reply, NULL },
	{ "CATCH-UP", NULL, 8, 12, 3, false, cell_catch_up, NULL },
	{ "SLOT KEEPS", "KEEPS", 7, 10, 3, true, cell_retained, by_retained },
	{ "WHY", NULL, 20, 0, 7, false, cell_why, NULL },
};

const struct grid replica_grid = {
	.columns = columns,
	.column_count = ARRAY_SIZE(columns),
	.count = row_count,
	.id = row_id,
	.empty = "nobody follows this server: no standby, no slot",
};
