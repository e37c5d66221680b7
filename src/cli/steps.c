// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/steps.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/visible.h"
#include "base/width.h"
#include "cli/print.h"

#define ERASE_LINE "\r\033[K"

enum { COLUMNS_DEFAULT = 80 };

static size_t columns_of(FILE *talk)
{
	struct winsize size;

	if (ioctl(fileno(talk), TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return COLUMNS_DEFAULT;
	return size.ws_col;
}

void steps_init(struct steps *steps, FILE *talk, bool is_watched, bool has_color)
{
	const char *term = getenv("TERM");

	*steps = (struct steps){ .talk = talk,
		.is_watched = is_watched,
		.is_live = is_watched && term && strcmp(term, "dumb") != 0,
		.has_color = has_color,
		.columns = columns_of(talk) };
}

/* It stays on one row: what would wrap could not be erased. */
static void show_open(const struct steps *steps)
{
	struct span text = str_span(&steps->open);

	if (!text.len)
		return;
	size_t len = width_cut(text, steps->columns > 1 ? steps->columns - 1 : 1);
	fprintf(steps->talk, ERASE_LINE "%.*s", (int)len, text.data);
	fflush(steps->talk);
}

static void hide_open(const struct steps *steps)
{
	if (steps->open.len)
		fputs(ERASE_LINE, steps->talk);
}

static void open_line(struct steps *steps, const char *text)
{
	str_clear(&steps->open);
	str_add(&steps->open, "   ");
	visible_add(&steps->open, span_of(text), VISIBLE_LINE);
	show_open(steps);
}

static const struct step_mark {
	const char *kind, *mark, *color;
} marks[] = {
	{ "step_done", "ok", PRINT_GREEN },
	{ "step_failed", "failed", PRINT_RED },
	{ "step_rolled_back", "rolled back", PRINT_YELLOW },
};

static const struct step_mark *mark_of(const char *kind)
{
	for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
		if (strcmp(marks[i].kind, kind) == 0)
			return &marks[i];
	}
	return NULL;
}

static void print_line(const struct steps *steps, const struct step_mark *mark, const char *text)
{
	char *visible = visible_new(text, VISIBLE_LINE);

	if (!mark)
		fprintf(steps->talk, "   %s\n", visible);
	else
		fprintf(steps->talk, "%s%s%s %s\n", steps->has_color ? mark->color : "", mark->mark,
			steps->has_color ? PRINT_PLAIN : "", visible);
	fflush(steps->talk);
	free(visible);
}

void steps_tell(struct steps *steps, const struct call_event *event)
{
	const struct step_mark *mark = mark_of(event->kind);

	if (strcmp(event->kind, "step_start") == 0) {
		if (steps->is_live)
			open_line(steps, event->text);
		else if (steps->is_watched)
			print_line(steps, NULL, event->text);
		return;
	}
	hide_open(steps);
	print_line(steps, mark, event->text);
	if (mark) {
		str_clear(&steps->open);
		steps->has_told = true;
	}
	show_open(steps);
}

void steps_tick(struct steps *steps, const struct run_view *run, int64_t now_us)
{
	struct str line = { 0 };

	if (steps->is_watched && progress_line(&steps->progress, run, now_us, &line)) {
		if (steps->is_live)
			open_line(steps, str_c(&line));
		else
			print_line(steps, NULL, str_c(&line));
	}
	str_release(&line);
}

void steps_release(struct steps *steps)
{
	hide_open(steps);
	fflush(steps->talk);
	str_release(&steps->open);
	steps->open = (struct str){ 0 };
}
