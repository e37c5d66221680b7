// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/scroll.h"

#include <stdlib.h>
#include <string.h>

#include "base/visible.h"
#include "ui/pen.h"
#include "ui/wrap.h"

void scroll_draw(struct surface *s, const struct scroll *scroll, const char *text, enum role role)
{
	int columns = s->width - 2, rows = wrap_rows(text, columns, 0), y = 0;
	int most = rows > s->height ? rows - s->height : 0;
	int top = scroll->top > (size_t)most ? most : (int)scroll->top;
	char *visible = visible_new(text, VISIBLE_TEXT);
	struct span rest = span_of(visible), row;
	for (int i = 0; wrap_next(&rest, columns, &row) && y < s->height; i++)
		if (i >= top)
			surface_text(s, 1, y++, role, row, columns);
	free(visible);
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

bool scroll_command(struct scroll *scroll, const char *command)
{
	long rows;
	if (!scroll_rows(command, &rows))
		return false;
	long top = (long)scroll->top + rows;
	scroll->top = top < 0 ? 0 : top > 100000 ? 100000 : (size_t)top;
	return true;
}
