/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the files of the frame share: frame.c (life, news, drawing), frame_bars.c (the rows that are no panel),
 * frame_hints.c (the last of them), frame_keys.c (keys to command lines),
 * frame_mouse.c, actions.c (the screen's own commands), actions_lines.c (what is typed),
 * actions_row.c (rows of any list),
 * frame_calls.c (core's commands).
 */
#ifndef DBTOP_UI_FRAME_PRIVATE_H
#define DBTOP_UI_FRAME_PRIVATE_H

#include "base/str.h"
#include "ui/frame.h"
#include "ui/keymap.h"
#include "ui/panel.h"
#include "ui/prompt.h"

enum { STACK_MAX = 6, PANELS_MAX = 24, SCOPES_MAX = 4 };

/* What stands still while the picture is frozen, and the model that shows it. */
struct picture {
	struct model model;
	struct pool_health pool;
	struct replicas replicas;
	struct attention attention[ATTENTION_MAX];
	size_t attention_count;
	int64_t at_us;
};

struct frame {
	struct app *app; /* borrowed, as are term and input */
	struct term *term;
	struct input *input;
	struct frame_options options;
	struct keymap keymap;
	struct theme theme;
	struct surface now, shown; /* what is drawn, what the terminal has */
	int columns, rows;
	enum layout layout;
	struct panel_context context;
	struct panel panels[PANELS_MAX];
	size_t panel_count;
	const struct view *stack[STACK_MAX]; /* breadcrumb; the last is shown */
	size_t depth;
	size_t focus; /* index in the view's panels */
	bool is_zoomed;
	struct prompt prompt;
	struct call *asked; /* owned; waits for the prompt */
	struct key
		yes_key; /* the last one that meant yes, and when it was seen last: held down, it says nothing more */
	int64_t yes_us;
	struct rect cursor; /* x < 0: hidden */
	struct rect body, prompt_at;
	bool is_dirty, is_all_dirty, is_after_key;
	int64_t drawn_us;
	struct loop_timer *timer;
	struct picture *held; /* owned; the samples as they were when paused; NULL = live */
	size_t message_seen;  /* messages dismissed so far: model.message_count + wraps */
	int64_t dismissed_at_us;
	bool is_typing_command; /* the line being edited is one after `:` */
	bool line_is_todo;
	int64_t line_note_id;
	const struct command *line_command; /* whose words are being typed */
	char title[160];
	char report_title[64];
	struct str report;
	enum run_state run_state; /* as last seen */
	bool has_stop_asked;
	bool has_mouse;
	char theme_before[THEME_NAME_BYTES]; /* the settings were opened */
};

static inline const struct view *frame_view(const struct frame *f)
{
	return f->stack[f->depth - 1];
}

/* No server ever answered: the overview says what was tried instead of panels. */
bool frame_is_nowhere(const struct frame *f);
/* The model as shown: live, or as it was when the picture was frozen. */
const struct model *frame_model(const struct frame *f);
struct panel *frame_focused(struct frame *f);
struct panel *frame_panel(struct frame *f, const struct panel_class *class);
void frame_dirty(struct frame *f);
void frame_scopes(struct frame *f, const char *scopes[SCOPES_MAX + 1]);
void frame_go(struct frame *f, const struct view *view);
void frame_push(struct frame *f, const struct view *view);
bool frame_pop(struct frame *f);
/* A sentence of our own on the message line. */
void frame_say(struct frame *f, const char *text);

/* frame_bars.c */
void frame_draw_identity(struct frame *f);
void frame_draw_tabs(struct frame *f);
void frame_draw_message(struct frame *f);
const struct message *frame_message(const struct frame *f);
void frame_update_title(struct frame *f);

/* frame_hints.c */
void frame_draw_hints(struct frame *f);

/* frame_calls.c */
void frame_call(struct frame *f, const char *line);
void frame_prompt_key(struct frame *f, struct key key);
void frame_prompt_check(struct frame *f);
void frame_prompt_drop(struct frame *f);
/* Calls under way end after the frame: they tell nobody. */
void frame_calls_forget(struct frame *f);

/* A long text in the view `report`. */
void frame_show_text(struct frame *f, const char *title, const char *text);

/* actions_row.c */
void row_copy(struct frame *f, const char *arg);
void row_record(struct frame *f, const char *arg);

/* actions_lines.c */
void line_command(struct frame *f, const char *arg);
void line_filter(struct frame *f, const char *arg);
void line_note(struct frame *f, const char *arg);
/* Ask for the words this command was started without; with none nothing is started. */
void line_ask(struct frame *f, const struct command *command);
void line_note_change(struct frame *f, const char *arg);
void line_note_editor(struct frame *f, const char *arg);

/* actions.c: false when no command of the screen has that name. */
bool frame_panel_command(struct frame *f, const char *line);
bool frame_action(struct frame *f, const char *line);

#endif
