// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/pool_parts.h"

#include <string.h>

#include "ui/box.h"
#include "ui/pen.h"
#include "ui/wrap.h"

enum { LABEL = 9, GAUGE_MAX = 40 };

enum status pool_topic_status(const struct pool_health *pool, enum pool_topic topic)
{
	for (size_t i = 0; i < pool->reason_count; i++)
		if (pool->reason_topics[i] == topic)
			return pool->reason_status[i];
	return STATUS_OK;
}

void pool_head(const struct panel *panel, const struct model *model, struct panel_head *head)
{
	const struct pool_health *pool = &model->pool;
	struct pool_trouble troubles[POOL_TROUBLES_MAX];
	size_t count = pool_troubles(model, troubles);
	(void)panel;
	*head = (struct panel_head){ .status = pool_status(model),
		.has_status = true,
		.is_sampled = true,
		.sampled_us = pool->sampled_us };
	if (count)
		snprintf(head->words, sizeof(head->words), "%.127s", troubles[0].words);
	else if (value_is_known(pool->used_percent))
		snprintf(head->words, sizeof(head->words), "%d%% of slots used%s",
			(int)pool->used_percent,
			pool->is_restricted ? ";  ? needs pg_monitor" : "");
}

static void label(struct pen *pen, const char *text)
{
	pen_field(pen, ROLE_DIM, text, LABEL);
}

void pool_draw_slots(const struct pool_health *pool, struct surface *s, int y)
{
	struct pen pen = pen_at(s, 1, y);
	char used[NUMBER_BYTES], ceiling[NUMBER_BYTES], text[96];
	enum status status = pool_topic_status(pool, POOL_SLOTS);
	number_count(pool->used, used);
	number_count(pool->ceiling, ceiling);
	label(&pen, "slots");
	if (value_is_known(pool->used_percent))
		snprintf(text, sizeof(text), "%s/%s  %d%%", used, ceiling, (int)pool->used_percent);
	else
		snprintf(text, sizeof(text), "%s/%s", used, ceiling);
	int gauge = pen_room(&pen) - text_columns(text) - 6;
	gauge = gauge > GAUGE_MAX ? GAUGE_MAX : gauge;
	if (gauge >= 8 && value_is_known(pool->used) && value_is_known(pool->ceiling)) {
		enum role role = status == STATUS_OK ? ROLE_GAUGE_FILL : role_of_status(status);
		gauge_draw(s, pen.x, y, gauge, pool->used, pool->ceiling, role);
		pen_gap(&pen, gauge + 2);
	}
	pen_text(&pen, ROLE_TEXT, text);
	pen_status(&pen, status);
}

static void state(struct pen *pen, int64_t count, const char *word, enum status status)
{
	char text[NUMBER_BYTES];
	number_count(count, text);
	if (text_columns(text) + text_columns(word) + 3 > pen_room(pen))
		return;
	pen_text(pen, ROLE_TEXT, text);
	pen_gap(pen, 1);
	pen_text(pen, ROLE_DIM, word);
	if (status != STATUS_OK)
		pen_status(pen, status);
	pen_gap(pen, 2);
}

void pool_draw_states(const struct pool_health *pool, struct surface *s, int y)
{
	struct pen pen = pen_at(s, 1, y);
	label(&pen, "sessions");
	state(&pen, pool->active, "active", STATUS_OK);
	state(&pen, pool->idle, "idle", pool_topic_status(pool, POOL_HOARDED));
	state(&pen, pool->idle_in_txn, "in txn", pool_topic_status(pool, POOL_SESSIONS));
	if (pool->aborted != 0)
		state(&pen, pool->aborted, "aborted", STATUS_OK);
	if (pool->lock_waits != 0)
		state(&pen, pool->lock_waits, "waiting", STATUS_OK);
	if (pool->other != 0)
		state(&pen, pool->other, "other", STATUS_OK);
}

void pool_draw_oldest(const struct pool_health *pool, struct surface *s, int y)
{
	struct pen pen = pen_at(s, 1, y);
	char age[NUMBER_BYTES], pid[NUMBER_BYTES];
	label(&pen, "oldest");
	number_ms(pool->oldest.age_ms, age);
	number_count(pool->oldest.pid, pid);
	if (pool->oldest.age_ms == VALUE_NONE) {
		pen_text(&pen, ROLE_DIM, "no transaction is open");
		return;
	}
	pen_text(&pen, ROLE_TEXT, age);
	if (value_is_known(pool->oldest.age_ms)) {
		pen_printf(&pen, ROLE_DIM, "  pid %s  ", pid);
		pen_text(&pen, ROLE_TEXT, pool->oldest.app[0] ? pool->oldest.app : "(unset)");
		pen_gap(&pen, 2);
		pen_text(&pen, ROLE_DIM, pool->oldest.state);
	}
	if (value_is_known(pool->oldest.age_ms))
		pen_status(&pen, pool_topic_status(pool, POOL_OLDEST));
}

int pool_draw_reasons(const struct model *model, struct surface *s, int y)
{
	struct pool_trouble troubles[POOL_TROUBLES_MAX];
	size_t count = pool_troubles(model, troubles);

	for (size_t i = 0; i < count && y < s->height; i++) {
		struct pen pen = pen_at(s, 0, y);
		pen_status(&pen, troubles[i].status);
		struct rect at = { 3, y, s->width - 4, s->height - y };
		y = wrap_draw(s, at, ROLE_TEXT, troubles[i].words, 0);
	}
	if (model->pool.is_restricted && y < s->height) {
		struct rect at = { 1, y, s->width - 2, s->height - y };
		y = wrap_draw(s, at, ROLE_DIM,
			"? = no permission to see it: this role needs pg_monitor", 4);
	}
	return y;
}

/* ---- applications ---- */

static const struct session_group *group_of(const struct model *model, size_t row)
{
	return &model->pool.groups[row];
}

static size_t group_count(const struct model *model)
{
	return model->pool.group_count;
}

static void group_id(const struct model *model, size_t row, char out[GRID_ID_BYTES])
{
	snprintf(out, GRID_ID_BYTES, "%s", group_of(model, row)->name);
}

static void cell_name(const struct model *model, size_t row, struct grid_cell *cell)
{
	const struct session_group *group = group_of(model, row);
	snprintf(cell->text, sizeof(cell->text), "%s", group->name[0] ? group->name : "(unset)");
	if (!group->name[0])
		cell->role = ROLE_NULL;
	cell->has_mark = true;
	cell->mark = group->status;
}

static void cell_total(const struct model *model, size_t row, struct grid_cell *cell)
{
	number_count(group_of(model, row)->total, cell->text);
}

static void cell_active(const struct model *model, size_t row, struct grid_cell *cell)
{
	number_count(group_of(model, row)->active, cell->text);
}

static void cell_idle(const struct model *model, size_t row, struct grid_cell *cell)
{
	number_count(group_of(model, row)->idle, cell->text);
}

static void cell_in_txn(const struct model *model, size_t row, struct grid_cell *cell)
{
	number_count(group_of(model, row)->idle_in_txn, cell->text);
}

static void cell_waits(const struct model *model, size_t row, struct grid_cell *cell)
{
	number_count(group_of(model, row)->lock_waits, cell->text);
}

static void cell_longest(const struct model *model, size_t row, struct grid_cell *cell)
{
	number_ms(group_of(model, row)->oldest_idle_in_txn_ms, cell->text);
}

static void cell_reason(const struct model *model, size_t row, struct grid_cell *cell)
{
	snprintf(cell->text, sizeof(cell->text), "%s", group_of(model, row)->reason);
	cell->role = ROLE_DIM;
}

static int by_name(const struct model *model, size_t a, size_t b)
{
	return strcmp(group_of(model, a)->name, group_of(model, b)->name);
}

static int by_total(const struct model *model, size_t a, size_t b)
{
	return compare_numbers(group_of(model, a)->total, group_of(model, b)->total);
}

static int by_active(const struct model *model, size_t a, size_t b)
{
	return compare_numbers(group_of(model, a)->active, group_of(model, b)->active);
}

static int by_idle(const struct model *model, size_t a, size_t b)
{
	return compare_numbers(group_of(model, a)->idle, group_of(model, b)->idle);
}

static int by_in_txn(const struct model *model, size_t a, size_t b)
{
	return compare_numbers(group_of(model, a)->idle_in_txn, group_of(model, b)->idle_in_txn);
}

static int by_longest(const struct model *model, size_t a, size_t b)
{
	return compare_numbers(group_of(model, a)->oldest_idle_in_txn_ms,
		group_of(model, b)->oldest_idle_in_txn_ms);
}

static const struct grid_column columns[] = {
	{ "APPLICATION", "APP", 10, 40, 0, false, cell_name, by_name },
	{ "TOTAL", "TOT", 5, 8, 0, true, cell_total, by_total },
	{ "ACTIVE", "ACT", 6, 8, 2, true, cell_active, by_active },
	{ "IDLE", NULL, 5, 8, 3, true, cell_idle, by_idle },
	{ "IN TXN", "TXN", 6, 8, 1, true, cell_in_txn, by_in_txn },
	{ "WAITING", "WAIT", 5, 8, 4, true, cell_waits, NULL },
	{ "LONGEST TXN", "LONGEST", 7, 11, 2, true, cell_longest, by_longest },
	{ "WHY", NULL, 18, 0, 5, false, cell_reason, NULL },
};

const struct grid pool_grid = {
	.columns = columns,
	.column_count = ARRAY_SIZE(columns),
	.count = group_count,
	.id = group_id,
	.empty = "no other session holds a slot",
};
