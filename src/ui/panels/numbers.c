// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/numbers.h"

#include <string.h>

#include "base/clock.h"
#include "model/pool_trouble.h"
#include "ui/box.h"
#include "ui/lineedit.h"
#include "ui/panels/step_parts.h"
#include "ui/pen.h"
#include "ui/wrap.h"

static void draw_bar(struct surface *s, const struct model *model, const struct app *app)
{
	static const char *const words[] = { "?ENV", "DEV", "STAGE", "PROD" };
	enum role role = role_of_env(app->target.env);
	struct pen pen = pen_at(s, 1, 0);
	char time[CLOCK_TEXT_BYTES] = "";
	surface_fill(s, (struct rect){ 0, 0, s->width, 1 }, role);
	pen_text(&pen, role, words[app->target.env]);
	if (model->pool.sampled_wall_us)
		clock_format_local_time(model->pool.sampled_wall_us, time);
	time[5] = '\0';
	pen.end--;
	pen_gap(&pen, 1);
	if (s->width >= 40) {
		pen_right(&pen, role, time);
		pen_text(&pen, role, app->target.name ? app->target.name : "");
		pen_gap(&pen, 2);
		pen_text(&pen, role, model->is_armed ? "ARMED" : "LOCKED");
		return;
	}
	if (model->link.state != LINK_UP) {
		pen_text(&pen, role, "NO CONNECTION");
		return;
	}
	pen_glyph(&pen, role, model->is_armed ? GLYPH_HERE : GLYPH_CRIT);
	pen_right(&pen, role, time);
}

static void draw_pool(struct surface *s, int y, const struct model *model)
{
	const struct pool_health *pool = &model->pool;
	struct pen pen = pen_at(s, 1, y);
	char used[NUMBER_BYTES], ceiling[NUMBER_BYTES], waits[NUMBER_BYTES];
	number_count(pool->used, used);
	number_count(pool->ceiling, ceiling);
	number_count(pool->lock_waits, waits);
	pen_text(&pen, ROLE_DIM, "pool ");
	if (!pool->sampled_us) {
		pen_text(&pen, ROLE_TEXT, "?");
		return;
	}
	if (s->width >= 40)
		pen_printf(&pen, ROLE_TEXT, "%s/%s ", used, ceiling);
	if (value_is_known(pool->used_percent))
		pen_printf(&pen, ROLE_TEXT, "%d%%", (int)pool->used_percent);
	else
		pen_text(&pen, ROLE_TEXT, "?");
	pen.x -= s->width < 40;
	pen_status(
		&pen, sample_is_stale(model, pool->sampled_us) ? STATUS_STALE : pool_status(model));
	pen_printf(&pen, ROLE_TEXT, " wait %s", waits);
}

static void draw_lag(struct surface *s, int y, const struct model *model)
{
	const struct replicas *replicas = &model->replicas;
	bool is_stale = sample_is_stale(model, replicas->sampled_us);
	struct pen pen = pen_at(s, 1, y);
	char bytes[NUMBER_BYTES];
	pen_text(&pen, ROLE_DIM, "lag ");
	if (!replicas->sampled_us) {
		pen_text(&pen, ROLE_TEXT, "?");
		return;
	}
	if (!replicas->count) {
		pen_text(&pen, ROLE_DIM, "nobody follows");
		return;
	}
	const struct replica *worst = &replicas->rows[0];
	number_bytes(worst->behind_bytes, bytes);
	if (s->width >= 40)
		pen_printf(&pen, ROLE_TEXT, "%s ", worst->name);
	pen_text(&pen, ROLE_TEXT, bytes);
	pen_status(&pen, is_stale ? STATUS_STALE : replicas->status);
	if (s->width >= 40)
		pen_printf(&pen, ROLE_DIM, "  %s", worst->state);
}

static void draw_migrations(struct surface *s, int y, const struct migrations_view *view)
{
	struct pen pen = pen_at(s, 1, y);
	pen_text(&pen, ROLE_DIM, "mig ");
	if (view->is_known)
		pen_printf(&pen, ROLE_TEXT, "%s, %zu to run",
			view->current ? view->current : "base", view->pending_count);
	else
		pen_text(&pen, ROLE_TEXT, "?");
}

static void draw_run(struct surface *s, int y, const struct model *model)
{
	const struct run_view *run = &model->run;
	struct pen pen = pen_at(s, 1, y);
	bool is_bad = run->state == RUN_PAUSED || run->state == RUN_UNKNOWN;
	size_t step = run->step < run->plan->step_count ? run->step + 1 : run->plan->step_count;
	pen_text(&pen, ROLE_DIM, "run ");
	pen_printf(&pen, is_bad ? ROLE_STATUS_CRIT : ROLE_TEXT, "step %zu of %zu, %s", step,
		run->plan->step_count, run_state_word(run->state));
}

static void draw_attention(struct surface *s, int y, const struct attention *attention)
{
	struct pen pen = pen_at(s, 0, y);
	pen_status(&pen, attention->status);
	pen_printf(&pen, ROLE_TEXT, " %s", attention->words);
}

static void draw_facts(struct surface *s, const struct model *model)
{
	int y = 1, last = s->height - (s->height > 4);
	if (model->link.state != LINK_UP && s->height > 4) {
		struct pen pen = pen_at(s, 1, y++);
		pen_printf(&pen, ROLE_STATUS_STALE, "no connection: %s", model->link.error);
	}
	if (y < last)
		draw_pool(s, y++, model);
	if (y < last)
		draw_lag(s, y++, model);
	if (y < last)
		draw_migrations(s, y++, &model->migrations);
	if (y < last && model->run.state != RUN_NONE && model->run.plan)
		draw_run(s, y++, model);
	for (size_t i = 0; i < model->attention_count && y < last; i++)
		draw_attention(s, y++, &model->attention[i]);
	if (s->height > 4) {
		struct pen pen = pen_at(s, 1, s->height - 1);
		pen_text(&pen, ROLE_KEY, "q");
		pen_text(&pen, ROLE_HINT, " quit   ");
		pen_text(&pen, ROLE_HINT, "enlarge to see more");
	}
}

static void draw_unfit(struct surface *s, const struct prompt *prompt)
{
	char text[160];
	snprintf(text, sizeof(text),
		"This needs %dx%d to show what it does; you have %dx%d. Not asking until it fits. "
		"Esc back",
		prompt->need_columns, prompt->need_rows, s->width, s->height);
	surface_fill(s, (struct rect){ 0, 1, s->width, s->height - 1 }, ROLE_TEXT);
	wrap_draw(s, (struct rect){ 1, 1, s->width - 2, s->height - 1 }, ROLE_DIALOG, text, 0);
}

struct rect numbers_draw(struct surface *s, const struct model *model, const struct app *app,
	const struct prompt *prompt)
{
	struct rect cursor = { -1, 0, 0, 0 };
	draw_bar(s, model, app);
	if (prompt->is_open)
		draw_unfit(s, prompt);
	else
		draw_facts(s, model);
	if (lineedit_is_open() && s->height > 1) {
		int y = s->height - 1;
		surface_fill(s, (struct rect){ 0, y, s->width, 1 }, ROLE_TEXT);
		cursor = (struct rect){ lineedit_draw(s, y), y, 1, 1 };
	}
	return cursor;
}
