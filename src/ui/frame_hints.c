// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The last row: what the keys do here, most useful first, cut by whole entries, always ending with `? help`. Keys that
 * cannot be used now keep their place, dimmed, because fingers remember places; where the row is too short for all,
 * they are the first to go.
 */
#include "ui/frame_private.h"

#include <string.h>

#include "ui/command_line.h"
#include "ui/lineedit.h"
#include "ui/pen.h"

enum { HINTS_MAX = 64, GAP = 2 };

struct hint {
	const char *key, *words, *brief;
	bool is_grey, is_global;
	bool is_choice; /* what a person has to decide stays to the last */
};

struct hints {
	struct hint items[HINTS_MAX];
	size_t count;
};

static bool is_grey(const struct frame *f, const struct binding *binding)
{
	char name[64];
	const char *why;
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(binding->command, " "), binding->command);
	const struct command *command = command_find(name);
	return command && !command_is_enabled(f->app, command, &why);
}

static const char *hint_words(const struct frame *f, const struct binding *binding)
{
	if (strcmp(binding->command, "session.toggle") == 0)
		return f->app->model.is_armed ? "lock" : "arm";
	if (strcmp(binding->command, "sample.now") == 0 && f->app->model.link.state != LINK_UP)
		return "connect now";
	return binding->words;
}

static bool is_shadowed(struct frame *f, const char *const *scopes, const struct binding *binding)
{
	const struct binding *found = keymap_find(&f->keymap, scopes, binding->key);
	return found != binding;
}

/* What a person may decide is known only once a step failed, and then it is these keys that matter. */
static bool is_unsound(const struct run_view *run, const char *command)
{
	static const char *const commands[] = { [RUN_CHOICE_AGAIN] = "run.choose again",
		[RUN_CHOICE_CLEAR] = "run.choose clear",
		[RUN_CHOICE_MARK_DONE] = "run.choose done" };
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (strcmp(commands[i], command) == 0)
			return !(run->choices & RUN_CHOICE_BIT(i));
	return false;
}

/* Not worth its place in the footer where it does nothing. */
static bool leads_nowhere(const struct frame *f, const struct binding *binding)
{
	if (strcmp(binding->command, "view.back") == 0)
		return f->depth == 1;
	if (strcmp(binding->command, "session.toggle") == 0 && strcmp(binding->scope, "step") == 0)
		return f->app->model.is_armed; /* first where nothing can run without it */
	if (is_unsound(&f->app->model.run, binding->command))
		return true;
	bool is_alone = !frame_view(f)->panels[1];
	return is_alone && strncmp(binding->command, "panel.", 6) == 0;
}

/* What is typed goes into a search: only the keys of the panel itself do what they say. */
static bool takes_text(struct frame *f)
{
	return frame_focused(f)->class->key;
}

static void collect(struct frame *f, struct hints *hints)
{
	const char *scopes[SCOPES_MAX + 1];
	frame_scopes(f, scopes);
	if (takes_text(f))
		scopes[1] = NULL;
	for (size_t s = 0; scopes[s]; s++) {
		for (size_t i = 0; i < f->keymap.count && hints->count < HINTS_MAX; i++) {
			const struct binding *binding = &f->keymap.items[i];
			bool is_here = binding->words && strcmp(binding->scope, scopes[s]) == 0;
			bool is_own = strcmp(scopes[s], "global") != 0;
			if (is_own && frame_is_nowhere(f)) /* of panels that are not there */
				continue;
			if (!is_here || leads_nowhere(f, binding) ||
				is_shadowed(f, scopes, binding))
				continue;
			hints->items[hints->count++] = (struct hint){ .key = binding->shown,
				.words = hint_words(f, binding),
				.brief = binding->brief,
				.is_grey = is_grey(f, binding),
				.is_choice = strncmp(binding->command, "run.choose", 10) == 0,
				.is_global = strcmp(scopes[s], "global") == 0 };
		}
	}
}

static int hint_columns(const struct hint *hint)
{
	return text_columns(hint->key) + 1 + text_columns(hint->words) + GAP;
}

static int hints_columns(const struct hints *hints, bool is_own_only)
{
	int columns = 0;
	for (size_t i = 0; i < hints->count; i++)
		if (!is_own_only || !hints->items[i].is_global)
			columns += hint_columns(&hints->items[i]);
	return columns;
}

static bool is_first_to_go(const struct hint *hint, int pass)
{
	switch (pass) {
	case 0: return hint->is_global && hint->is_grey;
	case 1: return hint->is_global;
	case 2: return hint->is_grey && !hint->is_choice;
	default: return true;
	}
}

static void shorten(struct hints *hints)
{
	for (size_t i = 0; i < hints->count; i++)
		if (hints->items[i].brief)
			hints->items[i].words = hints->items[i].brief;
}

/* From the end, until the rest fits: keys of every view, what cannot be used now, what is least useful. */
static void fit(struct hints *hints, int room)
{
	enum { PASSES = 4 };
	if (hints_columns(hints, true) > room)
		shorten(hints);
	int columns = hints_columns(hints, false);
	for (int pass = 0; pass < PASSES; pass++) {
		for (size_t i = hints->count; i-- > 0 && columns > room;) {
			if (!is_first_to_go(&hints->items[i], pass))
				continue;
			columns -= hint_columns(&hints->items[i]);
			hints->count--;
			memmove(hints->items + i, hints->items + i + 1,
				(hints->count - i) * sizeof(hints->items[0]));
		}
	}
}

static void draw_hint(struct pen *pen, const char *key, const char *words, bool grey)
{
	if (text_columns(key) + 1 + text_columns(words) > pen_room(pen))
		return;
	pen_text(pen, grey ? ROLE_DIM : ROLE_KEY, key);
	pen_gap(pen, 1);
	pen_text(pen, grey ? ROLE_DIM : ROLE_HINT, words);
	pen_gap(pen, GAP);
}

/* Without a connection the key that tries it comes first. */
static void put_first(struct hints *hints, const char *words)
{
	for (size_t i = 1; i < hints->count; i++) {
		struct hint hint = hints->items[i];
		if (strcmp(hint.words, words) != 0)
			continue;
		memmove(hints->items + 1, hints->items, i * sizeof(hints->items[0]));
		hint.is_global = false;
		hints->items[0] = hint;
	}
}

static void draw_keys(struct frame *f, struct pen *pen)
{
	struct hints hints = { 0 };
	collect(f, &hints);
	if (f->app->model.link.state != LINK_UP)
		put_first(&hints, "connect now");
	fit(&hints, pen_room(pen) - text_columns("? help"));
	if (takes_text(f))
		draw_hint(pen, "type", "to search", false);
	for (size_t i = 0; i < hints.count; i++)
		draw_hint(pen, hints.items[i].key, hints.items[i].words, hints.items[i].is_grey);
	if (!takes_text(f))
		draw_hint(pen, "?", "help", false);
}

static void draw_command(struct pen *pen, const struct command *command)
{
	pen_text(pen, ROLE_KEY, command->name);
	if (command->args)
		pen_printf(pen, ROLE_TEXT, " %s", command->args);
	pen_gap(pen, GAP);
	pen_text(pen, ROLE_HINT, command->help);
}

/* While a command is typed: what it may become, or, when it is one, what it does. */
static bool draw_commands(struct pen *pen)
{
	enum { MOST = 24 };
	const struct command *found[MOST];
	char line[COMMAND_LINE_BYTES], word[64];
	const char *typed = command_line_expand(lineedit_text(), line);
	size_t len = strcspn(typed, " ");
	if (!len || len >= sizeof(word))
		return false;
	memcpy(word, typed, len);
	word[len] = '\0';
	const struct command *command = command_find(word);
	size_t count = command_line_matches(word, found, MOST);
	if (command || count == 1)
		draw_command(pen, command ? command : found[0]);
	for (size_t i = 0; !command && count > 1 && i < count; i++) {
		if (text_columns(found[i]->name) > pen_room(pen))
			break;
		pen_text(pen, ROLE_HINT, found[i]->name);
		pen_gap(pen, GAP);
	}
	const struct view *view = command_line_view(word);
	if (!command && view) {
		pen_text(pen, ROLE_KEY, view->name);
		pen_text(pen, ROLE_HINT, "  go to this view");
	} else if (!command && !count) {
		pen_text(pen, ROLE_DIM, "no such command; Tab completes, ? lists them");
	}
	return true;
}

static void draw_line_keys(struct pen *pen)
{
	draw_hint(pen, "Enter", "take it", false);
	draw_hint(pen, "Esc", "leave it", false);
	draw_hint(pen, "^A ^E ^W ^U", "as in any shell", false);
}

static void draw_prompt_keys(struct frame *f, struct pen *pen)
{
	if (f->prompt.what.level == 1 && !f->prompt.is_unfit)
		draw_hint(pen, "y", "yes", false);
	draw_hint(pen, "Esc", "no", false);
	if (f->prompt.what.level >= 3 && f->prompt.what.target[0])
		draw_hint(pen, "Tab", "next field", false);
}

void frame_draw_hints(struct frame *f)
{
	int y = f->rows - 1;
	struct pen pen = pen_at(&f->now, 1, y);
	surface_fill(&f->now, (struct rect){ 0, y, f->columns, 1 }, ROLE_TEXT);
	bool is_told = lineedit_is_open() && f->is_typing_command && draw_commands(&pen);
	if (is_told)
		return;
	if (lineedit_is_open())
		draw_line_keys(&pen);
	else if (f->prompt.is_open)
		draw_prompt_keys(f, &pen);
	else
		draw_keys(f, &pen);
}
