// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The pool on the overview: three rows say it all, what room is left shows who holds the slots.
 */
#include "ui/pen.h"
#include "ui/panels/panels.h"
#include "ui/panels/pool_parts.h"

static void draw_groups(const struct pool_health *pool, struct surface *s, int y)
{
	static const char *const titles[] = { "TOTAL", "ACTIVE", "IDLE", "IN TXN" };
	struct pen pen = pen_at(s, 1, y++);
	int name = s->width - 40 < 12 ? 12 : s->width - 40 > 30 ? 30 : s->width - 40;
	pen_field(&pen, ROLE_HEADER, "APPLICATION", name);
	for (size_t i = 0; i < ARRAY_SIZE(titles); i++)
		pen_number(&pen, ROLE_HEADER, titles[i], 8);
	for (size_t i = 0; i < pool->group_count && y < s->height; i++, y++) {
		const struct session_group *group = &pool->groups[i];
		const int64_t counts[] = { group->total, group->active, group->idle,
			group->idle_in_txn };
		bool is_last = y + 1 == s->height && i + 1 < pool->group_count;
		pen = pen_at(s, 1, y);
		if (is_last) {
			pen_printf(&pen, ROLE_DIM, "%zu more: Enter", pool->group_count - i);
			break;
		}
		pen_field(&pen, group->name[0] ? ROLE_TEXT : ROLE_NULL,
			group->name[0] ? group->name : "(unset)", name);
		for (size_t c = 0; c < ARRAY_SIZE(counts); c++) {
			char text[NUMBER_BYTES];
			number_count(counts[c], text);
			pen_number(&pen, ROLE_TEXT, text, 8);
		}
		pen_gap(&pen, 1);
		pen_status(&pen, group->status);
	}
}

/* Before the applications: these may starve. Returns the row after a free one. */
static int draw_declared(const struct model *model, struct surface *s, int y)
{
	int wanted = (int)model->target->app_pool_count + 1;
	int height = wanted < s->height - y ? wanted : s->height - y;

	if (height < wanted && height < 3) /* a head, and how many there would be */
		return y;
	struct surface in = surface_part(s, (struct rect){ 0, y, s->width, height });
	pool_draw_declared(model, &in);
	return y + height + 1;
}

static void pool_box_draw(const struct panel *panel, const struct model *model, struct surface *s)
{
	const struct pool_health *pool = &model->pool;
	(void)panel;
	pool_draw_slots(pool, s, 0);
	pool_draw_states(pool, s, 1);
	pool_draw_oldest(pool, s, 2);
	if (s->height < 5)
		return;
	int y = 4;
	struct pool_trouble troubles[POOL_TROUBLES_MAX];
	if (pool_troubles(model, troubles) > 1 || pool->is_restricted)
		y = pool_draw_reasons(model, s, y) + 1;
	if (model->target && model->target->app_pool_count)
		y = draw_declared(model, s, y);
	if (y + 2 < s->height)
		draw_groups(pool, s, y);
}

static bool pool_box_command(struct panel *panel, const struct model *model, const char *command,
	struct panel_answer *answer)
{
	(void)panel;
	(void)model;
	if (strcmp(command, "item.open") != 0)
		return false;
	snprintf(answer->command, sizeof(answer->command), "view.go pool");
	return true;
}

const struct panel_class pool_box_panel = {
	.name = "overview.pool",
	.title = "2 Pool",
	.listens = EVENT_BIT(EVENT_POOL) | EVENT_BIT(EVENT_TICK) | EVENT_BIT(EVENT_LINK),
	.min_height = 5,
	.compact_height = 4,
	.head = pool_head,
	.draw = pool_box_draw,
	.command = pool_box_command,
};
