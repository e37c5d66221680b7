// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/scroll.h"

#include <stdlib.h>
#include <string.h>

#include "base/visible.h"
#include "ui/pen.h"
#include "ui/wrap.h"

/* Where the text of "label   text" begins; without a label where the line does. */
static int hang_of(struct span line, int columns)
{
	size_t start = 0, at;
	while (start < line.len && line.data[start] == ' ')
		start++;
	for (at = start; at + 2 < line.len && (int)at < columns / 2; at++) {
		if (line.data[at] != ' ' || line.data[at + 1] != ' ')
			continue;
		while (at < line.len && line.data[at] == ' ')
			at++;
		return (int)at < columns / 2 ? (int)at : (int)start;
	}
	return (int)start < columns / 2 ? (int)start : 0;
}

/* Counts the rows; draws those that are in sight when s is not NULL. */
static int walk(struct surface *s, const char *text, int columns, int top, enum role role)
{
	char *visible = visible_new(text, VISIBLE_TEXT);
	struct span rest = span_of(visible), line, row;
	int rows = 0;
	while (span_line(&rest, &line)) {
		int hang = hang_of(line, columns), indent = 0;
		bool is_empty = !line.len;
		while (is_empty || wrap_next(&line, columns - indent, &row)) {
			int y = rows++ - top;
			if (s && !is_empty && y >= 0 && y < s->height)
				surface_text(s, 1 + indent, y, role, row, columns - indent);
			indent = hang;
			if (is_empty)
				break;
		}
	}
	free(visible);
	return rows;
}

int scroll_text_rows(const char *text, int width)
{
	return walk(NULL, text, width - 2, 0, ROLE_TEXT);
}

void scroll_draw(struct surface *s, const struct scroll *scroll, const char *text, enum role role)
{
	int rows = scroll_text_rows(text, s->width);
	int most = rows > s->height ? rows - s->height : 0;
	int top = scroll->top > (size_t)most ? most : (int)scroll->top;
	walk(s, text, s->width - 2, top, role);
	int below = rows - top - s->height;
	if (below > 0 && s->height > 0) {
		struct pen pen = pen_at(s, 0, s->height - 1);
		char words[48];
		snprintf(words, sizeof(words), " %s %d more ", s->glyphs->text[GLYPH_MORE], below);
		pen.x = s->width - text_columns(words) - 1;
		pen.x = pen.x < 0 ? 0 : pen.x;
		pen_text(&pen, ROLE_DIM, words);
	}
}

bool scroll_rows(const char *command, long *rows)
{
	static const struct {
		const char *name;
		long by;
	} moves[] = {
		{ "cursor.up", -1 },
		{ "cursor.down", 1 },
		{ "cursor.page-up", -10 },
		{ "cursor.page-down", 10 },
		{ "cursor.first", -1000000 },
		{ "cursor.last", 1000000 },
	};
	for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++) {
		if (strcmp(command, moves[i].name) != 0)
			continue;
		*rows = moves[i].by;
		return true;
	}
	return false;
}

bool scroll_command(struct scroll *scroll, const char *command, int most)
{
	long rows;
	if (!scroll_rows(command, &rows))
		return false;
	long from = (long)scroll->top < most ? (long)scroll->top : most;
	long top = from + rows;
	scroll->top = top < 0 ? 0 : top > most ? (size_t)most : (size_t)top;
	return true;
}
