// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Commands of core, started from the screen: refused with the reason, asked about in a prompt, answered on the message
 * line or, when the answer is long, in a view of its own.
 */
#include "ui/frame_private.h"

#include <inttypes.h>
#include <string.h>

#include "ui/pen.h"

enum { LABEL = 13 };

static void add_line(struct frame *f, int depth, const char *label, const char *text)
{
	if (f->report.len)
		str_add_char(&f->report, '\n');
	str_pad(&f->report, ' ', (size_t)depth * 2);
	if (!label || !text) {
		str_add(&f->report, label ? label : text ? text : "");
		return;
	}
	str_addf(&f->report, "%-*s ", LABEL, label);
	for (; *text; text++) { /* its other lines stand under the first */
		str_add_char(&f->report, *text);
		if (*text == '\n' && text[1])
			str_pad(&f->report, ' ', (size_t)depth * 2 + LABEL + 1);
	}
}

static void number_words(const struct node *node, char out[NUMBER_BYTES])
{
	switch (node->unit) {
	case UNIT_BYTES: number_bytes(node->number, out); break;
	case UNIT_MS: number_ms(node->number, out); break;
	case UNIT_NONE:
	case UNIT_COUNT:
	case UNIT_PERCENT:
	case UNIT_WALL_US: number_count(node->number, out); break;
	}
}

static void add_node(struct frame *f, const struct node *node, int depth)
{
	char number[NUMBER_BYTES];
	switch (node->kind) {
	case NODE_OBJECT:
	case NODE_LIST:
	case NODE_TABLE:
		if (node->label)
			add_line(f, depth, node->label, NULL);
		for (const struct node *child = node->first; child && depth < 8;
			child = child->next)
			add_node(f, child, depth + (node->label != NULL));
		if (!node->label && depth)
			add_line(f, 0, NULL, NULL);
		break;
	case NODE_TEXT:
		if (node->label || !node->name)
			add_line(f, depth, node->label, node->text);
		break;
	case NODE_INT:
		number_words(node, number);
		if (node->label)
			add_line(f, depth, node->label, number);
		break;
	case NODE_BOOL:
		if (node->label)
			add_line(f, depth, node->label, node->number ? "yes" : "no");
		break;
	case NODE_NULL: break;
	}
}

void frame_show_text(struct frame *f, const char *title, const char *text)
{
	const struct view *view = view_find("report");
	struct panel *panel = frame_panel(f, view->panels[0]);
	if (text != str_c(&f->report)) {
		str_clear(&f->report);
		str_add(&f->report, text);
	}
	snprintf(f->report_title, sizeof(f->report_title), "%s", title);
	f->context.report_title = f->report_title;
	f->context.report_text = str_c(&f->report);
	memset(panel->state, 0, panel->class->state_size); /* from its first line on */
	frame_push(f, view);
}

static void show_report(struct frame *f, const struct report *report)
{
	str_clear(&f->report);
	for (const struct node *node = report->says->first; node; node = node->next)
		add_line(f, 0, NULL, node->text);
	for (const struct node *node = report->data->first; node; node = node->next)
		add_node(f, node, 0);
	for (const struct node *node = report->warnings->first; node; node = node->next)
		add_line(f, 0, "warning", node->text);
	frame_show_text(f, report->command, str_c(&f->report));
}

/* One sentence says it all; a command without any has nothing to say but its data. */
static bool is_short(const struct report *report)
{
	const struct node *first = report->says->first;
	bool is_empty = !first && !report->data->first;
	return (is_empty || (first && !first->next)) && !report->warnings->first;
}

/* What a finished call has to say. */
static void call_done(void *arg, struct call *call)
{
	struct frame *f = arg;
	const struct report *report = &call->report;
	frame_dirty(f);
	if (report->has_error)
		app_message_err(f->app, &report->error);
	else if (!is_short(report))
		show_report(f, report);
	else if (report->says->first)
		frame_say(f, report->says->first->text);
}

void frame_calls_forget(struct frame *f)
{
	for (struct call *call = f->app->calls; call; call = call->next)
		if (call->done == call_done && call->arg == f)
			call->done = NULL;
}

void frame_prompt_drop(struct frame *f)
{
	if (f->asked)
		call_free(f->asked);
	f->asked = NULL;
	f->prompt.is_open = false;
}

static void ask(struct frame *f, struct call *call, const struct confirmation *what)
{
	frame_prompt_drop(f);
	f->asked = call;
	prompt_open(&f->prompt, what, &f->app->model);
	if (f->input)
		input_flush(f->input);
	frame_dirty(f);
}

void frame_call(struct frame *f, const char *line)
{
	struct err e;
	struct confirmation what;
	const char *why = NULL;
	struct call *call = call_new(f->app, line, &e);
	if (!call) {
		app_message_err(f->app, &e);
		return;
	}
	if (!command_is_enabled(f->app, call->command, &why)) {
		app_message(f->app, MESSAGE_WARN, "%s: %s", call->command->name,
			why ? why : "not possible now");
		call_free(call);
		return;
	}
	if (call->command->asks && !call_arg(call, 0)) {
		line_ask(f, call->command);
		call_free(call);
		return;
	}
	call_confirmation(call, &what);
	if (what.level > 0)
		ask(f, call, &what);
	else
		call_start(call, NULL, call_done, f);
}

static void prompt_answered(struct frame *f, enum prompt_answer answer)
{
	if (answer == PROMPT_OPEN)
		return;
	struct call *call = f->asked;
	struct confirmation what = f->prompt.what;
	const char *why = f->prompt.why_closed;
	f->asked = NULL;
	f->prompt.is_open = false;
	frame_dirty(f);
	if (answer == PROMPT_YES) {
		call_start(call, &what, call_done, f);
		return;
	}
	call_free(call);
	if (why)
		frame_say(f, why);
}

void frame_prompt_key(struct frame *f, struct key key)
{
	enum prompt_answer answer = prompt_key(&f->prompt, &f->app->model, key);
	if (answer == PROMPT_YES) {
		f->yes_key = key;
		f->yes_us = f->app->model.now_us;
	}
	prompt_answered(f, answer);
}

void frame_prompt_check(struct frame *f)
{
	if (f->prompt.is_open)
		prompt_answered(f, prompt_check(&f->prompt, &f->app->model));
}
