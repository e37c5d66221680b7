// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/wrap.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/visible.h"
#include "base/width.h"

static struct span without(struct span text, size_t bytes)
{
	return span_from(text.data + bytes, text.len - bytes);
}

/* Bytes up to the newline or the end. */
static size_t line_length(struct span text)
{
	const char *end = text.len ? memchr(text.data, '\n', text.len) : NULL;
	return end ? (size_t)(end - text.data) : text.len;
}

bool wrap_next(struct span *rest, int columns, struct span *row)
{
	if (!rest->len)
		return false;
	struct span line = span_from(rest->data, line_length(*rest));
	size_t fits = width_cut(line, columns > 0 ? (size_t)columns : 1);
	if (fits == line.len) {
		*row = line;
		*rest = without(*rest, line.len < rest->len ? line.len + 1 : line.len);
		return true;
	}
	size_t cut = fits;
	while (cut > 0 && line.data[cut] != ' ')
		cut--;
	cut = cut ? cut : fits ? fits : 1;
	*row = span_from(line.data, cut);
	while (cut < line.len && line.data[cut] == ' ')
		cut++;
	*rest = without(*rest, cut);
	return true;
}

int wrap_rows(const char *text, int columns, int hang)
{
	char *visible = visible_new(text, VISIBLE_TEXT);
	struct span rest = span_of(visible), row;
	int rows = 0;
	while (wrap_next(&rest, rows ? columns - hang : columns, &row))
		rows++;
	free(visible);
	return rows;
}

int wrap_draw(struct surface *s, struct rect at, enum role role, const char *text, int hang)
{
	char *visible = visible_new(text, VISIBLE_TEXT);
	struct span rest = span_of(visible), row;
	int y = at.y, x = at.x, columns = at.width;
	while (y < at.y + at.height && wrap_next(&rest, columns, &row)) {
		surface_text(s, x, y++, role, row, columns);
		x = at.x + hang;
		columns = at.width - hang;
	}
	free(visible);
	return y;
}
