// SPDX-License-Identifier: GPL-3.0-or-later
#include "screen/console_world.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "screen/fixtures.h"
#include "ui/frame_private.h"
#include "ui/lineedit.h"

bool console_world_open(struct console_world *w, const char *fixture, int columns, int rows,
	const char *glyphs, const char *theme)
{
	const struct glyphs *set = glyphs_find(glyphs);
	*w = (struct console_world){ .loop = loop_new_virtual() };
	app_init(&w->app, w->loop);
	term_record_init(&w->term, columns, rows);
	if (!set || !fixture_fill(&w->app, fixture))
		return false;
	w->offset_us = w->app.model.now_us - loop_now_us(w->loop);
	struct frame_options options = { .glyphs = set, .theme = theme };
	w->frame = frame_new(&w->app, &w->term.term, &options);
	bus_deliver(&w->app.bus);
	return true;
}

void console_world_close(struct console_world *w)
{
	lineedit_release();
	frame_free(w->frame);
	fixture_release(&w->app);
	app_release(&w->app);
	loop_free(w->loop);
}

static void wait_ms(struct console_world *w, long ms)
{
	struct model *model = &w->app.model;
	int64_t before_us = model->now_us;
	loop_advance_ms(w->loop, ms);
	model->now_us = loop_now_us(w->loop) + w->offset_us;
	model->now_wall_us += model->now_us - before_us;
	bus_post(&w->app.bus, EVENT_TICK);
	bus_deliver(&w->app.bus);
}

static void type_letter(struct console_world *w, char letter)
{
	struct key key = { letter == ' ' ? (uint32_t)KEYSYM_SPACE : (uint32_t)letter, 0 };
	if (lineedit_is_open())
		frame_bytes(w->frame, span_from(&letter, 1));
	else
		frame_key(w->frame, key);
}

static void press(struct console_world *w, struct key key)
{
	if (lineedit_is_open() && key.code == KEYSYM_ENTER)
		frame_bytes(w->frame, span_of("\r"));
	else if (lineedit_is_open() && key.code == KEYSYM_TAB)
		frame_bytes(w->frame, span_of("\t"));
	else
		frame_key(w->frame, key);
}

static bool open_prompt(struct console_world *w, const char *name)
{
	struct confirmation what;
	struct err e;
	if (!fixture_confirmation(name, &what))
		return false;
	frame_prompt_drop(w->frame);
	w->frame->asked = call_new(&w->app, "session.lock", &e);
	prompt_open(&w->frame->prompt, &what, &w->app.model);
	frame_dirty(w->frame);
	return w->frame->asked != NULL;
}

static void do_line(struct console_world *w, const char *line)
{
	char *copy = mem_strdup(line);
	for (char *c = copy; *c; c++)
		if (*c == '_')
			*c = ' ';
	frame_do(w->frame, copy);
	free(copy);
}

static bool type_word(struct console_world *w, const char *word)
{
	struct key key;
	if (strncmp(word, "wait:", 5) == 0) {
		wait_ms(w, strtol(word + 5, NULL, 10));
	} else if (strncmp(word, "prompt:", 7) == 0) {
		return open_prompt(w, word + 7);
	} else if (strncmp(word, "paste:", 6) == 0) {
		frame_paste(w->frame, span_of(word + 6));
	} else if (strncmp(word, "do:", 3) == 0) {
		do_line(w, word + 3);
	} else if (sscanf(word, "size:%dx%d", &w->term.columns, &w->term.rows) == 2) {
		frame_resize(w->frame);
	} else if (key_parse(word, &key)) {
		press(w, key);
	} else {
		return false;
	}
	return true;
}

bool console_world_type(struct console_world *w, const char *words, char bad[64])
{
	while (*words) {
		if (*words == ' ') {
			words++;
			continue;
		}
		if (*words == '"') {
			for (words++; *words && *words != '"'; words++)
				type_letter(w, *words);
			words += *words == '"';
			continue;
		}
		size_t len = strcspn(words, " ");
		snprintf(bad, 64, "%.*s", (int)len, words);
		if (!type_word(w, bad))
			return false;
		words += len;
		bus_deliver(&w->app.bus);
		console_world_draw(w);
	}
	return true;
}

void console_world_draw(struct console_world *w)
{
	bus_deliver(&w->app.bus);
	frame_draw(w->frame, false);
}
