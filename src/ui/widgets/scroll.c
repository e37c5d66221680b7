// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/scroll.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/visible.h"
#include "base/width.h"
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

/* What is done with the rows of a text as they are wrapped. */
struct walk {
	struct surface *s; /* NULL: they are only counted */
	int columns, top;
	enum role role;
	const char *search;
	int from, by; /* where a search begins, and its direction; by 0 = none */
	int found;    /* row; -1 = none */
};

static void mark_matches(const struct walk *walk, int x, int y, struct span row)
{
	char *text = mem_strndup(row.data, row.len);
	const char *at = text;
	while (*walk->search && (at = strcasestr(at, walk->search))) {
		int before = (int)width_columns(span_from(text, (size_t)(at - text)));
		int columns = text_columns(walk->search);
		surface_restyle(walk->s, (struct rect){ x + before, y, columns, 1 }, ROLE_MATCH);
		at += strlen(walk->search);
	}
	free(text);
}

static void take_row(struct walk *walk, int number, int indent, struct span row)
{
	int y = number - walk->top;
	if (walk->s && y >= 0 && y < walk->s->height) {
		surface_text(walk->s, 1 + indent, y, walk->role, row, walk->columns - indent);
		mark_matches(walk, 1 + indent, y, row);
	}
	bool is_ahead = walk->by > 0 ? number >= walk->from && walk->found < 0
				     : walk->by < 0 && number <= walk->from;
	if (!is_ahead)
		return;
	char *text = mem_strndup(row.data, row.len);
	if (strcasestr(text, walk->search))
		walk->found = number;
	free(text);
}

/* Returns how many rows there are. */
static int walk_text(struct walk *walk, const char *text)
{
	char *visible = visible_new(text, VISIBLE_TEXT);
	struct span rest = span_of(visible), line, row;
	int rows = 0;
	walk->found = -1;
	while (span_line(&rest, &line)) {
		int hang = hang_of(line, walk->columns), indent = 0;
		if (!line.len)
			rows++;
		while (wrap_next(&line, walk->columns - indent, &row)) {
			take_row(walk, rows++, indent, row);
			indent = hang;
		}
	}
	free(visible);
	return rows;
}

void scroll_draw(struct surface *s, const struct scroll *scroll, const char *text, enum role role)
{
	struct walk walk = { .columns = s->width - 2 };
	int rows = walk_text(&walk, text);
	int most = rows > s->height ? rows - s->height : 0;
	walk.top = scroll->top > (size_t)most ? most : (int)scroll->top;
	walk.s = s;
	walk.role = role;
	walk.search = scroll->search;
	walk_text(&walk, text);
	int below = rows - walk.top - s->height;
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

static int last_top(const struct scroll_text *text)
{
	struct walk walk = { .columns = text->width - 2 };
	int rows = walk_text(&walk, text->text);
	return rows > text->height ? rows - text->height : 0;
}

/* To the nearest row that holds it, from `from` on; after the last it begins again at the other end. */
static void search(struct scroll *scroll, const struct scroll_text *text, int from, int by,
	struct panel_answer *answer)
{
	struct walk walk = {
		.columns = text->width - 2, .search = scroll->search, .from = from, .by = by
	};
	if (!scroll->search[0]) {
		snprintf(answer->say, sizeof(answer->say), "nothing is searched for; / does");
		return;
	}
	walk_text(&walk, text->text);
	if (walk.found < 0) {
		walk.from = by > 0 ? 0 : INT_MAX;
		walk_text(&walk, text->text);
	}
	if (walk.found >= 0)
		scroll->top = (size_t)walk.found;
	else
		snprintf(
			answer->say, sizeof(answer->say), "%s does not occur here", scroll->search);
}

static bool search_command(struct scroll *scroll, const struct scroll_text *text,
	const char *command, struct panel_answer *answer)
{
	static const char typed[] = "list.filter ";
	if (strcmp(command, "list.clear") == 0) {
		bool had_search = scroll->search[0];
		scroll->search[0] = '\0';
		return had_search;
	}
	if (strcmp(command, "list.filter") == 0)
		return true;
	if (strncmp(command, typed, strlen(typed)) == 0) {
		snprintf(scroll->search, sizeof(scroll->search), "%s", command + strlen(typed));
		search(scroll, text, (int)scroll->top, 1, answer);
	} else if (strcmp(command, "search.next") == 0) {
		search(scroll, text, (int)scroll->top + 1, 1, answer);
	} else if (strcmp(command, "search.previous") == 0) {
		search(scroll, text, (int)scroll->top - 1, -1, answer);
	} else {
		return false;
	}
	return true;
}

bool scroll_command(struct scroll *scroll, const struct scroll_text *text, const char *command,
	struct panel_answer *answer)
{
	long rows;
	if (!scroll_rows(command, &rows))
		return search_command(scroll, text, command, answer);
	long most = last_top(text);
	long from = (long)scroll->top < most ? (long)scroll->top : most;
	long top = from + rows;
	scroll->top = (size_t)(top < 0 ? 0 : top > most ? most : top);
	return true;
}
