// SPDX-License-Identifier: GPL-3.0-or-later
#include "parse/text.h"

#include "base/utf8.h"

size_t text_bom(struct span text)
{
	return span_starts(text, "\xef\xbb\xbf") ? 3 : 0;
}

struct text_place text_start(struct span text)
{
	return (struct text_place){ .offset = text_bom(text), .line = 1, .column = 1 };
}

void text_move(struct span text, struct text_place *place, size_t offset)
{
	const char *p = text.data + place->offset;
	const char *end = text.data + (offset < place->offset ? place->offset : offset);

	for (const char *line = p; (line = memchr(line, '\n', (size_t)(end - line)));) {
		p = ++line;
		place->line++;
		place->column = 1;
	}
	for (; p < end; p++)
		place->column += ((unsigned char)*p & 0xc0) != 0x80;
	place->offset = (size_t)(end - text.data);
}

static bool refuse(struct span text, const char *file, size_t offset, struct err *e)
{
	struct text_place place = text_start(text);
	unsigned char byte = (unsigned char)text.data[offset];

	text_move(text, &place, offset);
	if (byte == 0)
		err_at(e, file, place.line, place.column, "a NUL byte stands in the text");
	else
		err_at(e, file, place.line, place.column, "byte 0x%02x is not UTF-8", byte);
	return err_hint(e, "save the file as UTF-8");
}

bool text_check(struct span text, const char *file, struct err *e)
{
	const char *nul = text.len ? memchr(text.data, 0, text.len) : NULL;
	size_t valid = utf8_valid(text);

	if (nul && (size_t)(nul - text.data) < valid)
		valid = (size_t)(nul - text.data);
	return valid == text.len || refuse(text, file, valid, e);
}
