// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pen.h"

#include <inttypes.h>
#include <stdarg.h>

#include "base/str.h"
#include "base/visible.h"
#include "base/width.h"
#include "base/words.h"

struct pen pen_at(struct surface *s, int x, int y)
{
	return (struct pen){ s, x, y, s->width };
}

void pen_text(struct pen *pen, enum role role, const char *text)
{
	if (text)
		pen->x += surface_text(pen->s, pen->x, pen->y, role, span_of(text), pen_room(pen));
}

void pen_printf(struct pen *pen, enum role role, const char *fmt, ...)
{
	char text[512];
	va_list args;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	pen_text(pen, role, text);
}

void pen_glyph(struct pen *pen, enum role role, enum glyph glyph)
{
	pen_text(pen, role, pen->s->glyphs->text[glyph]);
}

void pen_status(struct pen *pen, enum status status)
{
	pen->x++;
	pen_glyph(pen, role_of_status(status), glyph_of_status(status));
}

void pen_gap(struct pen *pen, int columns)
{
	pen->x += columns;
}

void pen_to(struct pen *pen, int x)
{
	if (pen->x < x)
		pen->x = x;
}

void pen_right(struct pen *pen, enum role role, const char *text)
{
	int columns = text_columns(text);
	if (pen->end - columns < pen->x)
		return;
	surface_text(pen->s, pen->end - columns, pen->y, role, span_of(text), columns);
	pen->end -= columns;
}

int pen_room(const struct pen *pen)
{
	return pen->end > pen->x ? pen->end - pen->x : 0;
}

void pen_field(struct pen *pen, enum role role, const char *text, int columns)
{
	int room = pen_room(pen) < columns ? pen_room(pen) : columns;
	if (text)
		surface_text(pen->s, pen->x, pen->y, role, span_of(text), room);
	pen->x += columns;
}

void pen_number(struct pen *pen, enum role role, const char *text, int columns)
{
	int used = text_columns(text);
	int before = used < columns ? columns - used : 0;
	pen->x += before;
	pen_field(pen, role, text, columns - before);
}

int text_columns(const char *text)
{
	struct str visible = { 0 };
	visible_add(&visible, span_of(text), VISIBLE_LINE);
	int columns = (int)width_columns(str_span(&visible));
	str_release(&visible);
	return columns;
}

static bool number_missing(int64_t value, char out[NUMBER_BYTES])
{
	if (value_is_known(value))
		return false;
	snprintf(out, NUMBER_BYTES, "%s", value == VALUE_NONE ? "-" : "?");
	return true;
}

void number_count(int64_t value, char out[NUMBER_BYTES])
{
	if (!number_missing(value, out))
		snprintf(out, NUMBER_BYTES, "%" PRId64, value);
}

void number_bytes(int64_t value, char out[NUMBER_BYTES])
{
	_Static_assert((int)NUMBER_BYTES == (int)WORDS_BYTES, "the same room");
	if (!number_missing(value, out))
		words_bytes(value, out);
}

void number_ms(int64_t value, char out[NUMBER_BYTES])
{
	if (!number_missing(value, out))
		words_ms(value, out);
}
