// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/frame_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "core/advice.h"
#include "ui/actions.h"
#include "ui/box.h"
#include "ui/lineedit.h"
#include "ui/panels/numbers.h"
#include "ui/wrap.h"

enum { FRAME_US = 33 * 1000, KEY_FRAME_US = 5 * 1000 };

/*
 * Live, or with the samples of the moment it was frozen. Made anew each time: notes, plans and runs go on, and what
 * they point to may be gone with the next command.
 */
const struct model *frame_model(const struct frame *f)
{
	struct picture *held = f->held;
	const struct model *live = &f->app->model;
	if (!held)
		return live;
	int64_t since_us = live->now_us - held->at_us;
	held->model = *live;
	held->model.pool = held->pool;
	held->model.replicas = held->replicas;
	held->model.attention_count = held->attention_count;
	memcpy(held->model.attention, held->attention, sizeof(held->attention));
	/* its samples do not grow old: the picture is what stands still */
	held->model.pool.sampled_us += held->pool.sampled_us ? since_us : 0;
	held->model.replicas.sampled_us += held->replicas.sampled_us ? since_us : 0;
	return &held->model;
}

void frame_dirty(struct frame *f)
{
	f->is_dirty = f->is_all_dirty = true;
}

struct panel *frame_panel(struct frame *f, const struct panel_class *class)
{
	for (size_t i = 0; i < f->panel_count; i++)
		if (f->panels[i].class == class)
			return &f->panels[i];
	assert_always(f->panel_count < PANELS_MAX, "there is room for every panel");
	struct panel *panel = &f->panels[f->panel_count++];
	*panel = (struct panel){ .class = class, .context = &f->context, .is_dirty = true };
	panel->state = mem_zero(class->state_size ? class->state_size : 1);
	return panel;
}

static size_t view_panel_count(const struct view *view)
{
	size_t count = 0;
	while (count < VIEW_PANELS_MAX && view->panels[count])
		count++;
	return count;
}

struct panel *frame_focused(struct frame *f)
{
	return frame_panel(f, frame_view(f)->panels[f->focus]);
}

void frame_scopes(struct frame *f, const char *scopes[SCOPES_MAX + 1])
{
	const struct panel_class *class = frame_focused(f)->class;
	size_t count = 0;
	scopes[count++] = class->name;
	if (strcmp(frame_view(f)->name, class->name) != 0)
		scopes[count++] = frame_view(f)->name;
	if (class->base)
		scopes[count++] = class->base;
	scopes[count++] = "global";
	scopes[count] = NULL;
}

static void frame_show(struct frame *f)
{
	f->focus = 0;
	f->is_zoomed = false;
	frame_dirty(f);
}

void frame_go(struct frame *f, const struct view *view)
{
	f->depth = 1;
	f->stack[0] = &views[0];
	if (view != &views[0])
		f->stack[f->depth++] = view;
	frame_show(f);
}

void frame_push(struct frame *f, const struct view *view)
{
	if (frame_view(f) == view)
		return;
	if (f->depth == STACK_MAX) {
		memmove(f->stack + 1, f->stack + 2, sizeof(f->stack[0]) * (STACK_MAX - 2));
		f->depth--;
	}
	f->stack[f->depth++] = view;
	frame_show(f);
}

bool frame_pop(struct frame *f)
{
	if (f->depth == 1)
		return false;
	f->depth--;
	frame_show(f);
	return true;
}

void frame_say(struct frame *f, const char *text)
{
	app_message(f->app, MESSAGE_INFO, "%s", text);
}

static void frame_freeze(struct frame *f)
{
	const struct model *live = &f->app->model;
	if (live->is_paused == (f->held != NULL))
		return;
	if (!live->is_paused) {
		free(f->held);
		f->held = NULL;
		return;
	}
	f->held = mem_new(struct picture);
	f->held->pool = live->pool;
	f->held->replicas = live->replicas;
	f->held->attention_count = live->attention_count;
	memcpy(f->held->attention, live->attention, sizeof(live->attention));
	f->held->at_us = live->now_us;
}

/* A run that was opened shows itself; one that was closed leaves its page. */
static void follow_run(struct frame *f)
{
	enum run_state state = f->app->model.run.state;
	const struct view *step = view_find("step");
	if (f->run_state == RUN_NONE && state != RUN_NONE)
		frame_push(f, step);
	else if (f->run_state != RUN_NONE && state == RUN_NONE && frame_view(f) == step)
		frame_pop(f);
	if (!run_state_is_busy(state))
		f->has_stop_asked = false;
	f->run_state = state;
}

static void frame_news(void *arg, unsigned events)
{
	struct frame *f = arg;
	if (events & EVENT_BIT(EVENT_RUN))
		follow_run(f);
	if (events & (EVENT_BIT(EVENT_THEME) | EVENT_BIT(EVENT_LINK)))
		f->is_all_dirty = true;
	for (size_t i = 0; i < f->panel_count; i++)
		if (f->panels[i].class->listens & events)
			f->panels[i].is_dirty = true;
	f->is_dirty = true;
	frame_prompt_check(f);
}

struct frame *frame_new(struct app *app, struct term *term, const struct frame_options *options)
{
	struct frame *f = mem_new(struct frame);
	f->app = app;
	f->term = term;
	f->input = options->input;
	f->options = *options;
	f->cursor.x = -1;
	actions_register();
	keymap_init(&f->keymap);
	if (options->config_keys)
		keymap_read(&f->keymap, "[keys]", span_of(options->config_keys));
	if (options->keys)
		keymap_read(&f->keymap, options->keys_name ? options->keys_name : "keys.conf",
			span_of(options->keys));
	for (size_t i = 0; i < f->keymap.problem_count; i++)
		app_message(app, MESSAGE_WARN, "%s", f->keymap.problems[i]);
	f->context = (struct panel_context){
		.app = app, .keymap = &f->keymap, .glyphs = options->glyphs, .theme = f->theme.name
	};
	f->stack[0] = &views[0];
	f->depth = 1;
	struct err e;
	const char *name = options->theme;
	const char *fallback = theme_default_name(
		getenv("NO_COLOR"), getenv("COLORFGBG"), term->ops->colors(term));
	if (name && !frame_theme(f, name, &e)) {
		app_message_err(app, &e);
		name = NULL;
	}
	if (!name && !frame_theme(f, fallback, &e))
		app_message_err(app, &e);
	bus_listen(&app->bus, ~0u, frame_news, f);
	frame_resize(f);
	return f;
}

void frame_free(struct frame *f)
{
	if (!f)
		return;
	bus_leave(&f->app->bus, frame_news, f);
	frame_prompt_drop(f);
	frame_calls_forget(f);
	loop_timer_stop(f->timer);
	for (size_t i = 0; i < f->panel_count; i++) {
		if (f->panels[i].class->release)
			f->panels[i].class->release(f->panels[i].state);
		free(f->panels[i].state);
	}
	surface_release(&f->now);
	surface_release(&f->shown);
	keymap_release(&f->keymap);
	theme_release(&f->theme);
	str_release(&f->report);
	free(f->held);
	free(f);
}

bool frame_theme(struct frame *f, const char *name, struct err *e)
{
	struct theme theme;
	if (!theme_load(&theme, name, e))
		return false;
	theme_release(&f->theme);
	f->theme = theme;
	for (int i = 0; i < theme.problem_count; i++)
		app_message(f->app, MESSAGE_WARN, "%s", theme.problems[i]);
	f->term->ops->theme(f->term, &f->theme);
	frame_repaint(f);
	bus_post(&f->app->bus, EVENT_THEME);
	return true;
}

const char *frame_theme_path(const struct frame *f)
{
	return f->theme.path;
}

void frame_reload_theme(struct frame *f)
{
	struct err e;
	char name[THEME_NAME_BYTES];
	memcpy(name, f->theme.name, sizeof(name));
	if (!frame_theme(f, name, &e))
		app_message_err(f->app, &e);
}

void frame_repaint(struct frame *f)
{
	size_t count = (size_t)f->columns * (size_t)f->rows;
	if (f->shown.cells)
		memset(f->shown.cells, 0xff, count * sizeof(struct cell));
	f->term->ops->repaint(f->term);
	frame_dirty(f);
}

void frame_resize(struct frame *f)
{
	f->term->ops->size(f->term, &f->columns, &f->rows);
	f->layout = f->context.layout = layout_of(f->columns, f->rows);
	surface_release(&f->now);
	surface_release(&f->shown);
	surface_init(&f->now, f->columns, f->rows, f->options.glyphs);
	surface_init(&f->shown, f->columns, f->rows, f->options.glyphs);
	frame_repaint(f);
}

static bool has_bars(const struct frame *f)
{
	return f->layout >= LAYOUT_COMPACT;
}

/* Rows of the body: between the tabs (none when compact) and the message line. */
static void place_body(struct frame *f)
{
	int top = f->layout == LAYOUT_COMPACT ? 1 : 2;
	f->body = (struct rect){ 0, top, f->columns, f->rows - top - 2 };
	f->prompt_at = (struct rect){ 0 };
	if (!f->prompt.is_open)
		return;
	prompt_set_room(&f->prompt, f->columns, f->body.height, f->layout, f->app->model.now_us);
	int height = prompt_height(&f->prompt, f->columns, f->layout);
	if (f->prompt.is_unfit)
		height = f->body.height < 4 ? f->body.height : 4;
	f->body.height -= height;
	f->prompt_at = (struct rect){ 0, f->body.y + f->body.height, f->columns, height };
}

/* No server ever answered: nothing there is to show but what was tried, and what works without one. */
bool frame_is_nowhere(const struct frame *f)
{
	const struct link_view *link = &f->app->model.link;
	return link->state != LINK_UP && !link->identity.server_version &&
	       frame_view(f) == &views[0];
}

static void place_panels(struct frame *f)
{
	const struct view *view = frame_view(f);
	size_t count = view_panel_count(view);
	struct rect at[VIEW_PANELS_MAX] = { { 0 } };
	struct layout_want wants[VIEW_PANELS_MAX];
	for (size_t i = 0; i < f->panel_count; i++)
		f->panels[i].at = (struct rect){ 0 };
	for (size_t i = 0; i < count; i++) {
		const struct panel_class *class = view->panels[i];
		bool is_compact = f->layout <= LAYOUT_COMPACT;
		int height = is_compact ? class->compact_height : class->min_height;
		wants[i] = (struct layout_want){ height, true };
	}
	if (f->is_zoomed || count == 1)
		at[f->focus] = f->body;
	else if (f->layout == LAYOUT_WIDE)
		layout_grid(f->body, count, at);
	else
		layout_stack(f->body, wants, count, at);
	for (size_t i = 0; i < count; i++) {
		struct panel *panel = frame_panel(f, view->panels[i]);
		panel->at = frame_is_nowhere(f) ? (struct rect){ 0 } : at[i];
		panel->is_focused = i == f->focus && !f->prompt.is_open;
		panel->is_dirty = true;
	}
}

static void draw_nowhere(struct frame *f)
{
	const struct link_view *link = &f->app->model.link;
	struct box box = { .title = "No connection", .has_status = true, .status = STATUS_STALE };
	struct surface in = box_draw(&f->now, f->body, &box, f->layout);
	struct str text = { 0 };
	str_add(&text, link->error[0] ? link->error : "connecting");
	if (link->hint[0])
		str_addf(&text, "\n%s", link->hint);
	str_addf(&text, "\n%s\n\n",
		link->state == LINK_STOPPED ? "Not tried again by itself. r tries once more."
					    : "Tried again by itself, for ever. r tries now.");
	size_t before = text.len;
	app_advice(f->app, &text);
	str_addf(&text,
		"%sNo server at hand? `dbtop demo` starts a throwaway one, with two standbys "
		"and sample migrations.\n6 Notes work without a server.",
		text.len > before ? "\n" : "");
	wrap_draw(&in, (struct rect){ 1, 0, in.width - 2, in.height }, ROLE_TEXT, str_c(&text), 0);
	str_release(&text);
}

static void draw_panel(struct frame *f, struct panel *panel)
{
	const struct model *model = frame_model(f);
	panel->is_dirty = false;
	if (panel->at.width <= 0 || panel->at.height <= 0)
		return;
	struct surface part = surface_part(&f->now, panel->at);
	surface_clear(&part);
	if (panel->class->has_own_boxes) {
		panel->class->draw(panel, model, &part);
		return;
	}
	struct surface in = box_panel(&part, surface_rect(&part), panel, model);
	struct panel_head head = { 0 };
	if (panel->class->head)
		panel->class->head(panel, model, &head);
	if (!head.is_sampled || head.sampled_us)
		panel->class->draw(panel, model, &in);
	if (head.is_sampled && head.sampled_us && sample_is_stale(model, head.sampled_us))
		surface_restyle(&in, surface_rect(&in), ROLE_STATUS_STALE);
}

static void draw_bars(struct frame *f)
{
	f->cursor.x = -1;
	frame_draw_identity(f);
	if (f->layout > LAYOUT_COMPACT)
		frame_draw_tabs(f);
	if (f->prompt.is_open)
		f->cursor =
			prompt_draw(&f->prompt, frame_model(f), &f->now, f->prompt_at, f->layout);
	frame_draw_message(f);
	frame_draw_hints(f);
}

/* The environment's colour down the leftmost column, whatever stands there. */
static void draw_edge(struct frame *f)
{
	enum role role = role_of_env(f->app->target.env);
	for (int y = 1; y < f->rows; y++)
		surface_restyle(&f->now, (struct rect){ 0, y, 1, 1 }, role);
}

static void put_changes(struct frame *f)
{
	for (int y = 0; y < f->rows; y++) {
		for (int x = 0; x < f->columns; x++) {
			size_t at = (size_t)y * (size_t)f->columns + (size_t)x;
			struct cell *old = &f->shown.cells[at];
			const struct cell *cell = &f->now.cells[at];
			if (memcmp(old, cell, sizeof(*cell)) == 0)
				continue;
			f->term->ops->put(f->term, x, y, cell);
			*old = *cell;
		}
	}
}

void frame_draw(struct frame *f, bool is_all)
{
	loop_timer_stop(f->timer);
	f->timer = NULL;
	frame_freeze(f);
	if (is_all || f->is_all_dirty) {
		surface_clear(&f->now);
		place_body(f);
		place_panels(f);
	}
	if (has_bars(f)) {
		for (size_t i = 0; i < f->panel_count; i++)
			if (f->panels[i].is_dirty)
				draw_panel(f, &f->panels[i]);
		if (frame_is_nowhere(f))
			draw_nowhere(f);
		draw_bars(f);
		draw_edge(f);
	} else {
		surface_clear(&f->now);
		f->cursor = numbers_draw(&f->now, frame_model(f), f->app, &f->prompt);
	}
	put_changes(f);
	f->term->ops->cursor(f->term, f->cursor.x, f->cursor.y);
	f->term->ops->flush(f->term);
	frame_update_title(f);
	f->is_dirty = f->is_all_dirty = f->is_after_key = false;
	f->drawn_us = loop_now_us(f->app->loop);
}

static void frame_timer(void *arg)
{
	struct frame *f = arg;
	f->timer = NULL;
	frame_draw(f, false);
}

void frame_draw_if_due(struct frame *f)
{
	if (!f->is_dirty)
		return;
	int64_t least_us = f->is_after_key ? KEY_FRAME_US : FRAME_US;
	int64_t left_us = f->drawn_us + least_us - loop_now_us(f->app->loop);
	if (left_us <= 0) {
		frame_draw(f, false);
		return;
	}
	loop_timer_stop(f->timer);
	f->timer = loop_timer_start(f->app->loop, (left_us + 999) / 1000, 0, frame_timer, f);
}

const struct surface *frame_surface(const struct frame *f)
{
	return &f->now;
}
