// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The screen's own commands: rows like those of core, so that help, completion and key files know them, and what they do
 * to the frame. Those without a function are for the focused panel.
 */
#include "ui/frame_private.h"

#include <stdlib.h>
#include <string.h>

#include "ui/actions.h"
#include "ui/lineedit.h"
#include "ui/widgets/filter.h"

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

static bool panel_command(struct frame *f, const char *line)
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
	} else if (!panel_command(f, "list.clear")) {
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
		panel_command(f, step == 1 ? "panel.next" : "panel.previous");
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

/* ---- lines ---- */

static void line_opened(struct frame *f, const struct lineedit_request *request)
{
	lineedit_open(request);
	if (f->input)
		input_line_mode(f->input, true);
}

static void line_closed(struct frame *f)
{
	if (f->input)
		input_line_mode(f->input, false);
	frame_dirty(f);
}

static void command_typed(void *arg, const char *text)
{
	struct frame *f = arg;
	line_closed(f);
	if (text && *text)
		frame_do(f, text);
}

static const char *complete_command(size_t index)
{
	return index < command_count() ? command_at(index)->name : NULL;
}

static void command_type(struct frame *f, const char *arg)
{
	struct lineedit_request request = { .prompt = ":",
		.initial = arg,
		.done = command_typed,
		.complete = complete_command,
		.has_history = true,
		.arg = f };
	line_opened(f, &request);
}

static void filter_set(struct frame *f, const char *text)
{
	char line[FILTER_BYTES + 16];
	snprintf(line, sizeof(line), "list.filter %s", text);
	panel_command(f, *text ? line : "list.clear");
	frame_dirty(f);
}

static void filter_typed(void *arg, const char *text)
{
	struct frame *f = arg;
	line_closed(f);
	filter_set(f, text ? text : "");
}

static void filter_changed(void *arg, const char *text)
{
	/* a regex half typed is not wrong yet */
	if (*text != '~')
		filter_set(arg, text);
}

static void list_filter(struct frame *f, const char *arg)
{
	struct lineedit_request request = {
		.prompt = "/", .done = filter_typed, .changed = filter_changed, .arg = f
	};
	struct panel_answer answer = { 0 };
	struct panel *panel = frame_focused(f);
	if (*arg)
		filter_set(f, arg);
	else if (panel->class->command &&
		 (panel->class->command(panel, frame_model(f), "list.filter", &answer)))
		line_opened(f, &request);
	else
		frame_say(f, "nothing to filter here");
}

/* ---- notes ---- */

/* As a command line wants it: quoted, `\n` typed in a note is a new line. */
static void add_quoted(struct str *line, const char *text, bool is_typed)
{
	str_add_char(line, '"');
	for (; *text; text++) {
		if (is_typed && text[0] == '\\' && text[1] == 'n') {
			str_add_char(line, '\n');
			text++;
			continue;
		}
		if (*text == '"' || *text == '\\')
			str_add_char(line, '\\');
		str_add_char(line, *text);
	}
	str_add_char(line, '"');
}

static void note_typed(void *arg, const char *text)
{
	struct frame *f = arg;
	struct panel_answer pin = { 0 };
	struct panel *panel = frame_focused(f);
	line_closed(f);
	if (!text || !*text)
		return;
	if (panel->class->command)
		panel->class->command(panel, frame_model(f), "item.pin", &pin);
	struct str line = { 0 };
	str_addf(&line, "note.add %s%s ", f->line_is_todo ? "--todo " : "", pin.command);
	if (pin.command[0]) {
		add_quoted(&line, pin.say, false);
		str_add_char(&line, ' ');
	}
	add_quoted(&line, text, true);
	frame_call(f, str_c(&line));
	str_release(&line);
}

static void note_new(struct frame *f, const char *arg)
{
	f->line_is_todo = strcmp(arg, "todo") == 0;
	struct lineedit_request request = {
		.prompt = f->line_is_todo ? "todo: " : "note: ", .done = note_typed, .arg = f
	};
	line_opened(f, &request);
}

static void note_edited(void *arg, const char *text)
{
	struct frame *f = arg;
	line_closed(f);
	if (!text || !*text)
		return;
	struct str line = { 0 };
	str_addf(&line, "note.edit %lld ", (long long)f->line_note_id);
	add_quoted(&line, text, true);
	frame_call(f, str_c(&line));
	str_release(&line);
}

static const struct note *note_of(const struct model *model, int64_t id)
{
	for (size_t i = 0; i < model->notes.count; i++)
		if (model->notes.items[i].id == id)
			return &model->notes.items[i];
	return NULL;
}

static void note_change(struct frame *f, const char *arg)
{
	const struct note *note = note_of(&f->app->model, strtoll(arg, NULL, 10));
	if (!note)
		return;
	struct str text = { 0 };
	for (const char *c = note->text; *c; c++) {
		if (*c == '\n')
			str_add(&text, "\\n");
		else
			str_add_char(&text, *c);
	}
	f->line_note_id = note->id;
	struct lineedit_request request = {
		.prompt = "edit: ", .initial = str_c(&text), .done = note_edited, .arg = f
	};
	line_opened(f, &request);
	str_release(&text);
}

/* The version is named: what somebody else wrote meanwhile is not written over. */
static void note_editor(struct frame *f, const char *arg)
{
	const struct note *note = note_of(&f->app->model, strtoll(arg, NULL, 10));
	struct err e;
	if (!note || !f->options.edit)
		return;
	if (run_state_is_busy(f->app->model.run.state)) {
		frame_say(f, "a step is running: first it, then the editor; i edits here");
		return;
	}
	char *text = f->options.edit(f->options.arg, note->text, &e);
	struct str line = { 0 };
	if (!text) {
		app_message_err(f->app, &e);
	} else if (strcmp(text, note->text) != 0) {
		str_addf(&line, "note.edit --version %lld %lld ", (long long)note->version,
			(long long)note->id);
		add_quoted(&line, text, false);
		frame_call(f, str_c(&line));
	}
	str_release(&line);
	free(text);
}

/* ---- session ---- */

static void session_toggle(struct frame *f, const char *arg)
{
	(void)arg;
	frame_call(f, f->app->model.is_armed ? "session.lock" : "session.arm");
}

/* First ^C: stop after this step. Second: cancel it. Idle: how to quit. */
static void session_interrupt(struct frame *f, const char *arg)
{
	enum run_state state = f->app->model.run.state;
	bool is_busy = run_state_is_busy(state);
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
	ROW("screen.redraw", NULL, "Paint the whole screen again"),
	ROW("theme.set", "NAME", "Use another theme"),
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
	{ "command.type", command_type },
	{ "list.filter", list_filter },
	{ "note.new", note_new },
	{ "note.change", note_change },
	{ "note.editor", note_editor },
	{ "session.toggle", session_toggle },
	{ "session.interrupt", session_interrupt },
	{ "session.suspend", session_suspend },
	{ "screen.redraw", screen_redraw },
	{ "theme.set", theme_set },
	{ "theme.next", theme_next },
	{ "step.leave", step_leave },
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
	if (!panel_command(f, line))
		app_message(f->app, MESSAGE_INFO, "%s does nothing here", name);
	return true;
}
