// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Pools that the configuration declares: how many of their connections are in, out and above their size.
 */
#include "ui/panels/pool_parts.h"

#include "ui/pen.h"

enum { NAME = 16, NUMBER = 7, WORDS_MIN = 9 };

static const char *const heads[] = { "SIZE", "IN", "OUT", "OVER", "TOTAL" };

static void draw_head(struct surface *s)
{
	struct pen pen = pen_at(s, 1, 0);

	pen_field(&pen, ROLE_DIM, "POOL", NAME);
	for (size_t i = 0; i < ARRAY_SIZE(heads); i++)
		pen_number(&pen, ROLE_DIM, heads[i], NUMBER);
}

static void draw_pool(
	const struct app_pool *pool, const struct app_pool_state *state, struct surface *s, int y)
{
	const int64_t numbers[] = { pool->size * pool->workers, state->checked_in,
		state->checked_out, state->overflow, state->total };
	struct pen pen = pen_at(s, 1, y);
	char text[NUMBER_BYTES];

	pen_field(&pen, ROLE_TEXT, pool->name, NAME);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		number_count(numbers[i], text);
		pen_number(&pen, ROLE_TEXT, text, NUMBER);
	}
	pen_gap(&pen, 1);
	pen_status(&pen, state->status);
	pen_gap(&pen, 1);
	if (pen_room(&pen) < WORDS_MIN)
		return;
	if (state->status >= STATUS_WARN)
		pen_text(&pen, ROLE_TEXT, state->reason);
	else if (state->status == STATUS_OK) /* how many are out stands beside it */
		pen_text(&pen, ROLE_DIM, pool_status_word(state->status));
	else
		pen_printf(
			&pen, ROLE_DIM, "%s: %s", pool_status_word(state->status), state->reason);
}

void pool_draw_declared(const struct model *model, struct surface *s)
{
	const struct target *target = model->target;
	size_t room = s->height > 1 ? (size_t)s->height - 1 : 0;
	size_t count = target->app_pool_count;

	draw_head(s);
	if (count > room) /* the last row tells how many more there are */
		count = room ? room - 1 : 0;
	for (size_t i = 0; i < count; i++)
		draw_pool(&target->app_pools[i], &model->app_pools[i], s, 1 + (int)i);
	if (count == target->app_pool_count || room == 0)
		return;
	struct pen pen = pen_at(s, 1, s->height - 1);
	pen_printf(&pen, ROLE_DIM, "%d more", (int)(target->app_pool_count - count));
}
