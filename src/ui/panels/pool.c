// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Pool health, the full view: who holds the slots, what they do, and why a mark is red.
 */
#include "ui/box.h"
#include "ui/pen.h"
#include "ui/panels/panels.h"
#include "ui/panels/pool_parts.h"
#include "ui/wrap.h"

struct pool_view {
	struct grid_state grid;
};

enum { SIDE = 46 };

static void draw_bar(struct surface *s, int y, const char *word, int64_t count, int64_t whole)
{
	struct pen pen = pen_at(s, 1, y);
	char text[NUMBER_BYTES];
	number_count(count, text);
	pen_field(&pen, ROLE_DIM, word, 13);
	int gauge = pen_room(&pen) - 8;
	if (gauge >= 6 && value_is_known(count))
		gauge_draw(s, pen.x, y, gauge, count, whole, ROLE_GAUGE_FILL);
	pen_to(&pen, pen.x + (gauge > 0 ? gauge : 0));
	pen_number(&pen, ROLE_TEXT, text, 7);
}

static void draw_slots(const struct model *model, struct surface *s)
{
	const struct pool_health *pool = &model->pool;
	const struct {
		const char *word;
		int64_t count;
	} bars[] = {
		{ "active", pool->active },
		{ "idle", pool->idle },
		{ "in txn", pool->idle_in_txn },
		{ "aborted", pool->aborted },
		{ "other", pool->other },
		{ "dbtop", pool->own },
	};
	int y = 0;
	for (size_t i = 0; i < ARRAY_SIZE(bars); i++)
		if (bars[i].count != 0 || i < 3)
			draw_bar(s, y++, bars[i].word, bars[i].count, pool->ceiling);
	struct pen pen = pen_at(s, 1, y);
	pen_field(&pen, ROLE_DIM, "reserved", 13);
	pen_printf(&pen, ROLE_DIM, "%d of %d", (int)(pool->superuser_reserved + pool->reserved),
		(int)pool->max_connections);
	if (++y < s->height)
		pool_draw_oldest(pool, s, y);
}

/* dbtop's own pool: it is in no row of the applications. In two rows where there is room, else the shorter one. */
static void draw_own(const struct pool_stats *own, struct surface *s, int y, int rows)
{
	char reason[POOL_REASON_BYTES];
	enum status status = pool_stats_judge(own, reason);
	enum role role = own->waiting ? ROLE_STATUS_WARN : ROLE_DIM;
	struct pen pen = pen_at(s, 1, y);

	pen_text(&pen, ROLE_DIM, "dbtop's pool:");
	if (rows < 2) {
		pen_status(&pen, status);
		pen_printf(&pen, role, " %d of %d out, %d wait", own->checked_out, own->pool_size,
			own->waiting);
		return;
	}
	pen_status(&pen, status);
	pen_printf(&pen, ROLE_DIM, " %s, size %d, total %d", pool_status_word(status),
		own->pool_size, own->total);
	pen = pen_at(s, 1, y + 1);
	pen_printf(&pen, role, "  %d in, %d out, %d over, %d wait", own->checked_in,
		own->checked_out, own->overflow, own->waiting);
}

static void draw_why(const struct model *model, struct surface *s)
{
	const struct pool_health *pool = &model->pool;
	struct pool_trouble troubles[POOL_TROUBLES_MAX];
	char took[NUMBER_BYTES];
	int y = pool_draw_reasons(model, s, 0);
	if (!pool_troubles(model, troubles) && !pool->is_restricted) {
		struct pen pen = pen_at(s, 0, 0);
		pen_status(&pen, STATUS_OK);
		pen_text(&pen, ROLE_TEXT, " nothing here needs attention");
		y = 1;
	}
	int rows = s->height - y >= 4 ? 2 : 1;
	if (s->height - y >= 3 && model->own_pool.pool_size > 0)
		draw_own(&model->own_pool, s, s->height - 1 - rows, rows);
	if (s->height - y >= 2) {
		struct pen pen = pen_at(s, 1, s->height - 1);
		number_ms(pool->took_us / 1000, took);
		pen_printf(&pen, ROLE_DIM, "sampled in %s, without dbtop's own", took);
	}
}

static struct surface open_box(
	const struct panel *panel, struct surface *s, struct rect at, const struct box *box)
{
	return box_draw(s, at, box, panel->context->layout);
}

static void slots_title(const struct model *model, char out[64])
{
	char used[NUMBER_BYTES], ceiling[NUMBER_BYTES];
	number_count(model->pool.used, used);
	number_count(model->pool.ceiling, ceiling);
	snprintf(out, 64, "Server slots  %.20s/%.20s", used, ceiling);
}

static void draw_side(const struct panel *panel, const struct model *model, struct surface *s,
	struct rect slots, struct rect why)
{
	char title[64], words[32] = "";
	slots_title(model, title);
	if (value_is_known(model->pool.used_percent))
		snprintf(words, sizeof(words), "%d%%", (int)model->pool.used_percent);
	struct box box = { .title = title,
		.words = words,
		.has_status = true,
		.status = pool_topic_status(&model->pool, POOL_SLOTS) };
	struct surface in = open_box(panel, s, slots, &box);
	draw_slots(model, &in);
	if (why.height < 2)
		return;
	in = open_box(panel, s, why, &(struct box){ .title = "Why" });
	draw_why(model, &in);
}

/* Declared pools take rows from the applications, at most half of them. */
static void place_declared(
	const struct panel *panel, const struct model *model, struct rect *upper, struct rect *out)
{
	size_t count = model->target ? model->target->app_pool_count : 0;
	int height = count ? box_height((int)count + 1, panel->context->layout) : 0;

	if (height > upper->height / 2)
		height = upper->height / 2;
	if (height < box_height(2, panel->context->layout))
		height = 0;
	upper->height -= height;
	*out = (struct rect){ upper->x, upper->y + upper->height, upper->width, height };
}

/* One above the other, or the applications on the left and the rest beside them. */
static void place(const struct panel *panel, const struct surface *s, struct rect at[3])
{
	bool is_wide = panel->context->layout == LAYOUT_WIDE;
	int slots = box_height(8, panel->context->layout);
	if (is_wide) {
		int left = s->width - SIDE;
		at[0] = (struct rect){ 0, 0, left, s->height };
		at[1] = (struct rect){ left, 0, SIDE, slots };
		at[2] = (struct rect){ left, slots, SIDE, s->height - slots };
		return;
	}
	int lower = box_height(5, panel->context->layout);
	int upper = s->height - lower;
	at[0] = (struct rect){ 0, 0, s->width, upper };
	at[1] = (struct rect){ 0, upper, s->width / 2, lower };
	at[2] = (struct rect){ s->width / 2, upper, s->width - s->width / 2, lower };
}

static void draw_declared(
	const struct panel *panel, const struct model *model, struct surface *s, struct rect at)
{
	if (at.height == 0)
		return;
	struct surface in = open_box(panel, s, at, &(struct box){ .title = "Declared pools" });
	pool_draw_declared(model, &in);
}

static void pool_draw(const struct panel *panel, const struct model *model, struct surface *s)
{
	const struct pool_view *view = panel->state;
	struct rect at[3], declared;
	char title[64];
	place(panel, s, at);
	place_declared(panel, model, &at[0], &declared);
	snprintf(title, sizeof(title), "Applications holding slots");
	struct box box = { .title = title, .is_focused = panel->is_focused };
	bool is_stale = sample_is_stale(model, model->pool.sampled_us);
	if (!model->pool.sampled_us) {
		box.words = "waiting for the first sample";
		box_draw(s, surface_rect(s), &box, panel->context->layout);
		return;
	}
	char age[NUMBER_BYTES], words[64];
	if (is_stale) {
		number_ms((model->now_us - model->pool.sampled_us) / 1000, age);
		snprintf(words, sizeof(words), "stale %s", age);
		box.words = words;
		box.has_status = true;
		box.status = STATUS_STALE;
	}
	struct surface in = open_box(panel, s, at[0], &box);
	grid_draw(&in, &pool_grid, &view->grid, panel, model);
	draw_declared(panel, model, s, declared);
	draw_side(panel, model, s, at[1], at[2]);
	if (is_stale)
		surface_restyle(
			s, (struct rect){ 0, 1, s->width, s->height - 1 }, ROLE_STATUS_STALE);
}

static bool pool_command(struct panel *panel, const struct model *model, const char *command,
	struct panel_answer *answer)
{
	struct pool_view *view = panel->state;
	size_t row;
	if (strcmp(command, "item.open") == 0 || strcmp(command, "item.describe") == 0) {
		if (!grid_selected(&pool_grid, &view->grid, model, &row))
			return true;
		const struct session_group *group = &model->pool.groups[row];
		snprintf(answer->say, sizeof(answer->say), "%.60s: %s",
			group->name[0] ? group->name : "(unset)",
			group->reason[0] ? group->reason : "nothing here needs attention");
		return true;
	}
	return grid_command(&pool_grid, &view->grid, model, command, answer);
}

static void pool_crumb(const struct panel *panel, const struct model *model, char out[128])
{
	const struct pool_view *view = panel->state;
	char words[128];
	grid_words(&pool_grid, &view->grid, model, panel->context->glyphs, words);
	snprintf(out, 128, "%.90s   %zu application%s", words, model->pool.group_total,
		model->pool.group_total == 1 ? "" : "s");
}

const struct panel_class pool_panel = {
	.name = "pool",
	.title = "Pool",
	.base = "list",
	.listens = EVENT_BIT(EVENT_POOL) | EVENT_BIT(EVENT_TICK) | EVENT_BIT(EVENT_LINK),
	.has_own_boxes = true,
	.state_size = sizeof(struct pool_view),
	.draw = pool_draw,
	.command = pool_command,
	.grid = &pool_grid,
	.crumb = pool_crumb,
};
