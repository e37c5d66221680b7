// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * readline in callback mode. Its rules, each learned the hard way: our own bytes by rl_getc_function, our own painter
 * (rl_redisplay() would call the default one), rl_display_prompt rather than rl_prompt, pastes collected outside, and
 * ^C by removing and installing the handler again.
 */
#include "ui/lineedit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/width.h"
#include "ui/pen.h"

enum { RING_BYTES = 4096, HISTORY_MAX = 200 };

static struct {
	bool is_ready, is_open;
	struct lineedit_request request;
	char *prompt; /* owned */
	char ring[RING_BYTES];
	size_t head, tail;
	FILE *nowhere; /* owned; readline believes this is its terminal */
	char *line;    /* owned; set by the handler */
	bool is_done;
	char *before; /* owned; what stands before the word being completed */
} own;

static int ring_get(FILE *stream)
{
	(void)stream;
	if (own.head == own.tail)
		return EOF;
	unsigned char byte = (unsigned char)own.ring[own.head];
	own.head = (own.head + 1) % RING_BYTES;
	return byte;
}

static int ring_has(void)
{
	return own.head != own.tail;
}

/* Only notes the line: removing the handler inside it is not allowed everywhere. */
static void take_line(char *line)
{
	free(own.line);
	own.line = line;
	own.is_done = true;
}

static void paint_nothing(void)
{
}

static char *completion_next(const char *text, int state)
{
	static size_t index;
	if (state == 0)
		index = 0;
	char *candidate;
	while ((candidate = own.request.complete(own.request.arg, own.before, index++))) {
		if (strncmp(candidate, text, strlen(text)) == 0)
			return candidate;
		free(candidate);
	}
	return NULL;
}

static char **completions(const char *text, int start, int end)
{
	(void)end;
	rl_attempted_completion_over = 1;
	if (!own.request.complete)
		return NULL;
	free(own.before);
	own.before = mem_strndup(rl_line_buffer, (size_t)start);
	return rl_completion_matches(text, completion_next);
}

static void show_matches(char **matches, int count, int longest)
{
	(void)matches;
	(void)count;
	(void)longest;
}

static void get_ready(void)
{
	own.nowhere = fopen("/dev/null", "w+");
	assert_always(own.nowhere, "there is a /dev/null");
	rl_readline_name = "dbtop";
	rl_getc_function = ring_get;
	rl_input_available_hook = ring_has;
	rl_redisplay_function = paint_nothing;
	rl_catch_signals = 0;
	rl_catch_sigwinch = 0;
	rl_change_environment = 0;
	rl_prep_term_function = NULL;
	rl_deprep_term_function = NULL;
	rl_instream = own.nowhere;
	rl_outstream = own.nowhere;
	rl_attempted_completion_function = completions;
	rl_completion_display_matches_hook = show_matches;
	using_history();
	stifle_history(HISTORY_MAX);
	own.is_ready = true;
}

static void install(void)
{
	rl_callback_handler_install(own.prompt, take_line);
	rl_variable_bind("bell-style", "none");
	rl_variable_bind("enable-bracketed-paste", "off");
}

void lineedit_open(const struct lineedit_request *request)
{
	if (!own.is_ready)
		get_ready();
	lineedit_cancel();
	own.request = *request;
	free(own.prompt);
	own.prompt = mem_strdup(request->prompt);
	own.head = own.tail = 0;
	own.is_done = false;
	install();
	own.is_open = true;
	if (request->initial)
		rl_insert_text(request->initial);
}

bool lineedit_is_open(void)
{
	return own.is_open;
}

/* Tell the end. The request is forgotten first, so that done() may open another line. */
static void finish(const char *text)
{
	struct lineedit_request request = own.request;
	own.is_open = false;
	rl_callback_handler_remove();
	if (text && *text && request.has_history)
		add_history(text);
	request.done(request.arg, text);
}

void lineedit_cancel(void)
{
	if (!own.is_open)
		return;
	rl_callback_sigcleanup();
	finish(NULL);
}

static void finish_if_done(void)
{
	char *line = own.line;
	own.line = NULL;
	own.is_done = false;
	finish(line);
	free(line);
}

void lineedit_bytes(struct span bytes)
{
	for (size_t i = 0; i < bytes.len && own.is_open; i++) {
		own.ring[own.tail] = bytes.data[i];
		own.tail = (own.tail + 1) % RING_BYTES;
		while (ring_has() && own.is_open) {
			rl_callback_read_char();
			if (own.is_done)
				finish_if_done();
		}
	}
	if (own.is_open && own.request.changed)
		own.request.changed(own.request.arg, rl_line_buffer);
}

void lineedit_paste(struct span text)
{
	if (!own.is_open)
		return;
	char *copy = mem_strndup(text.data, text.len);
	for (char *c = copy; *c; c++)
		if (*c == '\n' || *c == '\r' || *c == '\t')
			*c = ' ';
	rl_begin_undo_group();
	rl_insert_text(copy);
	rl_end_undo_group();
	free(copy);
	if (own.request.changed)
		own.request.changed(own.request.arg, rl_line_buffer);
}

const char *lineedit_text(void)
{
	return own.is_open && rl_line_buffer ? rl_line_buffer : "";
}

int lineedit_draw(struct surface *s, int y)
{
	struct pen pen = pen_at(s, 1, y);
	pen_text(&pen, ROLE_KEY, rl_display_prompt ? rl_display_prompt : own.prompt);
	struct span all = span_of(rl_line_buffer ? rl_line_buffer : "");
	size_t point = (size_t)rl_point < all.len ? (size_t)rl_point : all.len;
	int room = pen_room(&pen) - 1;
	/* drop from the left, a grapheme at a time, until the cursor is seen */
	while (point && (int)width_columns(span_from(all.data, point)) > room) {
		size_t first = width_cut(all, 1);
		first = first ? first : width_cut(all, 2);
		first = first && first <= point ? first : 1;
		all = span_from(all.data + first, all.len - first);
		point -= first;
	}
	int before = (int)width_columns(span_from(all.data, point));
	surface_text(s, pen.x, y, ROLE_INPUT, all, pen_room(&pen));
	return pen.x + before;
}

void lineedit_release(void)
{
	lineedit_cancel();
	if (!own.is_ready)
		return;
	clear_history();
	free(own.prompt);
	free(own.before);
	own.prompt = own.before = NULL;
	fclose(own.nowhere);
	own.nowhere = NULL;
	own.is_ready = false;
}
