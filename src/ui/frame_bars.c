// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The rows of the frame that are no panel: who and where, tabs or breadcrumb, message, key hints.
 */
#include "ui/frame_private.h"

#include <string.h>

#include "base/clock.h"
#include "base/words.h"
#include "model/pool_trouble.h"
#include "ui/box.h"
#include "ui/lineedit.h"
#include "ui/pen.h"

enum { INFO_US = 4 * 1000000, WARN_US = 8 * 1000000 };

static const char *env_words(const struct frame *f)
{
	static const char *const plain[] = { "?ENV", "DEV", "STAGE", "PROD" };
	static const char *const loud[] = { "?ENV", "DEV", "STAGE", "*** PROD ***" };
	bool is_mono = theme_depth(&f->theme, 256) == DEPTH_MONO;
	return (is_mono ? loud : plain)[f->app->target.env];
}

struct bar {
	struct pen pen;
	enum role role;
	bool is_wide;
	bool is_first;
};

static void bar_gap(struct bar *bar)
{
	if (bar->is_first) {
		bar->is_first = false;
		return;
	}
	if (!bar->is_wide) {
		pen_gap(&bar->pen, 2);
		return;
	}
	pen_gap(&bar->pen, 1);
	pen_glyph(&bar->pen, bar->role, GLYPH_BAR);
	pen_gap(&bar->pen, 1);
}

static void bar_text(struct bar *bar, enum role role, const char *text)
{
	/* a field that does not fit is left out whole, not cut to a riddle */
	if (!*text || text_columns(text) + 3 > pen_room(&bar->pen))
		return;
	bar_gap(bar);
	pen_text(&bar->pen, role, text);
}

/* "pg-a.prod" is enough in a narrow bar; a socket directory is "local". */
static void host_words(const struct frame *f, const struct identity *id, char out[128])
{
	if (identity_is_local(id))
		snprintf(out, 128, f->layout == LAYOUT_WIDE ? "local:%.7s" : "local", id->port);
	else if (f->layout == LAYOUT_WIDE)
		snprintf(out, 128, "%.100s:%.7s", id->host, id->port);
	else
		snprintf(out, 128, "%.*s", (int)strcspn(id->host, "."), id->host);
}

/* The bar has room for the one word that matters most. */
static const char *role_words(const struct frame *f, const struct identity *id)
{
	if (f->app->model.replicas.split_words[0])
		return "SPLIT BRAIN";
	if (id->is_pooled)
		return id->is_standby ? "standby via pooler" : "via pooler";
	return id->is_standby ? "standby" : "primary";
}

static void bar_server(const struct frame *f, struct bar *bar)
{
	const struct identity *id = &f->app->model.link.identity;
	const char *role = role_words(f, id);
	char text[256], host[128];
	if (!id->server_version)
		return;
	host_words(f, id, host);
	snprintf(text, sizeof(text), "%.40s@%.100s/%.63s", id->user, host, id->database);
	bar_text(bar, bar->role, text);
	if (f->layout < LAYOUT_WIDE) {
		bar_text(bar, bar->role, role);
		return;
	}
	snprintf(text, sizeof(text), "PG %.31s %s", id->version_words, role);
	bar_text(bar, bar->role, text);
	if (id->tls[0])
		bar_text(bar, bar->role, "TLS");
	else if (!identity_is_local(id))
		bar_text(bar, bar->role, "PLAIN");
}

static void bar_lost(const struct frame *f, struct bar *bar)
{
	const struct link_view *link = &f->app->model.link;
	char text[64] = "CONNECTING", age[WORDS_BYTES];
	if (link->lost_at_us) {
		words_ms((f->app->model.now_us - link->lost_at_us) / 1000, age);
		snprintf(text, sizeof(text), "NO CONNECTION %s", age);
	} else if (link->state != LINK_CONNECTING) {
		snprintf(text, sizeof(text), "NO CONNECTION");
	}
	bar_text(bar, bar->role, text);
}

static void bar_lock(const struct frame *f, struct bar *bar)
{
	const struct model *model = &f->app->model;
	char text[64];
	if (!model->is_armed) {
		bar_text(
			bar, bar->role, f->layout == LAYOUT_WIDE ? "LOCKED (read-only)" : "LOCKED");
		return;
	}
	int64_t left_s = (model->armed_until_us - model->now_us + 999999) / 1000000;
	if (!model->armed_until_us)
		snprintf(text, sizeof(text), "ARMED");
	else
		snprintf(text, sizeof(text), "ARMED %02d:%02d%s", (int)(left_s / 60),
			(int)(left_s % 60), f->layout == LAYOUT_WIDE ? " left" : "");
	bar_text(bar, app_is_prod(f->app) ? ROLE_ARMED : bar->role, text);
}

static void bar_clock(const struct frame *f, struct bar *bar)
{
	const struct model *model = frame_model(f);
	char time[CLOCK_TEXT_BYTES], text[64];
	if (!model->pool.sampled_wall_us)
		return;
	bool is_stale = sample_is_stale(model, model->pool.sampled_us);
	const char *mark = f->now.glyphs->text[is_stale ? GLYPH_STALE : GLYPH_OK];
	clock_format_local_time(model->pool.sampled_wall_us, time);
	if (f->app->model.is_paused)
		snprintf(text, sizeof(text), pen_room(&bar->pen) < 20 ? "PAUSED" : "PAUSED %s",
			time);
	else
		snprintf(text, sizeof(text), "%s %s", mark, time);
	bar_text(bar, bar->role, text);
}

void frame_draw_identity(struct frame *f)
{
	const struct model *model = &f->app->model;
	struct bar bar = { .pen = pen_at(&f->now, 1, 0),
		.role = role_of_env(f->app->target.env),
		.is_wide = f->layout == LAYOUT_WIDE,
		.is_first = true };
	char text[64], interval[WORDS_BYTES];
	surface_fill(&f->now, (struct rect){ 0, 0, f->columns, 1 }, bar.role);
	pen_text(&bar.pen, bar.role, env_words(f));
	pen_gap(&bar.pen, 2);
	bar_text(&bar, bar.role, f->app->target.name ? f->app->target.name : "");
	if (model->link.state != LINK_UP)
		bar_lost(f, &bar);
	else if (f->layout > LAYOUT_COMPACT)
		bar_server(f, &bar);
	bar_lock(f, &bar);
	words_ms(model->interval_ms, interval);
	snprintf(text, sizeof(text), "%s%s", interval,
		model->interval_is_lengthened ? " (lengthened)" : "");
	/* where not both fit, the clock of the sample says more than the interval */
	bool has_room = pen_room(&bar.pen) >= text_columns(text) + 16;
	if (model->link.state == LINK_UP && model->interval_ms && has_room && !model->is_paused)
		bar_text(&bar, bar.role, text);
	bar_clock(f, &bar);
}

/* ---- tabs ---- */

static void tab_count(const struct model *model, int digit, struct pen *pen, bool is_wide)
{
	char text[48] = "";
	enum status status = STATUS_OK;
	int64_t open = 0;
	switch (digit) {
	case 2: status = model->pool.sampled_us ? pool_status(model) : STATUS_OK; break;
	case 3: status = model->replicas.sampled_us ? model->replicas.status : STATUS_OK; break;
	case 4:
		if (model->migrations.is_known && model->migrations.pending_count)
			snprintf(text, sizeof(text), is_wide ? " %zu to run" : " %zu",
				model->migrations.pending_count);
		status = model->migrations.status;
		break;
	case 6:
		for (size_t i = 0; i < model->notes.count; i++)
			open += !model->notes.items[i].is_deleted;
		if (open)
			snprintf(text, sizeof(text), " %d", (int)open);
		break;
	default: break;
	}
	pen_text(pen, ROLE_DIM, text);
	if (status == STATUS_WARN || status == STATUS_CRIT)
		pen_status(pen, status);
}

static void draw_tabs(struct frame *f)
{
	bool is_wide = f->layout == LAYOUT_WIDE;
	struct pen pen = pen_at(&f->now, 1, 1);
	for (size_t i = 0; i < view_count; i++) {
		const struct view *view = &views[i];
		const char *title = is_wide ? view->title : view->short_title;
		if (!view->digit)
			continue;
		int start = pen.x;
		bool is_here = view == frame_view(f);
		pen_printf(&pen, is_here ? ROLE_TITLE : ROLE_KEY, "%d", view->digit);
		pen_printf(&pen, is_here ? ROLE_TITLE : ROLE_HINT, " %s", title);
		if (is_here)
			surface_reverse(&f->now, (struct rect){ start, 1, pen.x - start, 1 });
		tab_count(frame_model(f), view->digit, &pen, is_wide);
		pen_gap(&pen, is_wide ? 3 : 2);
	}
	pen.end--;
	if (is_wide)
		pen_right(&pen, ROLE_HINT, "? help");
}

/* Parts stand three blanks apart; the last is left out whole. False when there is but one. */
static bool leave_out_part(char *words)
{
	for (size_t at = strlen(words); at-- > 0;) {
		if (strncmp(words + at, "   ", 3) != 0)
			continue;
		words[at] = '\0';
		return true;
	}
	return false;
}

static void draw_crumbs(struct frame *f)
{
	struct pen pen = pen_at(&f->now, 1, 1);
	char words[128] = "";
	for (size_t i = 0; i < f->depth; i++) {
		bool is_last = i + 1 == f->depth;
		pen_text(&pen, is_last ? ROLE_TITLE : ROLE_HINT, f->stack[i]->title);
		if (is_last)
			break;
		pen_gap(&pen, 1);
		pen_glyph(&pen, ROLE_HINT, GLYPH_INTO);
		pen_gap(&pen, 1);
	}
	struct panel *panel = frame_focused(f);
	if (panel->class->crumb)
		panel->class->crumb(panel, frame_model(f), words);
	pen_gap(&pen, 3);
	pen_to(&pen, f->layout == LAYOUT_WIDE ? 28 : 0);
	while (text_columns(words) >= pen_room(&pen) && leave_out_part(words))
		;
	pen_text(&pen, ROLE_HINT, words);
}

void frame_draw_tabs(struct frame *f)
{
	surface_fill(&f->now, (struct rect){ 0, 1, f->columns, 1 }, ROLE_TEXT);
	if (f->depth == 1)
		draw_tabs(f);
	else
		draw_crumbs(f);
}

/* ---- message ---- */

const struct message *frame_message(const struct frame *f)
{
	const struct model *model = &f->app->model;
	if (!model->message_count)
		return NULL;
	size_t last = (model->message_head + MESSAGES_MAX - 1) % MESSAGES_MAX;
	const struct message *message = &model->messages[last];
	int64_t age_us = model->now_us - message->at_us;
	if (f->dismissed_at_us && message->at_us <= f->dismissed_at_us)
		return NULL;
	if (message->level == MESSAGE_INFO && age_us >= INFO_US)
		return NULL;
	return message->level == MESSAGE_WARN && age_us >= WARN_US ? NULL : message;
}

static void draw_message_text(struct pen *pen, const struct message *message)
{
	static const enum status marks[] = { STATUS_OK, STATUS_WARN, STATUS_CRIT };
	static const enum role roles[] = { ROLE_TEXT, ROLE_TEXT, ROLE_TOAST_ERROR };
	pen->x--;
	pen_status(pen, marks[message->level]);
	pen_gap(pen, 1);
	if (message->level == MESSAGE_ERROR)
		pen_right(pen, ROLE_HINT, "  Esc ");
	pen_text(pen, roles[message->level], message->text);
}

static void draw_link_state(struct frame *f, struct pen *pen)
{
	const struct link_view *link = &f->app->model.link;
	char left[WORDS_BYTES], next[64] = "  connecting";
	pen->x--;
	pen_status(pen, STATUS_STALE);
	pen_gap(pen, 1);
	if (link->state == LINK_WAITING) {
		int64_t left_us = link->retry_at_us - f->app->model.now_us;
		words_ms((left_us > 0 ? left_us + 999999 : 0) / 1000000 * 1000, left);
		snprintf(next, sizeof(next), "  try %d in %s   r now", link->attempt + 1, left);
	} else if (link->state == LINK_STOPPED) {
		snprintf(next, sizeof(next), "  r tries again");
	}
	if (f->layout == LAYOUT_WIDE)
		pen_right(pen, ROLE_HINT, "   6 notes work");
	pen_right(pen, ROLE_HINT, next);
	pen_text(pen, ROLE_TEXT, link->error);
	if (link->sqlstate[0])
		pen_printf(pen, ROLE_DIM, " (%s)", link->sqlstate);
}

void frame_draw_message(struct frame *f)
{
	int y = f->rows - 2;
	struct pen pen = pen_at(&f->now, 1, y);
	pen.end--;
	surface_fill(&f->now, (struct rect){ 0, y, f->columns, 1 }, ROLE_TEXT);
	const struct message *message = frame_message(f);
	if (lineedit_is_open())
		f->cursor = (struct rect){ lineedit_draw(&f->now, y), y, 1, 1 };
	else if (message)
		draw_message_text(&pen, message);
	else if (f->app->model.link.state != LINK_UP)
		draw_link_state(f, &pen);
}

/* ---- title of the terminal ---- */

void frame_update_title(struct frame *f)
{
	char title[sizeof(f->title)];
	const char *name = f->app->target.name ? f->app->target.name : "";
	static const char *const words[] = { "?ENV", "DEV", "STAGE", "PROD" };
	snprintf(title, sizeof(title), "%s %s %s - dbtop", words[f->app->target.env], name,
		f->app->model.is_armed ? "ARMED" : "LOCKED");
	if (strcmp(title, f->title) == 0)
		return;
	memcpy(f->title, title, sizeof(title));
	f->term->ops->title(f->term, title);
}
