// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What is typed on the message line: a command after `:`, a filter after `/`, notes.
 */
#include "ui/frame_private.h"

#include <stdlib.h>
#include <string.h>

#include "ui/command_line.h"
#include "ui/lineedit.h"
#include "ui/widgets/filter.h"

static void line_opened(struct frame *f, const struct lineedit_request *request)
{
	lineedit_open(request);
	f->term->ops->mouse(f->term, false); /* its reports would be typed */
	if (f->input)
		input_line_mode(f->input, true);
}

static void line_closed(struct frame *f)
{
	f->term->ops->mouse(f->term, f->has_mouse);
	if (f->input)
		input_line_mode(f->input, false);
	frame_dirty(f);
}

static void command_typed(void *arg, const char *text)
{
	struct frame *f = arg;
	char line[COMMAND_LINE_BYTES];
	f->is_typing_command = false;
	line_closed(f);
	if (text && *text)
		frame_do(f, command_line_expand(text, line));
}

static char *complete_command(void *arg, const char *before, size_t index)
{
	const struct frame *f = arg;
	return command_line_candidate(&f->app->model, before, index);
}

void line_command(struct frame *f, const char *arg)
{
	struct lineedit_request request = { .prompt = ":",
		.initial = arg,
		.done = command_typed,
		.complete = complete_command,
		.has_history = true,
		.arg = f };
	line_opened(f, &request);
	f->is_typing_command = true;
}

static void filter_set(struct frame *f, const char *text)
{
	char line[FILTER_BYTES + 16];
	snprintf(line, sizeof(line), "list.filter %s", text);
	frame_panel_command(f, *text ? line : "list.clear");
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

void line_filter(struct frame *f, const char *arg)
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

void line_note(struct frame *f, const char *arg)
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

void line_note_change(struct frame *f, const char *arg)
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
void line_note_editor(struct frame *f, const char *arg)
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

/* ---- the words a command was started without ---- */

static void words_typed(void *arg, const char *text)
{
	struct frame *f = arg;
	struct str line = { 0 };
	line_closed(f);
	if (!text)
		return;
	if (!text[strspn(text, " ")]) {
		app_message(f->app, MESSAGE_WARN, "%s: nothing was said, so nothing is done",
			f->line_command->name);
		return;
	}
	str_addf(&line, "%s ", f->line_command->name);
	add_quoted(&line, text, false);
	frame_call(f, str_c(&line));
	str_release(&line);
}

void line_ask(struct frame *f, const struct command *command)
{
	struct lineedit_request request = {
		.prompt = command->asks, .done = words_typed, .arg = f
	};
	f->line_command = command;
	line_opened(f, &request);
}
