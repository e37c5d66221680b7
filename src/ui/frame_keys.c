// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Keys to command lines: the line being edited comes first, then an open prompt, then what the panel wants to take
 * itself, then the keymap.
 */
#include "ui/frame_private.h"

#include "ui/lineedit.h"

static void typing_key(struct frame *f, struct key key)
{
	lineedit_cancel();
	if (key.mods == KEY_ALT) {
		const char *scopes[] = { "global", NULL };
		const struct binding *binding = keymap_find(&f->keymap, scopes, key);
		if (binding)
			frame_do(f, binding->command);
	}
}

/* A key held down a little too long has answered already. */
static bool is_echo_of_yes(struct frame *f, struct key key)
{
	enum { ECHO_US = 500 * 1000 };
	int64_t now_us = f->app->model.now_us;
	bool is_echo = f->yes_us && key_is(key, f->yes_key) && now_us - f->yes_us < ECHO_US;
	f->yes_us = is_echo ? now_us : 0;
	return is_echo;
}

void frame_key(struct frame *f, struct key key)
{
	const char *scopes[SCOPES_MAX + 1];
	f->is_after_key = true;
	frame_dirty(f);
	if (lineedit_is_open()) {
		typing_key(f, key);
		return;
	}
	if (f->prompt.is_open) {
		frame_prompt_key(f, key);
		return;
	}
	if (is_echo_of_yes(f, key))
		return;
	struct panel *panel = frame_focused(f);
	if (panel->class->key && panel->class->key(panel, frame_model(f), key))
		return;
	frame_scopes(f, scopes);
	const struct binding *binding = keymap_find(&f->keymap, scopes, key);
	if (binding)
		frame_do(f, binding->command);
}

void frame_bytes(struct frame *f, struct span bytes)
{
	f->is_after_key = true;
	f->is_dirty = true;
	lineedit_bytes(bytes);
}

void frame_paste(struct frame *f, struct span text)
{
	f->is_after_key = true;
	frame_dirty(f);
	if (lineedit_is_open()) {
		lineedit_paste(text);
	} else if (f->prompt.is_open) {
		prompt_paste(&f->prompt, &f->app->model);
		app_message(
			f->app, MESSAGE_WARN, "a paste does not answer: type the words yourself");
	}
}

void frame_do(struct frame *f, const char *line)
{
	frame_dirty(f);
	if (!frame_action(f, line))
		frame_call(f, line);
}
