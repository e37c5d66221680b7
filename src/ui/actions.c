// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The screen's own commands: rows like those of core, so that help, completion and key files know them, and what they do
 * to the frame. Those without a function are for the focused panel.
 */
#include "ui/frame_private.h"

#include <stdlib.h>
#include <string.h>

#include "ui/actions.h"

static void run_without_screen(struct call *call)
{
	struct err e;
	err_set(&e, ERR_USAGE, "%s works on the screen only", call->command->name);
	report_fail(&call->report, EXIT_USAGE, DATABASE_NOT_SAID, &e);
	call_finish(call);
}

/* ---- views and panels ---- */

static void view_go(struct frame *f, const char *name)
{
	const struct view *view = view_find(name);
	if (!view) {
		app_message(f->app, MESSAGE_WARN, "no view \"%s\"", name);
		return;
	}
	if (strcmp(name, "help") == 0)
		frame_scopes(f, f->context.scopes);
	if (view->digit)
		frame_go(f, view);
	else
		frame_push(f, view);
}

bool frame_panel_command(struct frame *f, const char *line)
{
	struct panel *panel = frame_focused(f);
	struct panel_answer answer = { 0 };
	if (!panel->class->command || !panel->class->command(panel, frame_model(f), line, &answer))
		return false;
	if (answer.say[0])
		frame_say(f, answer.say);
	if (answer.command[0])
		frame_do(f, answer.command);
	return true;
}

/* One step out: message, zoom, filter, view. */
static void view_back(struct frame *f, const char *arg)
{
	const struct message *message = frame_message(f);
	(void)arg;
	if (message && message->level == MESSAGE_ERROR) {
		f->dismissed_at_us = message->at_us;
	} else if (f->is_zoomed) {
		f->is_zoomed = false;
	} else if (!frame_panel_command(f, "list.clear")) {
		frame_pop(f);
	}
}

static void focus_by(struct frame *f, size_t step)
{
	const struct view *view = frame_view(f);
	size_t count = 0;
	while (count < VIEW_PANELS_MAX && view->panels[count])
		count++;
	if (count == 1)
		frame_panel_command(f, step == 1 ? "panel.next" : "panel.previous");
	else
		f->focus = (f->focus + (step == 1 ? 1 : count - 1)) % count;
}

static void panel_next(struct frame *f, const char *arg)
{
	(void)arg;
	focus_by(f, 1);
}

static void panel_previous(struct frame *f, const char *arg)
{
	(void)arg;
	focus_by(f, 0);
}

static void panel_zoom(struct frame *f, const char *arg)
{
	(void)arg;
	f->is_zoomed = !f->is_zoomed && frame_view(f)->panels[1];
}

static void step_leave(struct frame *f, const char *arg)
{
	enum run_state state = f->app->model.run.state;
	bool is_busy = run_state_is_busy(state);
	const struct message *message = frame_message(f);
	(void)arg;
	if (message && message->level == MESSAGE_ERROR) {
		f->dismissed_at_us = message->at_us;
	} else if (is_busy) {
		frame_pop(f);
		frame_say(f, "the step goes on; Enter in view 4 comes back to it");
	} else if (state == RUN_NONE) {
		frame_pop(f);
	} else {
		frame_call(f, "run.leave");
	}
}

/* ---- session ---- */

static void session_toggle(struct frame *f, const char *arg)
{
	(void)arg;
	frame_call(f, f->app->model.is_armed ? "session.lock" : "session.arm");
}

/* First ^C: stop after this step, or before it while the gate is shut. Second: cancel it. Idle: how to quit. */
static void session_interrupt(struct frame *f, const char *arg)
{
	enum run_state state = f->app->model.run.state;
	bool is_busy = run_state_is_busy(state) || state == RUN_GATED;
	(void)arg;
	if (!is_busy) {
		frame_say(f, "q quits; ^C stops a step while it runs");
		return;
	}
	frame_call(f, f->has_stop_asked ? "run.abort" : "run.stop");
	f->has_stop_asked = true;
}

static void session_suspend(struct frame *f, const char *arg)
{
	(void)arg;
	if (app_is_prod(f->app) && f->app->model.is_armed)
		app_lock(f->app, "suspended");
	if (f->options.suspend)
		f->options.suspend(f->options.arg);
}

static void mouse_toggle(struct frame *f, const char *arg)
{
	(void)arg;
	f->has_mouse = !f->has_mouse;
	f->term->ops->mouse(f->term, f->has_mouse);
	frame_say(f, f->has_mouse
			     ? "mouse on: click a tab, panel or row; M gives selecting back to "
			       "the terminal"
			     : "mouse off: the terminal selects text again");
}

static void screen_redraw(struct frame *f, const char *arg)
{
	(void)arg;
	frame_repaint(f);
}

/* From the help view: the command speaks to the view below it. */
static void help_run(struct frame *f, const char *arg)
{
	frame_pop(f);
	frame_do(f, arg);
}

static void theme_set(struct frame *f, const char *arg)
{
	struct err e;
	if (frame_theme(f, arg, &e))
		app_message(f->app, MESSAGE_INFO, "theme %s", f->theme.title);
	else
		app_message_err(f->app, &e);
}

static void settings_open(struct frame *f, const char *arg)
{
	(void)arg;
	memcpy(f->theme_before, f->theme.name, sizeof(f->theme_before));
	frame_push(f, view_find("settings"));
}

static void settings_keep(struct frame *f, const char *arg)
{
	(void)arg;
	frame_pop(f);
	app_message(f->app, MESSAGE_INFO, "theme %s until you quit", f->theme.title);
}

static void settings_cancel(struct frame *f, const char *arg)
{
	(void)arg;
	frame_pop(f);
	if (f->theme_before[0] && strcmp(f->theme_before, f->theme.name) != 0)
		theme_set(f, f->theme_before);
}

static void theme_next(struct frame *f, const char *arg)
{
	int at = 0;
	(void)arg;
	while (theme_builtin_name(at) && strcmp(theme_builtin_name(at), f->theme.name) != 0)
		at++;
	const char *next = theme_builtin_name(at) ? theme_builtin_name(at + 1) : NULL;
	theme_set(f, next ? next : theme_builtin_name(0));
}

static void key_hint(struct frame *f, const char *arg)
{
	frame_say(f, arg);
}

/* ---- the table ---- */

#define ROW(row_name, row_args, row_help)                                                  \
	{                                                                                  \
		.name = (row_name), .args = (row_args), .args_max = 32, .risk = RISK_READ, \
		.reach = REACH_SCREEN, .run = run_without_screen, .help = (row_help)       \
	}

static const struct command rows[] = {
	ROW("view.go", "VIEW", "Go to a view: overview, pool, replicas, migrations, notes, help"),
	ROW("view.back", NULL, "One step out: message, zoom, filter, view"),
	ROW("panel.next", NULL, "Next panel or field"),
	ROW("panel.previous", NULL, "Previous panel or field"),
	ROW("panel.zoom", NULL, "One panel on the whole page, and back"),
	ROW("command.type", "[TEXT]", "Type a command; Tab completes"),
	ROW("list.filter", "[TEXT]", "Filter: text, !text, ~regex, column:text"),
	ROW("note.new", "[todo]", "Type a note, pinned to now and to what is selected"),
	ROW("note.change", "N", "Change the text of a note in the line editor"),
	ROW("note.editor", "N", "Change the text of a note in $EDITOR"),
	ROW("session.toggle", NULL, "Arm this session, or lock it"),
	ROW("session.interrupt", NULL, "Stop after this step; again: cancel it"),
	ROW("session.suspend", NULL, "Suspend dbtop; fg comes back"),
	ROW("mouse.toggle", NULL, "Mouse on or off; off, the terminal selects text"),
	ROW("screen.redraw", NULL, "Paint the whole screen again"),
	ROW("theme.set", "NAME", "Use another theme"),
	ROW("settings.open", NULL, "Settings: themes, shown as you move"),
	ROW("settings.keep", NULL, "Leave the settings with the theme shown"),
	ROW("settings.cancel", NULL, "Leave the settings with the theme there was"),
	ROW("theme.next", NULL, "Use the next theme of the list"),
	ROW("step.leave", NULL, "Leave the step-through; a step that runs goes on"),
	ROW("help.run", "COMMAND", "Leave help and run a command"),
	ROW("key.hint", "TEXT", "Say what a key does not do"),
	ROW("cursor.up", NULL, "One row up"),
	ROW("cursor.down", NULL, "One row down"),
	ROW("cursor.page-up", NULL, "A page up"),
	ROW("cursor.page-down", NULL, "A page down"),
	ROW("cursor.first", NULL, "First row"),
	ROW("cursor.last", NULL, "Last row"),
	ROW("list.sort", NULL, "Sort by the next column"),
	ROW("list.reverse", NULL, "Reverse the order"),
	ROW("column.left", NULL, "Bring hidden columns in from the left"),
	ROW("column.right", NULL, "Bring hidden columns in from the right"),
	ROW("item.open", NULL, "Open what is selected"),
	ROW("item.describe", NULL, "Describe what is selected"),
	ROW("item.rollback", NULL, "Roll back to before what is selected"),
	ROW("item.edit", NULL, "Edit what is selected"),
	ROW("item.editor", NULL, "Edit what is selected in $EDITOR"),
	ROW("item.mark", NULL, "Tick a todo, or open it again"),
	ROW("item.delete", NULL, "Delete what is selected; undo brings it back"),
	ROW("item.copy", "[screen]", "Copy what is selected, or the whole screen (OSC 52)"),
	ROW("item.record", NULL, "Show the selected row with all its columns"),
	ROW("search.next", NULL, "Go to the next match"),
	ROW("search.previous", NULL, "Go to the match before"),
	ROW("item.break", NULL, "Breakpoint before the selected step"),
};

static const struct {
	const char *name;
	void (*does)(struct frame *f, const char *arg);
} handlers[] = {
	{ "view.go", view_go },
	{ "view.back", view_back },
	{ "panel.next", panel_next },
	{ "panel.previous", panel_previous },
	{ "panel.zoom", panel_zoom },
	{ "command.type", line_command },
	{ "list.filter", line_filter },
	{ "note.new", line_note },
	{ "note.change", line_note_change },
	{ "note.editor", line_note_editor },
	{ "session.toggle", session_toggle },
	{ "session.interrupt", session_interrupt },
	{ "session.suspend", session_suspend },
	{ "mouse.toggle", mouse_toggle },
	{ "screen.redraw", screen_redraw },
	{ "theme.set", theme_set },
	{ "settings.open", settings_open },
	{ "settings.keep", settings_keep },
	{ "settings.cancel", settings_cancel },
	{ "theme.next", theme_next },
	{ "step.leave", step_leave },
	{ "item.copy", row_copy },
	{ "item.record", row_record },
	{ "key.hint", key_hint },
	{ "help.run", help_run },
};

void actions_register(void)
{
	command_add(rows, ARRAY_SIZE(rows));
}

bool action_is_own(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (strcmp(rows[i].name, name) == 0)
			return true;
	return false;
}

/* By its key, which is what was pressed; the command's name only where no key leads to it. */
static void say_nothing_here(struct frame *f, const char *name)
{
	const char *scopes[SCOPES_MAX + 1];

	frame_scopes(f, scopes);
	const struct binding *key = keymap_find_command(&f->keymap, scopes, name);
	app_message(f->app, MESSAGE_INFO, "%s does nothing here; ? shows what does",
		key ? key->shown : name);
}

bool frame_action(struct frame *f, const char *line)
{
	char name[64];
	size_t len = strcspn(line, " ");
	const char *arg = line[len] ? line + len + 1 : "";
	snprintf(name, sizeof(name), "%.*s", (int)len, line);
	for (size_t i = 0; i < ARRAY_SIZE(handlers); i++) {
		if (strcmp(handlers[i].name, name) == 0) {
			handlers[i].does(f, arg);
			return true;
		}
	}
	if (view_find(name)) { /* :messages, :pool */
		view_go(f, name);
		return true;
	}
	if (!action_is_own(name))
		return false;
	if (!frame_panel_command(f, line))
		say_nothing_here(f, name);
	return true;
}
