// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/surface.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/utf8.h"
#include "base/visible.h"
#include "base/width.h"

void surface_init(struct surface *s, int width, int height, const struct glyphs *glyphs)
{
	*s = (struct surface){ .is_owner = true,
		.stride = width,
		.width = width,
		.height = height,
		.glyphs = glyphs };
	size_t count = (size_t)width * (size_t)height;
	s->cells = mem_zero((count ? count : 1) * sizeof(*s->cells));
	surface_clear(s);
}

void surface_release(struct surface *s)
{
	if (s->is_owner)
		free(s->cells);
	*s = (struct surface){ 0 };
}

static int clamp(int value, int low, int high)
{
	return value < low ? low : value > high ? high : value;
}

/* The part of `at` that lies inside s. */
static struct rect clipped(const struct surface *s, struct rect at)
{
	int left = clamp(at.x, 0, s->width), top = clamp(at.y, 0, s->height);
	int right = clamp(at.x + at.width, left, s->width);
	int bottom = clamp(at.y + at.height, top, s->height);
	return (struct rect){ left, top, right - left, bottom - top };
}

struct surface surface_part(const struct surface *s, struct rect at)
{
	struct rect in = clipped(s, at);
	struct surface part = *s;
	part.is_owner = false;
	part.x += in.x;
	part.y += in.y;
	part.width = in.width;
	part.height = in.height;
	return part;
}

struct rect surface_rect(const struct surface *s)
{
	return (struct rect){ 0, 0, s->width, s->height };
}

static struct cell *cell_at(const struct surface *s, int x, int y)
{
	return &s->cells[(size_t)(s->y + y) * (size_t)s->stride + (size_t)(s->x + x)];
}

const struct cell *surface_cell(const struct surface *s, int x, int y)
{
	assert_always(x >= 0 && y >= 0 && x < s->width && y < s->height, "the cell is inside");
	return cell_at(s, x, y);
}

static void cell_blank(struct cell *cell)
{
	memset(cell->codes, 0, sizeof(cell->codes));
	cell->codes[0] = ' ';
	cell->width = 1;
}

/* Before a cell is written, the other half of a wide character in it becomes a blank; also across windows. */
static void free_halves(const struct surface *s, int x, int y, int width)
{
	struct cell *first = cell_at(s, x, y), *last = cell_at(s, x + width - 1, y);
	int column = s->x + x;
	if (first->width == 0 && column > 0)
		cell_blank(first - 1);
	if (last->width == 2 && column + width < s->stride)
		cell_blank(last + 1);
}

static void cell_write(
	struct surface *s, int x, int y, enum role role, const uint32_t *codes, int width)
{
	free_halves(s, x, y, width);
	struct cell *cell = cell_at(s, x, y);
	memset(cell, 0, sizeof(*cell) * (size_t)width);
	memcpy(cell->codes, codes, sizeof(cell->codes));
	cell->width = (uint8_t)width;
	for (int i = 0; i < width; i++)
		cell[i].role = (uint8_t)role;
}

void surface_fill(struct surface *s, struct rect at, enum role role)
{
	static const uint32_t blank[CELL_CODES] = { ' ' };
	struct rect in = clipped(s, at);
	for (int y = in.y; y < in.y + in.height; y++)
		for (int x = in.x; x < in.x + in.width; x++)
			cell_write(s, x, y, role, blank, 1);
}

void surface_clear(struct surface *s)
{
	surface_fill(s, surface_rect(s), ROLE_TEXT);
}

/* Take one grapheme off *rest: a letter and up to two marks. False at the end. */
static bool grapheme_next(struct span *rest, uint32_t codes[CELL_CODES], int *width)
{
	memset(codes, 0, sizeof(uint32_t) * CELL_CODES);
	int count = 0;
	while (rest->len) {
		uint32_t code;
		size_t bytes = utf8_decode(rest->data, rest->len, &code);
		if (!bytes)
			return false;
		int columns = width_of(code);
		if (count && columns != 0)
			break;
		rest->data += bytes;
		rest->len -= bytes;
		if (columns < 0)
			continue;
		if (!count)
			*width = columns;
		if (count < CELL_CODES)
			codes[count++] = code;
	}
	return count > 0;
}

/* Visible text in cells from x on, up to `end`. Returns the column after it. */
static int write_visible(struct surface *s, int x, int y, enum role role, struct span text, int end)
{
	uint32_t codes[CELL_CODES];
	int width = 0;
	while (grapheme_next(&text, codes, &width)) {
		if (width == 0) /* a mark without a letter: stands on a blank */
			memmove(codes + 1, codes, sizeof(uint32_t) * (CELL_CODES - 1)),
				codes[0] = ' ', width = 1;
		if (x + width > end)
			break;
		if (y >= 0 && y < s->height && x >= 0 && x + width <= s->width)
			cell_write(s, x, y, role, codes, width);
		x += width;
	}
	return x;
}

int surface_text(struct surface *s, int x, int y, enum role role, struct span text, int columns)
{
	if (columns <= 0 || !text.len)
		return 0;
	struct str visible = { 0 };
	visible_add(&visible, text, VISIBLE_LINE);
	struct span all = str_span(&visible);
	size_t wanted = width_columns(all);
	int end = x + columns, after;
	if (wanted <= (size_t)columns) {
		after = write_visible(s, x, y, role, all, end);
	} else {
		struct span cut = span_of(s->glyphs->text[GLYPH_CUT]);
		struct span kept = span_from(all.data, width_cut(all, (size_t)columns - 1));
		after = write_visible(s, x, y, role, kept, end - 1);
		after = write_visible(s, after, y, role, cut, end);
	}
	str_release(&visible);
	return after - x;
}

int surface_glyph(struct surface *s, int x, int y, enum role role, enum glyph glyph, int times)
{
	int start = x;
	for (int i = 0; i < times; i++)
		x = write_visible(s, x, y, role, span_of(s->glyphs->text[glyph]), s->width);
	return x - start;
}

void surface_box(struct surface *s, struct rect at, enum role role)
{
	int right = at.x + at.width - 1, bottom = at.y + at.height - 1;
	if (at.width < 2 || at.height < 2)
		return;
	surface_glyph(s, at.x + 1, at.y, role, GLYPH_ACROSS, at.width - 2);
	surface_glyph(s, at.x + 1, bottom, role, GLYPH_ACROSS, at.width - 2);
	for (int y = at.y + 1; y < bottom; y++) {
		surface_glyph(s, at.x, y, role, GLYPH_DOWN, 1);
		surface_glyph(s, right, y, role, GLYPH_DOWN, 1);
	}
	surface_glyph(s, at.x, at.y, role, GLYPH_TOP_LEFT, 1);
	surface_glyph(s, right, at.y, role, GLYPH_TOP_RIGHT, 1);
	surface_glyph(s, at.x, bottom, role, GLYPH_BOTTOM_LEFT, 1);
	surface_glyph(s, right, bottom, role, GLYPH_BOTTOM_RIGHT, 1);
}

void surface_restyle(struct surface *s, struct rect at, enum role role)
{
	struct rect in = clipped(s, at);
	for (int y = in.y; y < in.y + in.height; y++) {
		for (int x = in.x; x < in.x + in.width; x++) {
			struct cell *cell = cell_at(s, x, y);
			bool keeps = role == ROLE_SELECTED && role_is_status(cell->role);
			cell->is_reversed = keeps;
			if (!keeps)
				cell->role = (uint8_t)role;
		}
	}
}

void surface_reverse(struct surface *s, struct rect at)
{
	struct rect in = clipped(s, at);
	for (int y = in.y; y < in.y + in.height; y++)
		for (int x = in.x; x < in.x + in.width; x++)
			cell_at(s, x, y)->is_reversed = 1;
}

char *surface_row_text(const struct surface *s, int y)
{
	struct str text = { 0 };
	size_t end = 0;
	for (int x = 0; x < s->width; x++) {
		const struct cell *cell = surface_cell(s, x, y);
		for (int i = 0; i < CELL_CODES && cell->codes[i]; i++) {
			char bytes[4];
			str_add_bytes(&text, bytes, utf8_encode(cell->codes[i], bytes));
		}
		if (cell->codes[0] && cell->codes[0] != ' ')
			end = text.len;
	}
	str_truncate(&text, end);
	return str_detach(&text);
}
